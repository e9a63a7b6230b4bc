/** What counts as the value of a metric now. */
import type { Frame } from '../core/flow.js';
import { newestValue } from '../core/frame.js';

/** A value older than this many buckets is not "now"; the model inputs fill gaps of the same length. */
const MAX_AGE_BUCKETS = 12;

/** The newest value of the last hour; undefined if there is none. */
export function presentValue(frame: Frame, metric: string): number | undefined {
  return newestValue(frame, frame.metrics.indexOf(metric), 1 + MAX_AGE_BUCKETS);
}
