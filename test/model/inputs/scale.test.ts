import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normal, seededRandom } from '../../../src/core/random.js';
import { HISTORY_STEPS, PAST_STEPS } from '../../../src/model/inputs/contract.js';
import { fitLine, measureScale } from '../../../src/model/inputs/scale.js';

const anyValue = fc.oneof(
  fc.constant(Number.NaN),
  fc.constant(0),
  fc.double({ min: 0, max: 100, noNaN: true }),
  fc.double({ min: 0, max: 1e-9, noNaN: true }),
  fc.double({ min: 0, max: 1e30, noNaN: true }),
);

describe('the scale of a window', () => {
  test('is positive and finite for any history, and so are level and last value', () => {
    fc.assert(
      fc.property(fc.array(anyValue, { minLength: 1, maxLength: 50 }), fc.nat(HISTORY_STEPS), (pattern, absent) => {
        const line = Float32Array.from({ length: HISTORY_STEPS }, (_, i) => pattern[i % pattern.length]!);
        line.fill(Number.NaN, 0, absent);
        const { scale, centre, last, meanOfLastHour, seasonalShare } = measureScale(line);
        expect(scale).toBeGreaterThan(0);
        expect([scale, centre, last, meanOfLastHour].every(Number.isFinite)).toBe(true);
        expect(seasonalShare).toBeGreaterThanOrEqual(0);
        expect(seasonalShare).toBeLessThanOrEqual(1);
      }),
      { numRuns: 60 },
    );
  });

  test('grows and moves with the values: twice the values, twice the scale', () => {
    const random = seededRandom(1);
    const line = Float32Array.from({ length: HISTORY_STEPS }, () => 50 + 5 * normal(random));
    const once = measureScale(line);
    const twice = measureScale(line.map((value) => 2 * value));
    expect(twice.scale / once.scale).toBeCloseTo(2, 4);
    expect(twice.centre / once.centre).toBeCloseTo(2, 5);
    expect(twice.seasonalShare).toBeCloseTo(once.seasonalShare, 5);
  });

  test('of a perfect daily pattern has no seasonal part', () => {
    const line = Float32Array.from({ length: HISTORY_STEPS }, (_, i) => 10 + (i % 288 < 144 ? 0 : 4));
    const { scale, seasonalShare } = measureScale(line);
    // Half the mean distance to the median (4/2 on either side: median 12) and 1 % of the range of 4.
    expect(scale).toBeCloseTo(0.5 * 2 + 0.04, 3);
    expect(seasonalShare).toBe(0);
  });

  test('of a history that ended a day ago falls back to the last 24 h being empty', () => {
    const line = new Float32Array(HISTORY_STEPS).fill(30);
    line.fill(Number.NaN, HISTORY_STEPS - PAST_STEPS);
    expect(measureScale(line)).toMatchObject({ scale: 1e-6, centre: 0, last: 0, meanOfLastHour: 0, seasonalShare: 1 });
  });
});

describe('a fitted line', () => {
  test('finds any straight line again, with holes', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -100, max: 100, noNaN: true }),
        fc.double({ min: -1, max: 1, noNaN: true }),
        fc.integer({ min: 2, max: 288 }),
        fc.integer(),
        (level, slope, steps, seed) => {
          const random = seededRandom(seed);
          const line = new Float32Array(HISTORY_STEPS).fill(Number.NaN);
          for (let i = HISTORY_STEPS - steps; i < HISTORY_STEPS; i++) {
            const isEnd = i === HISTORY_STEPS - steps || i === HISTORY_STEPS - 1;
            if (isEnd || random() < 0.7) line[i] = level + slope * (i - HISTORY_STEPS + 1);
          }
          const fitted = fitLine(line, steps, 0);
          expect(fitted.level).toBeCloseTo(level, 3);
          expect(fitted.slope).toBeCloseTo(slope, 3);
          expect(fitted.residual).toBeLessThan(1e-3);
        },
      ),
    );
  });

  test('through fewer than two values is flat at the fallback', () => {
    const line = new Float32Array(HISTORY_STEPS).fill(Number.NaN);
    expect(fitLine(line, 48, 7)).toEqual({ level: 7, slope: 0, residual: Number.NaN });
    line[HISTORY_STEPS - 3] = 9;
    expect(fitLine(line, 48, 7)).toEqual({ level: 7, slope: 0, residual: Number.NaN });
  });
});
