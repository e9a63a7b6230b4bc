import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bootstrapGeometricMean,
  bootstrapMean,
  bootstrapMedian,
  type ServerValue,
} from '../../../../src/app/backtest/scores/bootstrap.js';
import { seededRandom } from '../../../../src/core/random.js';
import { medianOf } from '../../../../src/core/statistics.js';

const SETTINGS = { draws: 200, random: () => seededRandom(1) };

const values = (...list: number[]): ServerValue[] => list.map((value, server) => ({ server, value }));

describe('bootstrap', () => {
  it('gives the plain mean, geometric mean and median as the value', () => {
    expect(bootstrapMean(values(1, 2, 6), SETTINGS).value).toBe(3);
    expect(bootstrapGeometricMean(values(1, 2, 4), SETTINGS).value).toBeCloseTo(2, 12);
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 30 }), (list) => {
        expect(bootstrapMedian(values(...list), SETTINGS).value).toBe(medianOf(list));
      }),
      { numRuns: 50 },
    );
  });

  it('gives an interval around it, the same one for the same seed', () => {
    const list = values(...Array.from({ length: 40 }, (_, i) => (i * 7) % 40));
    for (const statistic of [bootstrapMean, bootstrapMedian]) {
      const { value, low, high } = statistic(list, SETTINGS);
      expect(low!).toBeLessThan(value);
      expect(high!).toBeGreaterThan(value);
      expect(statistic(list, SETTINGS)).toEqual({ value, low, high });
    }
    // Standard error of the mean of 0 … 39: 11.5 / √40 = 1.83; the interval is about ± 1.96 of them wide.
    const { low, high } = bootstrapMean(list, SETTINGS);
    expect(high! - low!).toBeGreaterThan(5);
    expect(high! - low!).toBeLessThan(9.5);
  });

  it('draws servers, not series: many series of few servers are no certainty', () => {
    const bySeries = values(...Array.from({ length: 40 }, (_, i) => (i < 20 ? 0 : 1)));
    const byServer = bySeries.map(({ value }, i) => ({ server: Math.floor(i / 10), value }));
    const width = ({ low, high }: { low: number | null; high: number | null }) => high! - low!;
    expect(width(bootstrapMean(byServer, SETTINGS))).toBeGreaterThan(2 * width(bootstrapMean(bySeries, SETTINGS)));
  });

  it('draws only from servers that have a value, whatever their numbers are', () => {
    const list = [3, 1, 4, 1, 5, 9, 2, 6];
    const apart = list.map((value, i) => ({ server: 7 * i + 3, value }));
    for (const statistic of [bootstrapMean, bootstrapMedian, bootstrapGeometricMean])
      expect(statistic(apart, SETTINGS)).toEqual(statistic(values(...list), SETTINGS));
    expect(bootstrapMean(apart.slice(0, 2), SETTINGS)).toEqual({ value: 2, low: null, high: null });
  });

  it('gives no interval from fewer than three servers', () => {
    expect(bootstrapMean(values(1, 3), SETTINGS)).toEqual({ value: 2, low: null, high: null });
    expect(bootstrapGeometricMean(values(1, 4), SETTINGS)).toMatchObject({ low: null, high: null });
  });
});
