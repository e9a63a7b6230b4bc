import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../src/core/random.js';
import { DAY_STEPS, HISTORY_STEPS, PAST_STEPS } from '../../../src/model/inputs/contract.js';
import {
  emptyProfile,
  fillWeeklyProfile,
  MAX_FILL_STEPS,
  PROFILE_STEPS,
  type RingSeries,
  unrollHistory,
} from '../../../src/model/inputs/history.js';

const NaNs = (length: number) => new Float32Array(length).fill(Number.NaN);

/** Values with holes of all lengths; `share` of the steps start one. */
function holey(seed: number, length: number, share: number): Float32Array {
  const random = seededRandom(seed);
  const values = Float32Array.from({ length }, () => 100 * random());
  for (let i = 0; i < length; i++) {
    if (random() < share) values.fill(Number.NaN, i, i + Math.floor(30 * random()));
  }
  return values;
}

/** What `unrollHistory` promises, written down plainly. */
function plainHistory({ values, offset, capacity }: RingSeries, newest: number, visibleSteps: number): number[] {
  const known = (bucket: number) => {
    const isVisible = bucket <= newest && bucket > newest - Math.min(visibleSteps, capacity, HISTORY_STEPS);
    return isVisible ? values[offset + (((bucket % capacity) + capacity) % capacity)]! : Number.NaN;
  };
  return Array.from({ length: HISTORY_STEPS }, (_, i) => {
    const bucket = newest - HISTORY_STEPS + 1 + i;
    for (let age = 0; age <= MAX_FILL_STEPS; age++) {
      const value = known(bucket - age);
      if (!Number.isNaN(value)) return value;
    }
    return Number.NaN;
  });
}

describe('an unrolled history', () => {
  test('equals the plain definition for any ring, row, moment, holes and visible steps', () => {
    const capacities = fc.oneof(fc.constant(HISTORY_STEPS), fc.integer({ min: 1, max: 5000 }));
    fc.assert(
      fc.property(
        capacities,
        fc.nat(3),
        fc.integer({ min: 1, max: 6_000_000 }),
        fc.oneof(fc.constant(HISTORY_STEPS), fc.integer({ min: 1, max: 3000 })),
        fc.integer(),
        fc.constantFrom(0, 0.02, 0.5),
        (capacity, row, newest, visible, seed, share) => {
          const series = { values: holey(seed, capacity * 4, share), offset: row * capacity, capacity };
          const line = new Float32Array(HISTORY_STEPS).fill(-1);
          unrollHistory(series, newest, line, visible);
          expect([...line]).toEqual(plainHistory(series, newest, visible));
        },
      ),
      { numRuns: 60 },
    );
  });

  test('fills a hole of 12 steps whole, and of a longer one only the first 12', () => {
    const values = NaNs(HISTORY_STEPS);
    values[100] = 7;
    values[113] = 8;
    values[127] = 9;
    const line = new Float32Array(HISTORY_STEPS);
    unrollHistory({ values, offset: 0, capacity: HISTORY_STEPS }, HISTORY_STEPS - 1, line);
    expect([...line.subarray(99, 141)]).toEqual([
      Number.NaN,
      ...Array<number>(13).fill(7),
      ...Array<number>(13).fill(8),
      Number.NaN,
      ...Array<number>(13).fill(9),
      Number.NaN,
    ]);
  });

  test('does not fill from what is not visible', () => {
    const values = NaNs(HISTORY_STEPS);
    values[1000] = 5;
    const line = new Float32Array(HISTORY_STEPS);
    unrollHistory({ values, offset: 0, capacity: HISTORY_STEPS }, HISTORY_STEPS - 1, line, HISTORY_STEPS - 1001);
    expect(line.every(Number.isNaN)).toBe(true);
    unrollHistory({ values, offset: 0, capacity: HISTORY_STEPS }, HISTORY_STEPS - 1, line, HISTORY_STEPS - 1000);
    expect(line.filter((value) => value === 5)).toHaveLength(13);
  });
});

describe('the weekly profile', () => {
  test('equals the plain definition: median, smoothed median, spread and days', () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(0, 0.01, 0.1, 0.5), fc.nat(HISTORY_STEPS), (seed, share, absent) => {
        const line = holey(seed, HISTORY_STEPS, share);
        line.fill(Number.NaN, 0, absent);
        const profile = emptyProfile();
        fillWeeklyProfile(line, profile);
        const expected = plainProfile(line);
        expect([...profile.days]).toEqual(expected.days);
        expectClose(profile.median, expected.median);
        expectClose(profile.smoothed, expected.smoothed);
        expectClose(profile.spread, expected.spread);
      }),
      { numRuns: 40 },
    );
  });

  test('never reads the present: the last day itself does not enter', () => {
    const line = holey(3, HISTORY_STEPS, 0);
    const before = emptyProfile();
    fillWeeklyProfile(line, before);
    line.fill(1e6, HISTORY_STEPS - 1);
    const after = emptyProfile();
    fillWeeklyProfile(line, after);
    // The newest step is a "day before" only for what lies 24 h after it, beyond the horizon.
    expect(after).toEqual(before);
  });
});

function expectClose(actual: Float32Array, expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  expected.forEach((value, j) => {
    if (Number.isNaN(value)) expect(actual[j]).toBeNaN();
    else expect(Math.abs(actual[j]! - value), `step ${j}`).toBeLessThan(1e-4);
  });
}

function plainProfile(line: Float32Array) {
  const mean = (values: readonly number[]) => {
    const known = values.filter((value) => !Number.isNaN(value));
    return known.length > 0 ? known.reduce((a, b) => a + b, 0) / known.length : Number.NaN;
  };
  const steps = Array.from({ length: PROFILE_STEPS }, (_, j) => HISTORY_STEPS - PAST_STEPS + j);
  const sameTime = steps.map((at) =>
    [1, 2, 3, 4, 5, 6, 7]
      .map((day) => line[at - day * DAY_STEPS]!)
      .filter((value) => !Number.isNaN(value))
      .sort((a, b) => a - b),
  );
  const median = sameTime.map((days) =>
    days.length === 0
      ? Number.NaN
      : (days[Math.floor((days.length - 1) / 2)]! + days[Math.ceil((days.length - 1) / 2)]!) / 2,
  );
  const rawSpread = sameTime.map((days, j) => mean(days.map((value) => Math.abs(value - median[j]!))));
  const around = (values: readonly number[], half: number) =>
    values.map((_, j) => mean(values.slice(Math.max(0, j - half), j + half + 1)));
  return {
    median,
    smoothed: around(median, 3),
    spread: around(rawSpread, 6),
    days: sameTime.map((days) => days.length),
  };
}
