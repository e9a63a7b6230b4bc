/** One series' last eight days as a straight, forward-filled line, and its same-time profile. */

import { HORIZON_STEPS } from '../../core/flow.js';
import { DAY_STEPS, HISTORY_STEPS, PAST_STEPS } from './contract.js';

/** A hole of up to an hour is filled with the last value before it; a longer one stays a hole (NaN). */
export const MAX_FILL_STEPS = 12;

/** A series inside a ring: bucket `i` is `values[offset + i mod capacity]`. */
export interface RingSeries {
  readonly values: Float32Array;
  readonly offset: number;
  readonly capacity: number;
}

/**
 * Copies the HISTORY_STEPS buckets up to and including `newest` into `line`, oldest first, and fills short holes.
 * Nothing after `newest` is read. With a `visibleSteps` less than HISTORY_STEPS the older part counts as absent.
 */
export function unrollHistory(
  series: RingSeries,
  newest: number,
  line: Float32Array,
  visibleSteps = HISTORY_STEPS,
): void {
  const { values, offset, capacity } = series;
  const visible = Math.min(visibleSteps, capacity, HISTORY_STEPS);
  const first = HISTORY_STEPS - visible;
  line.fill(Number.NaN, 0, first);
  let slot = (newest - visible + 1) % capacity;
  if (slot < 0) slot += capacity;
  let last = Number.NaN;
  let age = MAX_FILL_STEPS;
  for (let i = first; i < HISTORY_STEPS; i++) {
    const value = values[offset + slot]!;
    if (++slot === capacity) slot = 0;
    if (!Number.isNaN(value)) {
      last = value;
      age = 0;
    } else {
      age++;
    }
    line[i] = age <= MAX_FILL_STEPS ? last : Number.NaN;
  }
}

/** Steps that the profile covers: the encoder's past and the horizon. */
export const PROFILE_STEPS = PAST_STEPS + HORIZON_STEPS;

/** The 7-day same-time profile at each of PROFILE_STEPS steps; NaN where no day has a value. */
export interface WeeklyProfile {
  readonly median: Float32Array;
  /** `median` averaged over ± 3 steps. */
  readonly smoothed: Float32Array;
  /** Mean distance of the days to their median, averaged over ± 6 steps. */
  readonly spread: Float32Array;
  /** Days with a value, 0–7. */
  readonly days: Uint8Array;
}

/** To be filled; of PROFILE_STEPS each. */
export function emptyProfile(): WeeklyProfile {
  return {
    median: new Float32Array(PROFILE_STEPS),
    smoothed: new Float32Array(PROFILE_STEPS),
    spread: new Float32Array(PROFILE_STEPS),
    days: new Uint8Array(PROFILE_STEPS),
  };
}

const sameTime = new Float64Array(7);
const rawSpread = new Float32Array(PROFILE_STEPS);

/** Fills `profile` from `line`: step j lies at line index HISTORY_STEPS − PAST_STEPS + j, its days 1–7 × 288 before. */
export function fillWeeklyProfile(line: Float32Array, profile: WeeklyProfile): void {
  const { median, smoothed, spread, days } = profile;
  for (let j = 0; j < PROFILE_STEPS; j++) {
    const at = HISTORY_STEPS - PAST_STEPS + j;
    let middle = medianOfWeek(line, at);
    let count = 7;
    if (Number.isNaN(middle)) {
      count = collectDays(line, at);
      middle = count > 0 ? (sameTime[(count - 1) >> 1]! + sameTime[count >> 1]!) / 2 : Number.NaN;
    }
    let distance = 0;
    for (let day = 1; day <= 7; day++) {
      const value = line[at - day * DAY_STEPS]!;
      if (!Number.isNaN(value)) distance += Math.abs(value - middle);
    }
    days[j] = count;
    median[j] = middle;
    rawSpread[j] = count > 0 ? distance / count : Number.NaN;
  }
  centredMean(median, 3, smoothed);
  centredMean(rawSpread, 6, spread);
}

/**
 * Median of the seven days before `at` if all are known, else NaN. Four values and three are sorted by exchanges without a
 * branch, which the processor could not predict; the fourth smallest of both is the least of the largest that four
 * smallest can have: min over i of max(xᵢ, y₄₋ᵢ).
 */
function medianOfWeek(line: Float32Array, at: number): number {
  const [a, b] = [line[at - DAY_STEPS]!, line[at - 2 * DAY_STEPS]!];
  const [c, d] = [line[at - 3 * DAY_STEPS]!, line[at - 4 * DAY_STEPS]!];
  const [e, f] = [line[at - 5 * DAY_STEPS]!, line[at - 6 * DAY_STEPS]!];
  const g = line[at - 7 * DAY_STEPS]!;
  const inner = Math.max(Math.min(a, b), Math.min(c, d));
  const outer = Math.min(Math.max(a, b), Math.max(c, d));
  const x1 = Math.min(a, b, c, d);
  const x2 = Math.min(inner, outer);
  const x3 = Math.max(inner, outer);
  const x4 = Math.max(a, b, c, d);
  const y1 = Math.min(e, f, g);
  const y2 = Math.max(Math.min(e, f), Math.min(Math.max(e, f), g));
  const y3 = Math.max(e, f, g);
  return Math.min(Math.max(x1, y3), Math.max(x2, y2), Math.max(x3, y1), x4);
}

/** Sorts the known values of the seven days before `at` into `sameTime`; returns how many there are. */
function collectDays(line: Float32Array, at: number): number {
  let count = 0;
  for (let day = 1; day <= 7; day++) {
    const value = line[at - day * DAY_STEPS]!;
    if (Number.isNaN(value)) continue;
    let k = count++;
    while (k > 0 && sameTime[k - 1]! > value) {
      sameTime[k] = sameTime[k - 1]!;
      k--;
    }
    sameTime[k] = value;
  }
  return count;
}

/** Mean over ± halfWidth entries that exist; NaN where none does. */
function centredMean(input: Float32Array, halfWidth: number, output: Float32Array): void {
  let sum = 0;
  let count = 0;
  const add = (i: number, sign: 1 | -1) => {
    const value = input[i];
    if (value === undefined || Number.isNaN(value)) return;
    sum += sign * value;
    count += sign;
  };
  for (let i = 0; i < halfWidth; i++) add(i, 1);
  for (let i = 0; i < input.length; i++) {
    add(i + halfWidth, 1);
    add(i - halfWidth - 1, -1);
    output[i] = count > 0 ? sum / count : Number.NaN;
  }
}
