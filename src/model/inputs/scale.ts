/** Robust level and scale of a window, and the figures that describe it. */
import { type Line, lineThrough, meanChange, orElse } from '../../core/statistics.js';
import { DAY_STEPS, HISTORY_STEPS, PAST_STEPS } from './contract.js';

const WEEK_STEPS = 7 * DAY_STEPS;
const sorted = new Float32Array(HISTORY_STEPS);

/** Mean of `value(i)` for from ≤ i < to over the finite ones; NaN if there is none. */
export function finiteMean(from: number, to: number, value: (i: number) => number): number {
  let sum = 0;
  let count = 0;
  for (let i = from; i < to; i++) {
    const v = value(i);
    if (Number.isNaN(v)) continue;
    sum += v;
    count++;
  }
  return count > 0 ? sum / count : Number.NaN;
}

/** Sorts the finite values of line[from, to) taking each `stride`-th into `sorted`; returns how many there are. */
function sortFinite(line: Float32Array, from: number, to: number, stride: number): number {
  let count = 0;
  for (let i = from; i < to; i += stride) {
    const value = line[i]!;
    if (!Number.isNaN(value)) sorted[count++] = value;
  }
  sorted.subarray(0, count).sort();
  return count;
}

/** Where the values of a span lie: the entries at 10, 50 and 90 % of the sorted values. */
export interface Spread {
  readonly p10: number;
  readonly median: number;
  readonly p90: number;
}

/** The in-window scale: half the seasonal difference, half the mean absolute deviation, and 1 % of the weekly range. */
export interface WindowScale {
  /** Always > 0 and finite. */
  readonly scale: number;
  /** Mean of the last half hour. */
  readonly centre: number;
  /** The last known value. */
  readonly last: number;
  readonly meanOfLastHour: number;
  /** Of the last 3 h. */
  readonly median3h: number;
  /** Of the last 24 h. */
  readonly day: Spread;
  /** Of every 8th value of the last seven days; the day's where the week has none. */
  readonly week: Spread;
  /** Share of the seasonal difference in the scale, 0–1. */
  readonly seasonalShare: number;
  /** Mean absolute change from step to step over 24 h. */
  readonly roughness: number;
}

/** Measures the last 24 h (and the week) of an unrolled history; every step counts as the history's end. */
export function measureScale(line: Float32Array): WindowScale {
  const end = HISTORY_STEPS;
  const start = end - PAST_STEPS;
  const day = spreadOf(sortFinite(line, start, end, 1), { p10: 0, median: 0, p90: 0 });
  const deviation = finiteMean(start, end, (i) => Math.abs(line[i]! - day.median));
  const last = orElse(line[end - 1]!, day.median);
  const mean = (steps: number) =>
    orElse(
      finiteMean(end - steps, end, (i) => line[i]!),
      last,
    );
  const centre = mean(6);
  const seasonal = meanChange(line, end - WEEK_STEPS + DAY_STEPS, end, DAY_STEPS);
  const seasonalOrDeviation = orElse(seasonal, deviation);
  // Every 8th value is enough for a 1–99 % range, and 8 times cheaper to sort.
  const sampled = sortFinite(line, end - WEEK_STEPS, end, 8);
  const week = spreadOf(sampled, day);
  const cut = Math.floor(sampled / 100);
  const range = sampled > 2 ? sorted[sampled - 1 - cut]! - sorted[cut]! : 0;
  const median3h = spreadOf(sortFinite(line, end - 36, end, 1), { ...day, median: last }).median;
  const scale = 0.5 * seasonalOrDeviation + 0.5 * deviation + 0.01 * range + 1e-6 * (Math.abs(centre) + 1);
  return {
    scale: Number.isFinite(scale) && scale > 0 ? scale : 1e-6,
    centre,
    last,
    meanOfLastHour: mean(12),
    median3h,
    day,
    week,
    seasonalShare: orElse(seasonalOrDeviation / (seasonalOrDeviation + deviation + 1e-12), 1),
    roughness: meanChange(line, start + 1, end, 1),
  };
}

/** The spread of the `count` values in `sorted`, or `fallback` where there are none. */
function spreadOf(count: number, fallback: Spread): Spread {
  if (count === 0) return fallback;
  const at = (share: number) => sorted[Math.floor(share * (count - 1))]!;
  const median = (sorted[(count - 1) >> 1]! + sorted[count >> 1]!) / 2;
  return { p10: at(0.1), median, p90: at(0.9) };
}

/** A least-squares line through the last `steps` values; `at(h)` is its value h steps after the last one. */
export interface FittedLine extends Line {
  /** Mean absolute distance of the values to the line; NaN if there are fewer than two. */
  readonly residual: number;
}

/** Fits the last `steps` values of an unrolled history; a flat line at `fallback` if there are fewer than two. */
export function fitLine(line: Float32Array, steps: number, fallback: number): FittedLine {
  const end = HISTORY_STEPS;
  const fitted = lineThrough(line, end - steps, end, end - 1);
  if (fitted === undefined) return { level: fallback, slope: 0, residual: Number.NaN };
  const { level, slope } = fitted;
  const residual = finiteMean(end - steps, end, (i) => Math.abs(line[i]! - level - slope * (i - end + 1)));
  return { level, slope, residual };
}
