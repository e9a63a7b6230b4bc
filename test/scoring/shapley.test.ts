import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shapleyPoints } from '../../src/scoring/shapley.js';

const weights = (maxLength: number) =>
  fc.array(fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 1)), { minLength: 1, maxLength });

const scoreOf = (signs: readonly number[]) => 100 * (1 - signs.reduce((left, weight) => left * (1 - weight), 1));
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

/** The definition, order by order. */
function byAllOrders(signs: readonly number[]): number[] {
  const points = signs.map(() => 0);
  const orders = permutations(signs.map((_, i) => i));
  for (const order of orders) {
    const present: number[] = [];
    for (const i of order) {
      const before = scoreOf(present);
      present.push(signs[i]!);
      points[i]! += (scoreOf(present) - before) / orders.length;
    }
  }
  return points;
}

function permutations(items: readonly number[]): number[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((first) => permutations(items.filter((item) => item !== first)).map((rest) => [first, ...rest]));
}

test('are what the definition says, order by order', () => {
  fc.assert(
    fc.property(weights(6), (signs) => {
      const expected = byAllOrders(signs);
      shapleyPoints(signs).forEach((points, i) => {
        expect(points).toBeCloseTo(expected[i]!, 9);
      });
    }),
    { numRuns: 50 },
  );
});

test('add up to the score, for many signs as well', () => {
  fc.assert(
    fc.property(weights(60), (signs) => {
      expect(sum(shapleyPoints(signs))).toBeCloseTo(scoreOf(signs), 9);
    }),
  );
});

test('give nothing to what weighs nothing, the same to equals, and more to what weighs more', () => {
  fc.assert(
    fc.property(weights(8), (signs) => {
      const points = shapleyPoints([...signs, 0, signs[0]!]);
      expect(points.at(-2)).toBe(0);
      expect(points.at(-1)).toBeCloseTo(points[0]!, 9);
      for (const [i, one] of signs.entries()) {
        for (const [j, other] of signs.entries())
          if (one > other) expect(points[i]!).toBeGreaterThanOrEqual(points[j]! - 1e-9);
      }
    }),
  );
});

test('of a single sign are all of the score', () => {
  expect(shapleyPoints([0.72])).toEqual([72]);
  expect(shapleyPoints([])).toEqual([]);
});
