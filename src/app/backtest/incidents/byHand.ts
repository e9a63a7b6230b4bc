/** What people go by today, as scores: computed from what is known before a bin, and from nothing after it. */
import { RISK_HORIZONS, type RiskHorizon, type TimeToThreshold } from '../../../core/flow.js';
import { upperBound } from '../../../core/metrics.js';
import { lineThrough } from '../../../core/statistics.js';
import type { BreachCounts } from './counts.js';

const DAY_BINS = 288;
const WEEK_DAYS = 7;
/** `predict_linear(…[4h])`. */
const LINE_BINS = 48;
/** An older value is not "now": 15 minutes. */
const MAX_AGE_BINS = 3;

/** A series with its threshold, as far as it is asked for here. */
export interface LimitedSeries {
  readonly metric: string;
  readonly direction: TimeToThreshold['direction'];
  /** Per bin; NaN = unknown. */
  readonly values: Float64Array;
}

/** The newest value before `bin`, if it is not older than 15 minutes; else NaN. */
export function newestValue(values: Float64Array, bin: number): number {
  for (let back = 1; back <= MAX_AGE_BINS; back++) {
    const value = values[bin - back];
    if (value !== undefined && !Number.isNaN(value)) return value;
  }
  return Number.NaN;
}

/** How near the newest value is: 1 = at the limit, 0 = at the other end of the scale; comparable between metrics. */
export function currentNearness({ metric, direction, values }: LimitedSeries, limit: number, bin: number): number {
  const value = newestValue(values, bin);
  if (direction === 'above') return limit > 0 ? value / limit : value;
  const bound = upperBound(metric);
  return bound === Number.POSITIVE_INFINITY ? limit / Math.max(value, 1e-9) : (bound - value) / (bound - limit);
}

/**
 * Where a line through the last 4 h crosses the limit: minus the steps until then, so that sooner is higher.
 * −Infinity where it leads away or there are not two values to draw it through.
 */
export function lineNearness({ direction, values }: LimitedSeries, limit: number, bin: number): number {
  const line = lineThrough(values, Math.max(0, bin - LINE_BINS), bin, bin);
  if (line === undefined) return Number.NEGATIVE_INFINITY;
  const away = direction === 'above' ? limit - line.level : line.level - limit;
  const towards = direction === 'above' ? line.slope : -line.slope;
  if (away <= 0) return 0;
  return towards > 0 ? -away / towards : Number.NEGATIVE_INFINITY;
}

/** Share of the bins of the last seven days that were breached at this time of day and in the horizon after it; 0 if none is known. */
export function seasonalShare(counts: BreachCounts, bin: number, horizon: RiskHorizon): number {
  const { steps } = RISK_HORIZONS.find(({ name }) => name === horizon)!;
  let [known, breached] = [0, 0];
  for (let day = 1; day <= WEEK_DAYS; day++) {
    const from = bin - day * DAY_BINS;
    known += counts.known(from, from + steps);
    breached += counts.breached(from, from + steps);
  }
  return known === 0 ? 0 : breached / known;
}

/** Share of the last seven days that was breached; 0 if nothing of them is known. */
export function breachedShare(counts: BreachCounts, bin: number): number {
  const from = bin - WEEK_DAYS * DAY_BINS;
  const known = counts.known(from, bin);
  return known === 0 ? 0 : counts.breached(from, bin) / known;
}
