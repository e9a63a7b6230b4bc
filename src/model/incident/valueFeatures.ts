/** VALUE_FEATURES: where the values of late stand to the threshold. */
import { meanChange } from '../../core/statistics.js';
import { DAY_STEPS, HISTORY_STEPS } from '../inputs/contract.js';
import { squash } from './caseScale.js';
import type { SignedCase } from './signedLimit.js';

const HOUR = 12;
const WEEK_STEPS = 7 * DAY_STEPS;

/** Every so many steps are enough for a percentile of the week. */
const PERCENTILE_STRIDE = 8;
const sample = new Float32Array(WEEK_STEPS / PERCENTILE_STRIDE);

/**
 * Writes VALUE_FEATURES into `out` from `at` on.
 * @returns the place after them
 */
export function writeValueFeatures(one: SignedCase, out: Float32Array, at: number): number {
  const { line, sign, limit, scale } = one;
  const last = lastOfHour(line, sign);
  const orLast = (value: number) => (Number.isNaN(value) ? last : value);
  const meanOf = (hoursAgo: number) => orLast(sign * meanOfHour(line, hoursAgo));
  const hour = meanOf(0);
  const margin = (value: number) => squash((limit - orLast(value)) / scale);
  let o = at;
  out[o++] = margin(last);
  out[o++] = margin(hour);
  out[o++] = margin(maximum(line, sign, 4 * HOUR));
  out[o++] = margin(maximum(line, sign, DAY_STEPS));
  out[o++] = margin(highOfWeek(line, sign));
  out[o++] = squash((last - meanOf(1)) / scale);
  out[o++] = squash((hour - meanOf(4)) / scale);
  const change = meanChange(line, HISTORY_STEPS - DAY_STEPS + 1, HISTORY_STEPS, 1);
  out[o++] = Number.isNaN(change) ? 1 : change / scale;
  return o;
}

/** The newest signed value, NaN if it is older than an hour. */
function lastOfHour(line: Float32Array, sign: number): number {
  for (let i = HISTORY_STEPS - 1; i >= HISTORY_STEPS - HOUR; i--) {
    if (!Number.isNaN(line[i]!)) return sign * line[i]!;
  }
  return Number.NaN;
}

function meanOfHour(line: Float32Array, hoursAgo: number): number {
  const end = HISTORY_STEPS - hoursAgo * HOUR;
  let sum = 0;
  let count = 0;
  for (let i = end - HOUR; i < end; i++) {
    const value = line[i]!;
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  return count > 0 ? sum / count : Number.NaN;
}

function maximum(line: Float32Array, sign: number, steps: number): number {
  let highest = Number.NEGATIVE_INFINITY;
  for (let i = HISTORY_STEPS - steps; i < HISTORY_STEPS; i++) {
    const value = sign * line[i]!;
    if (value > highest) highest = value;
  }
  return highest === Number.NEGATIVE_INFINITY ? Number.NaN : highest;
}

/** 90th percentile of the week, towards the threshold. */
function highOfWeek(line: Float32Array, sign: number): number {
  let count = 0;
  for (let i = HISTORY_STEPS - WEEK_STEPS; i < HISTORY_STEPS; i += PERCENTILE_STRIDE) {
    const value = line[i]!;
    if (!Number.isNaN(value)) sample[count++] = sign * value;
  }
  if (count === 0) return Number.NaN;
  return sample.subarray(0, count).sort()[Math.floor(0.9 * (count - 1))]!;
}
