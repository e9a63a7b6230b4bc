/** The bodies of /historical/*. */
import type { HistorySpan } from '../historical/history.js';
import type { TimeRange } from '../historical/timeRange.js';
import { isoTime } from './timestamp.js';

const NOTHING_RECORDED =
  'Prometheus has recorded nothing of linborg in this time; does it scrape linborg, and is historical.selector right?';

/** What every answer says of itself. @param count rows in it */
export function historicalHead(range: TimeRange, { from, to, stepSeconds }: HistorySpan, count: number) {
  return { time_range: range, from: isoTime(from), to: isoTime(to), step_seconds: stepSeconds, count };
}

/** The courses of /historical/summary, /environment and /server. */
export function historicalPoints(range: TimeRange, span: HistorySpan, points: readonly unknown[]) {
  const message = points.length === 0 ? { message: NOTHING_RECORDED } : {};
  return { ...historicalHead(range, span, points.length), ...message, points };
}
