/** The unit of a case's margins: how much the series moves in a day. */
import { DAY_STEPS, HISTORY_STEPS } from '../inputs/contract.js';

const WEEK_STEPS = 7 * DAY_STEPS;

/** Larger amounts say no more. */
const SQUASH_LIMIT = 2.5;

/**
 * Half the mean change from day to day, half the mean distance to the mean over the last day, and a floor from the range.
 * @param line  [HISTORY_STEPS], oldest first; NaN = absent
 * @returns > 0, in the metric's unit
 */
export function caseScale(line: Float32Array): number {
  const { mean, deviation } = lastDay(line);
  const { change, range } = week(line);
  const seasonal = Number.isNaN(change) ? deviation : change;
  const scale = 0.5 * seasonal + 0.5 * deviation + 0.01 * range + 1e-6 * (Math.abs(mean) + 1);
  return Number.isFinite(scale) ? scale : 1e-6;
}

/** Keeps small amounts as they are, halved, and large ones within ± SQUASH_LIMIT; 0 for what is not known. */
export function squash(amount: number): number {
  if (Number.isNaN(amount)) return 0;
  const size = Math.abs(amount);
  // arcsinh by its formula, which takes half the time of Math.asinh.
  const squashed = Math.min(Math.log(size + Math.sqrt(size * size + 1)) / 2, SQUASH_LIMIT);
  return amount < 0 ? -squashed : squashed;
}

/** Mean of the last 24 h and the mean distance to it; 0 without a value. */
function lastDay(line: Float32Array): { readonly mean: number; readonly deviation: number } {
  const from = HISTORY_STEPS - DAY_STEPS;
  let sum = 0;
  let count = 0;
  for (let i = from; i < HISTORY_STEPS; i++) {
    const value = line[i]!;
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  if (count === 0) return { mean: 0, deviation: 0 };
  const mean = sum / count;
  let distance = 0;
  for (let i = from; i < HISTORY_STEPS; i++) {
    const value = line[i]!;
    if (!Number.isNaN(value)) distance += Math.abs(value - mean);
  }
  return { mean, deviation: distance / count };
}

/** Mean change from day to day (NaN where no two days meet) and range of every second value of the last six days. */
function week(line: Float32Array): { readonly change: number; readonly range: number } {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  let sum = 0;
  let count = 0;
  for (let i = HISTORY_STEPS - WEEK_STEPS + DAY_STEPS; i < HISTORY_STEPS; i += 2) {
    const value = line[i]!;
    if (value < low) low = value;
    if (value > high) high = value;
    const change = Math.abs(value - line[i - DAY_STEPS]!);
    if (Number.isNaN(change)) continue;
    sum += change;
    count++;
  }
  return { change: count > 0 ? sum / count : Number.NaN, range: high > low ? high - low : 0 };
}
