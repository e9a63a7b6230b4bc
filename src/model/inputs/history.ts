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
    days[j] = count;
    if (count === 0) {
      median[j] = Number.NaN;
      rawSpread[j] = Number.NaN;
      continue;
    }
    const middle = (sameTime[(count - 1) >> 1]! + sameTime[count >> 1]!) / 2;
    median[j] = middle;
    let distance = 0;
    for (let k = 0; k < count; k++) distance += Math.abs(sameTime[k]! - middle);
    rawSpread[j] = distance / count;
  }
  centredMean(median, 3, smoothed);
  centredMean(rawSpread, 6, spread);
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
