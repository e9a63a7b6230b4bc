import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chanceAbove } from '../../src/core/chanceAbove.js';

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
/** A limit, three quantiles in order, and a tail. */
const casesOf = (leastGap: number) =>
  fc
    .tuple(number(-50, 50), number(-20, 20), number(leastGap, 10), number(leastGap, 10), number(0.1, 5))
    .map(([limit, p50, below, above, tail]) => [limit, p50 - below, p50, p50 + above, tail] as const);

test('at the quantiles it is what they promise', () => {
  for (const [limit, chance] of [
    [4, 0.9],
    [6, 0.5],
    [9, 0.1],
  ] as const)
    expect(chanceAbove(limit, 4, 6, 9, 2)).toBeCloseTo(chance, 12);
});

test('beyond the outer quantiles a tail later their tenth has fallen to its e-th part', () => {
  expect(chanceAbove(11, 4, 6, 9, 2)).toBeCloseTo(0.1 / Math.E, 12);
  expect(chanceAbove(2, 4, 6, 9, 2)).toBeCloseTo(1 - 0.1 / Math.E, 12);
});

test('it never rises with the limit', () => {
  fc.assert(
    fc.property(casesOf(0), number(0, 10), ([limit, ...rest], more) => {
      expect(chanceAbove(limit + more, ...rest)).toBeLessThanOrEqual(chanceAbove(limit, ...rest) + 1e-12);
    }),
  );
});

test('it is the rest of the chance to be below: mirrored, both make 1', () => {
  fc.assert(
    fc.property(casesOf(0.01), ([limit, p10, p50, p90, tail]) => {
      const both = chanceAbove(limit, p10, p50, p90, tail) + chanceAbove(-limit, -p90, -p50, -p10, tail);
      expect(both).toBeCloseTo(1, 9);
    }),
  );
});

test('without the quantiles there is none', () => {
  expect(chanceAbove(1, Number.NaN, Number.NaN, Number.NaN, 1)).toBeNaN();
});
