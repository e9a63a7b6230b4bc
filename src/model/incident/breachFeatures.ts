/** BREACH_FEATURES: what the breaches of the last week say about the next. */
import { HORIZON_STEPS } from '../../core/flow.js';
import { knownCount } from '../../core/statistics.js';
import { DAY_STEPS, HISTORY_STEPS } from '../inputs/contract.js';
import { INCIDENT_SIZE, INCIDENT_STEPS } from './contract.js';
import type { SignedCase } from './signedLimit.js';

const HOUR = 12;
const WEEK_DAYS = 7;
const WEEK_STEPS = WEEK_DAYS * DAY_STEPS;
const WEEK_HOURS = 24 * WEEK_DAYS;

/** A day counts for recurrence if at least so many of its steps are known. */
const MIN_KNOWN_STEPS = HORIZON_STEPS / 2;

/** [HISTORY_STEPS] 1 in the steps of breaches that last. */
const breach = new Uint8Array(HISTORY_STEPS);
/** [HISTORY_STEPS] 1 where one begins. */
const onset = new Uint8Array(HISTORY_STEPS);
const recurrence = new Float64Array(INCIDENT_SIZE);

/**
 * Writes BREACH_FEATURES into `out` from `at` on.
 * @returns the place after them
 */
export function writeBreachFeatures(one: SignedCase, out: Float32Array, at: number): number {
  const { line } = one;
  markBreaches(one);
  const { known, over, onsets, since } = countWeek(line);
  const { yesterday, lastWeek } = countDays(line);
  let o = at;
  out[o++] = over / Math.max(known, 1);
  out[o++] = shareOver(line, DAY_STEPS);
  out[o++] = shareOver(line, 4 * HOUR);
  out[o++] = shareOver(line, HOUR);
  for (let k = 0; k < INCIDENT_SIZE; k++) out[o++] = recurrence[k]!;
  out[o++] = yesterday;
  out[o++] = lastWeek;
  out[o++] = since < 0 ? 1 : Math.log1p(since / HOUR) / Math.log1p(WEEK_HOURS);
  out[o++] = Math.log1p(onsets) / 3;
  out[o++] = Math.log1p(onsetsOfDay()) / 3;
  out[o++] = known / WEEK_STEPS;
  return o;
}

function markBreaches({ line, sign, limit, sustainedSteps }: SignedCase): void {
  breach.fill(0);
  onset.fill(0);
  let run = 0;
  for (let i = 0; i <= HISTORY_STEPS; i++) {
    if (i < HISTORY_STEPS && sign * line[i]! >= limit) {
      run++;
      continue;
    }
    if (run >= sustainedSteps) {
      breach.fill(1, i - run, i);
      onset[i - run] = 1;
    }
    run = 0;
  }
}

interface WeekCounts {
  readonly known: number;
  readonly over: number;
  readonly onsets: number;
  /** Steps since the last step of a breach, −1 without one. */
  readonly since: number;
}

function countWeek(line: Float32Array): WeekCounts {
  let known = 0;
  let over = 0;
  let onsets = 0;
  let last = HISTORY_STEPS;
  for (let i = HISTORY_STEPS - WEEK_STEPS; i < HISTORY_STEPS; i++) {
    if (!Number.isNaN(line[i]!)) known++;
    onsets += onset[i]!;
    if (breach[i] === 0) continue;
    over++;
    last = i;
  }
  return { known, over, onsets, since: HISTORY_STEPS - 1 - last };
}

function onsetsOfDay(): number {
  let onsets = 0;
  for (let i = HISTORY_STEPS - DAY_STEPS; i < HISTORY_STEPS; i++) onsets += onset[i]!;
  return onsets;
}

/** Share of the known last steps that belong to a breach; 0 without one. */
function shareOver(line: Float32Array, steps: number): number {
  let known = 0;
  let over = 0;
  for (let i = HISTORY_STEPS - steps; i < HISTORY_STEPS; i++) {
    if (Number.isNaN(line[i]!)) continue;
    known++;
    over += breach[i]!;
  }
  return known > 0 ? over / known : 0;
}

/** Fills `recurrence`; tells, as 0 or 1, whether yesterday and the same day of last week had a breach in that part. */
function countDays(line: Float32Array): { readonly yesterday: number; readonly lastWeek: number } {
  recurrence.fill(0);
  let seen = 0;
  let yesterday = 0;
  let lastWeek = 0;
  for (let day = 1; day <= WEEK_DAYS; day++) {
    const from = HISTORY_STEPS - day * DAY_STEPS;
    if (knownCount(line, from, from + HORIZON_STEPS) < MIN_KNOWN_STEPS) continue;
    seen++;
    const first = breach.subarray(from, from + HORIZON_STEPS).indexOf(1);
    if (first < 0) continue;
    for (let k = 0; k < INCIDENT_SIZE; k++) if (first < INCIDENT_STEPS[k]!) recurrence[k]!++;
    if (day === 1) yesterday = 1;
    if (day === WEEK_DAYS) lastWeek = 1;
  }
  if (seen > 0) for (let k = 0; k < INCIDENT_SIZE; k++) recurrence[k]! /= seen;
  return { yesterday, lastWeek };
}
