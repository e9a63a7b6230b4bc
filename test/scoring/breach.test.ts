import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { breachCurve, horizonCurve } from '../../src/scoring/breach.js';
import { above, below, flat, forecastOf, NOW, STEP } from './support.js';

const first = (p10: number, p50: number, p90: number, threshold = above) =>
  breachCurve(flat('m', p10, p50, p90), threshold, NOW).probability[0]!;

describe('the probability of one step', () => {
  test('is what the quantiles say where they say it', () => {
    expect(first(80, 90, 95)).toBeCloseTo(0.1, 6);
    expect(first(80, 95, 99)).toBeCloseTo(0.5, 6);
    expect(first(95, 97, 99)).toBeCloseTo(0.9, 6);
  });

  test('lies on a straight line between quantiles and falls off exponentially beyond them', () => {
    expect(first(80, 90, 100)).toBeCloseTo(0.3, 6);
    expect(first(90, 100, 100)).toBeCloseTo(0.7, 6);
    expect(first(80, 85, 91)).toBeCloseTo(0.1 * Math.exp(-2), 6);
    expect(first(97, 98, 99)).toBeCloseTo(1 - 0.1 * Math.exp(-1), 6);
  });

  test('mirrors for a threshold that is breached from above to below', () => {
    for (const [p10, p50, p90] of [
      [80, 90, 100],
      [80, 85, 91],
      [97, 98, 99],
    ] as const) {
      expect(first(100 - p90, 100 - p50, 100 - p10, below)).toBeCloseTo(first(p10, p50, p90), 9);
    }
  });

  test('never falls when one quantile moves up between its neighbours', () => {
    const gap = fc.double({ min: 0, max: 20, noNaN: true });
    fc.assert(
      fc.property(fc.tuple(fc.double({ min: 60, max: 110, noNaN: true }), gap, gap, gap), (cells) => {
        const [p10, toMiddle, toHigh, more] = cells;
        const [p50, p90] = [p10 + toMiddle, p10 + toMiddle + toHigh];
        const before = first(p10, p50, p90) - 1e-6;
        expect(first(Math.min(p50, p10 + more), p50, p90)).toBeGreaterThanOrEqual(before);
        expect(first(p10, Math.min(p90, p50 + more), p90)).toBeGreaterThanOrEqual(before);
        expect(first(p10, p50, p90 + more)).toBeGreaterThanOrEqual(before);
      }),
      { numRuns: 500 },
    );
  });

  test('is decided for a forecast without any width', () => {
    expect(first(50, 50, 50)).toBe(0);
    expect(first(99.9, 99.9, 99.9)).toBeGreaterThan(0.99);
  });

  test('is nothing where a quantile is missing', () => {
    expect(first(Number.NaN, Number.NaN, Number.NaN)).toBe(0);
  });
});

describe('the probability by a step', () => {
  test('never falls with the horizon and lies between one lasting error and independent ones', () => {
    const quantiles = fc.array(fc.tuple(fc.integer({ min: 60, max: 100 }), fc.nat(10), fc.nat(10)), {
      minLength: 96,
      maxLength: 96,
    });
    fc.assert(
      fc.property(quantiles, (steps) => {
        const forecast = forecastOf('m', (step) => {
          const [p50, down, up] = steps[step - 1]!;
          return [p50 - down, p50, p50 + up];
        });
        const { probability } = breachCurve(forecast, above, NOW);
        let highest = 0;
        let survives = 1;
        for (let step = 0; step < 96; step++) {
          const [p50, down, up] = steps[step]!;
          const alone = first(p50 - down, p50, p50 + up);
          highest = Math.max(highest, alone);
          survives *= 1 - alone;
          expect(probability[step]).toBeGreaterThanOrEqual(highest - 1e-12);
          expect(probability[step]).toBeLessThanOrEqual(1 - survives + 1e-12);
          expect(probability[step]).toBeGreaterThanOrEqual(probability[step - 1] ?? 0);
        }
      }),
    );
  });

  test('counts about three looks in eight hours', () => {
    const { probability } = breachCurve(flat('m', 80, 90, 95), above, NOW);
    expect(probability[95]).toBeCloseTo(1 - 0.9 ** (1 + 95 / 48), 6);
  });

  test('is certain as soon as one step is', () => {
    const certain = forecastOf('m', (step) => (step < 10 ? [1, 2, 3] : [900, 901, 902]));
    const { probability } = breachCurve(certain, above, NOW);
    expect([probability[8], probability[9], probability[95]]).toEqual([0, 1, 1]);
  });

  test('leaves out the steps that are over', () => {
    const spike = forecastOf('m', (step) => (step <= 2 ? [99, 99, 99] : [50, 51, 52]));
    expect(breachCurve(spike, above, NOW + 2 * STEP).probability[95]).toBeGreaterThan(0.9);
    expect(breachCurve(spike, above, NOW + 2 * STEP + 1).probability[95]).toBe(0);
  });
});

describe('the curve through the probabilities of four horizons', () => {
  const forecast = flat('m', 80, 90, 95);
  const rising = fc
    .array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 })
    .map((values) => Float32Array.from(values).sort());

  test('meets them, and never falls', () => {
    fc.assert(
      fc.property(rising, (values) => {
        const { probability } = horizonCurve(forecast, values, NOW);
        [6, 12, 48, 96].forEach((steps, k) => {
          expect(probability[steps - 1]).toBeCloseTo(values[k]!, 6);
        });
        expect(probability.every((value, step) => step === 0 || value >= probability[step - 1]! - 1e-12)).toBe(true);
      }),
    );
  });

  test('has half of the hazard half-way', () => {
    const { probability } = horizonCurve(forecast, Float32Array.of(0, 0, 0.75, 0.75), NOW);
    expect(probability[29]).toBeCloseTo(0.5, 6);
  });

  test('is 0 for the steps that are over', () => {
    const { probability } = horizonCurve(forecast, Float32Array.of(0.5, 0.5, 0.5, 0.5), NOW + 2 * STEP + 1);
    expect([...probability.subarray(0, 3)].map((value) => value > 0)).toEqual([false, false, true]);
  });
});
