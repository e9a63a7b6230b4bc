import type { FeedOptions } from '../options.js';
import type { RecordTiming } from './serverRecords.js';

/** How a feed cuts time into records. */
export function timingOf({ record }: FeedOptions): RecordTiming {
  return {
    stepSeconds: record.step,
    waitSeconds: record.wait,
    lateSeconds: record.late,
    maxCounterGapSeconds: record.max_counter_gap,
  };
}
