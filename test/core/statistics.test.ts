import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineThrough } from '../../src/core/statistics.js';

const number = fc.double({ min: -1000, max: 1000, noNaN: true });

describe('the line through values', () => {
  it('is the one that they lie on, however many of them are unknown', () => {
    fc.assert(
      fc.property(
        fc.record({ level: number, slope: number, from: fc.nat(20), origin: fc.integer({ min: -50, max: 50 }) }),
        fc.array(fc.boolean(), { minLength: 2, maxLength: 100 }),
        ({ level, slope, from, origin }, isKnown) => {
          const values = new Float64Array(from + isKnown.length + 5).fill(1e9);
          isKnown.forEach((known, i) => {
            values[from + i] = known ? level + slope * (from + i - origin) : Number.NaN;
          });
          const line = lineThrough(values, from, from + isKnown.length, origin);
          if (isKnown.filter(Boolean).length < 2) expect(line).toBeUndefined();
          else {
            expect(line!.level).toBeCloseTo(level, 3);
            expect(line!.slope).toBeCloseTo(slope, 5);
          }
        },
      ),
    );
  });

  it('has the smallest squares: no line close to it lies nearer', () => {
    const values = Float32Array.of(3, 1, Number.NaN, 4, 1, 5, 9, 2, 6);
    const { level, slope } = lineThrough(values, 0, values.length, 0)!;
    const squares = (a: number, b: number) =>
      values.reduce((sum, y, x) => (Number.isNaN(y) ? sum : sum + (y - a - b * x) ** 2), 0);
    const least = squares(level, slope);
    for (const [a, b] of [
      [0.01, 0],
      [-0.01, 0],
      [0, 0.01],
      [0, -0.01],
    ] as const)
      expect(squares(level + a, slope + b)).toBeGreaterThan(least);
  });
});
