/** Why a metric adds to the risk, in words and numbers. */
import { describeDuration } from '../core/duration.js';
import type { Frame, TimeToThreshold } from '../core/flow.js';
import { bucketValue } from '../core/frame.js';
import { unitSuffix, upperBound } from '../core/metrics.js';
import { figure } from './figure.js';
import type { Threshold } from './limit.js';

/** Hours over which a trend is told. */
const TREND_HOURS = 3;

/** A trend that moves less than this share of 100 %, or of the threshold of a count, in TREND_HOURS is not worth a word. */
const NOTABLE_SHARE = 0.01;

interface ReasonInput {
  readonly threshold: Threshold;
  readonly times: TimeToThreshold | undefined;
  readonly current: number | undefined;
  /** Probability of a new breach within the forecast; undefined while it is breached. */
  readonly probability: number | undefined;
  /** As `trendPerHour` tells it. */
  readonly trend: number | undefined;
}

/** E.g. "mem_used_pct 91.2 % reaches 95 % in 1 h 50 min (p90 40 min, p10 not within 8 h); +4.1 points/h over the last 3 h". */
export function explain(input: ReasonInput): string {
  const { threshold, current, trend = 0 } = input;
  const { metric } = threshold;
  const subject = current === undefined ? metric : `${metric} ${figure(current)}${unitSuffix(metric)}`;
  const bound = upperBound(metric);
  const scale = bound === Number.POSITIVE_INFINITY ? threshold.value : bound;
  const notable = Math.abs(trend * TREND_HOURS) >= NOTABLE_SHARE * scale;
  return `${subject} ${outlook(input)}${notable ? `; ${describeTrend(metric, trend)}` : ''}`;
}

/** E.g. "+4.1 points/h over the last 3 h". */
function describeTrend(metric: string, trend: number): string {
  const unit = upperBound(metric) === 100 ? ' points' : unitSuffix(metric);
  return `${trend > 0 ? '+' : ''}${figure(trend)}${unit}/h over the last ${TREND_HOURS} h`;
}

function outlook({ threshold, times, probability = 0 }: ReasonInput): string {
  const limit = `${figure(threshold.value)}${unitSuffix(threshold.metric)}${threshold.origin && ` (${threshold.origin})`}`;
  const side = threshold.direction === 'above' ? 'over' : 'under';
  if (times === undefined || times.seconds.p50 === 0) return `is at or ${side} ${limit} now`;
  // From the level that is nearest to the bad side to the one that is farthest from it: they cross in this order.
  const [early, late] = threshold.direction === 'above' ? (['p90', 'p10'] as const) : (['p10', 'p90'] as const);
  const { p50, [early]: first, [late]: last } = times.seconds;
  if (p50 !== null && first !== null) {
    return `reaches ${limit} in ${describeDuration(p50)} (${early} ${describeDuration(first)}, ${late} ${describeCrossing(last)})`;
  }
  if (first !== null) return `may reach ${limit} in ${describeDuration(first)} (${early}; p50 not within 8 h)`;
  const percent = probability < 0.01 ? 'under 1' : Math.round(100 * probability);
  return `reaches ${limit} within the forecast with a chance of ${percent} %`;
}

function describeCrossing(seconds: number | null): string {
  return seconds === null ? 'not within 8 h' : describeDuration(seconds);
}

/** Least-squares slope of a row over the last hours, per hour; undefined with less than half of the buckets. */
export function trendPerHour(frame: Frame, row: number): number | undefined {
  if (row < 0) return undefined;
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
  if (count < buckets / 2) return undefined;
  const spread = count * sumXX - sumX * sumX;
  return spread > 0 ? (count * sumXY - sumX * sumY) / spread : 0;
}
