/** Where a series lies beyond its threshold, and when that lasts long enough to be an incident. */
import type { TimeToThreshold } from '../../../core/flow.js';

export const WITHIN = 0;
export const BEYOND = 1;
export const UNKNOWN = 2;

/** Two breaches that are less than half an hour apart are one. */
export const QUIET_BINS = 6;

/** Bins of one sustained breach: from ≤ bin < to. */
export interface BreachRun {
  readonly from: number;
  readonly to: number;
  /** Whether the bin before it is known, so that its beginning is. */
  readonly hasOnset: boolean;
}

/** [length] WITHIN, BEYOND or UNKNOWN; at the threshold is beyond it. @param limits [length], NaN = unknown */
export function markBreaches(
  values: Float64Array,
  limits: Float64Array,
  direction: TimeToThreshold['direction'],
): Uint8Array {
  return Uint8Array.from(values, (value, bin) => {
    const distance = direction === 'above' ? value - limits[bin]! : limits[bin]! - value;
    return Number.isNaN(distance) ? UNKNOWN : distance >= 0 ? BEYOND : WITHIN;
  });
}

/** Breaches of at least `sustainedBins`, ascending. An unknown bin ends one. */
export function findBreaches(marks: Uint8Array, sustainedBins: number): BreachRun[] {
  const runs: BreachRun[] = [];
  for (let bin = 0; bin < marks.length; bin++) {
    if (marks[bin] !== BEYOND) continue;
    const from = bin;
    while (marks[bin + 1] === BEYOND) bin++;
    if (bin + 1 - from >= sustainedBins) runs.push({ from, to: bin + 1, hasOnset: marks[from - 1] === WITHIN });
  }
  return runs;
}

/** Breaches less than QUIET_BINS apart become one. */
export function joinBreaches(runs: readonly BreachRun[]): BreachRun[] {
  const joined: BreachRun[] = [];
  for (const run of runs) {
    const last = joined.at(-1);
    if (last !== undefined && run.from - last.to < QUIET_BINS) joined[joined.length - 1] = { ...last, to: run.to };
    else joined.push(run);
  }
  return joined;
}
