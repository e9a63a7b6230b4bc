import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HORIZON_STEPS } from '../../../src/core/flow.js';
import { seededRandom } from '../../../src/core/random.js';
import { HISTORY_STEPS } from '../../../src/model/inputs/contract.js';
import { addRamp, addShift, addShiftOfAnyAge } from '../../../src/model/training/augment.js';

const LENGTH = HISTORY_STEPS + HORIZON_STEPS;

/** Values within 0 … upper with holes. */
function stretch(seed: number, upper: number): Float32Array {
  const random = seededRandom(seed);
  const level = Math.min(upper, 1000) * random();
  const values = Float32Array.from({ length: LENGTH }, () => Math.min(level * (0.9 + 0.2 * random()), upper));
  for (let i = 0; i < LENGTH; i++) if (random() < 0.02) values.fill(Number.NaN, i, i + 20);
  return values;
}

describe.each([
  ['a ramp', addRamp, HISTORY_STEPS - 12 - 3 * 288 + 1],
  ['a level shift', addShift, HISTORY_STEPS - 6 - 5 * 288 + 1],
  ['a level shift of any age', addShiftOfAnyAge, HISTORY_STEPS - 5 * 288],
] as const)('%s laid over a series', (_, augment, earliest) => {
  test('stays within the bounds, keeps every hole and leaves what was long before untouched', () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(100, Number.POSITIVE_INFINITY), (seed, upper) => {
        const before = stretch(seed, upper);
        const after = before.slice();
        augment(after, upper, seededRandom(seed));
        expect(after.map(Number.isNaN as never)).toEqual(before.map(Number.isNaN as never));
        expect(after.every((value) => Number.isNaN(value) || (value >= 0 && value <= upper))).toBe(true);
        expect(after.subarray(0, earliest)).toEqual(before.subarray(0, earliest));
      }),
    );
  });

  test('changes the future, not only the past, of a series with room on both sides', () => {
    const changed = Array.from({ length: 60 }, (_, seed) => {
      const values = new Float32Array(LENGTH).map((_, i) => 500 + (i % 7));
      const before = values.slice();
      augment(values, Number.POSITIVE_INFINITY, seededRandom(seed));
      return values[LENGTH - 1] !== before[LENGTH - 1];
    });
    // A restart may end a ramp (one in four).
    expect(changed.filter(Boolean).length).toBeGreaterThan(35);
  });

  test('does nothing to a stretch without values, and works on a constant one', () => {
    const none = new Float32Array(LENGTH).fill(Number.NaN);
    augment(none, 100, seededRandom(1));
    expect(none.every(Number.isNaN)).toBe(true);
    const constant = new Float32Array(LENGTH).fill(50);
    augment(constant, 100, seededRandom(2));
    expect(new Set(constant).size).toBeGreaterThan(1);
  });
});

test('half of the level shifts of any age are younger than five and a half hours: what happened just now is learnt from as often as what is days old', () => {
  const ages = Array.from({ length: 400 }, (_, seed) => {
    const values = new Float32Array(LENGTH).map((_, i) => 500 + (i % 7));
    const before = values.slice();
    addShiftOfAnyAge(values, Number.POSITIVE_INFINITY, seededRandom(seed));
    return HISTORY_STEPS - values.findIndex((value, i) => value !== before[i]);
  });
  const share = ages.filter((age) => age <= 66).length / ages.length;
  expect(share).toBeGreaterThan(0.4);
  expect(share).toBeLessThan(0.6);
  expect(Math.min(...ages)).toBeLessThanOrEqual(4);
});
