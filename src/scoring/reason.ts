/** Why a metric adds to the risk, in words and numbers. */
import { describeDuration } from '../core/duration.js';
import type { Frame, TimeToThreshold } from '../core/flow.js';
import { bucketValue } from '../core/frame.js';
import { upperBound } from '../core/metrics.js';
import type { Threshold } from './limit.js';

/** Hours over which a trend is told. */
const TREND_HOURS = 3;

/** A trend that moves less than this share of 100 %, or of the threshold of a count, in TREND_HOURS is not worth a word. */
const NOTABLE_SHARE = 0.01;

interface ReasonInput {
  readonly frame: Frame;
  readonly threshold: Threshold;
  readonly times: TimeToThreshold | undefined;
  readonly current: number | undefined;
  /** Probability of a new breach within the forecast; undefined while it is breached. */
  readonly probability: number | undefined;
}

/** E.g. "mem_used_pct 91.2 reaches 95 in 1 h 50 min (p90 40 min); +4.1/h over the last 3 h". */
export function explain(input: ReasonInput): string {
  const { frame, threshold, current } = input;
  const subject = current === undefined ? threshold.metric : `${threshold.metric} ${round(current)}`;
  const bound = upperBound(threshold.metric);
  const scale = bound === Number.POSITIVE_INFINITY ? threshold.value : bound;
  const trend = trendPerHour(frame, frame.metrics.indexOf(threshold.metric));
  const notable = Math.abs(trend * TREND_HOURS) >= NOTABLE_SHARE * scale;
  const sign = trend > 0 ? '+' : '';
  const tail = notable ? `; ${sign}${round(trend)}/h over the last ${TREND_HOURS} h` : '';
  return `${subject} ${outlook(input)}${tail}`;
}

function outlook({ threshold, times, probability = 0 }: ReasonInput): string {
  const limit = round(threshold.value) + (threshold.origin === '' ? '' : ` (${threshold.origin})`);
  const side = threshold.direction === 'above' ? 'over' : 'under';
  // The level that is nearer to the bad side.
  const early = threshold.direction === 'above' ? 'p90' : 'p10';
  if (times === undefined || times.seconds.p50 === 0) return `is at or ${side} ${limit} now`;
  const { p50, [early]: first } = times.seconds;
  if (p50 !== null && first !== null)
    return `reaches ${limit} in ${describeDuration(p50)} (${early} ${describeDuration(first)})`;
  if (first !== null) return `may reach ${limit} in ${describeDuration(first)} (${early})`;
  const percent = probability < 0.01 ? 'under 1' : Math.round(100 * probability);
  return `reaches ${limit} within the forecast with a chance of ${percent} %`;
}

/** Least-squares slope of a row over the last hours, per hour; 0 with less than half of the buckets. */
function trendPerHour(frame: Frame, row: number): number {
  if (row < 0) return 0;
  const buckets = Math.round((TREND_HOURS * 3600) / frame.stepSeconds);
  let [count, sumX, sumY, sumXX, sumXY] = [0, 0, 0, 0, 0];
  for (let bucket = Math.max(0, frame.newest - buckets); bucket <= frame.newest; bucket++) {
    const y = bucketValue(frame, row, bucket);
    if (Number.isNaN(y)) continue;
    const x = ((bucket - frame.newest) * frame.stepSeconds) / 3600;
    count++;
    sumX += x;
    sumY += y;
    sumXX += x * x;
    sumXY += x * y;
  }
  if (count < buckets / 2) return 0;
  const spread = count * sumXX - sumX * sumX;
  return spread > 0 ? (count * sumXY - sumX * sumY) / spread : 0;
}

/** Three figures at most: 0.31, 4.1, 91.2, 1204. */
function round(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 1 ? 1 : 2;
  return String(Number(value.toFixed(digits)));
}
