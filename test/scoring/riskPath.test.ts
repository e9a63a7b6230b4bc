import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Forecast, HORIZON_STEPS } from '../../src/core/flow.js';
import { horizonCurve } from '../../src/scoring/breach.js';
import { settleThresholds } from '../../src/scoring/limit.js';
import { SHARE_AT_THRESHOLD, scoreServer } from '../../src/scoring/risk.js';
import { riskPath } from '../../src/scoring/riskPath.js';
import { defaults, forecastOf, frameOf, NOW, nearnessOf, type Quantiles } from './support.js';

/** The present score of a web server, and the path of it. */
function scored(current: number, forecasts: readonly Forecast[]) {
  const frame = frameOf({ mem_used_pct: current, cpu_iowait_pct: 5 }, 'web_api');
  const thresholds = settleThresholds(defaults.web_api, frame);
  const risk = scoreServer(frame, forecasts, thresholds, NOW)!;
  return { score: risk.score, path: riskPath(forecasts, thresholds, risk)!.scores };
}

const flat =
  (value: number, spread = 1) =>
  (): Quantiles => [value - spread, value, value + spread];

/** Memory that rises to `peak` at `at` and falls again. */
const hill =
  (peak: number, at: number) =>
  (step: number): Quantiles => {
    const middle = peak - Math.abs(step - at);
    return [middle - 1, middle, middle + 1];
  };

describe('the risk along a forecast', () => {
  it('begins close to the score of now', () => {
    for (const forecast of [flat(60), flat(91, 2), hill(97, 40)]) {
      const { score, path } = scored(70, [forecastOf('mem_used_pct', forecast)]);
      expect(Math.abs(path[0]! - score)).toBeLessThan(3);
    }
  });

  it('is highest while the breach is there, and falls when it is over', () => {
    const { path } = scored(60, [forecastOf('mem_used_pct', hill(99, 48))]);
    const highest = path.indexOf(Math.max(...path));
    expect(highest).toBeGreaterThanOrEqual(43);
    expect(highest).toBeLessThanOrEqual(48);
    expect(path[47]).toBeGreaterThan(80);
    expect(path[0]).toBeLessThan(path[30]!);
    expect(path.at(-1)).toBeLessThan(5);
  });

  it('stays at 0 where nothing comes near a threshold', () => {
    const { path } = scored(40, [forecastOf('mem_used_pct', flat(40))]);
    expect([...path]).toEqual(Array.from({ length: HORIZON_STEPS }, () => 0));
  });

  it('tells the end of a breach that is there now', () => {
    const { score, path } = scored(97, [forecastOf('mem_used_pct', (step) => flat(97 - step / 2)())]);
    expect(score).toBeGreaterThan(80);
    expect(path[0]).toBeGreaterThan(80);
    expect(path.at(-1)).toBeLessThan(10);
  });

  it('lies between 0 and 100 and never falls at any step when a quantile of any step gets worse', () => {
    const steps = fc.array(
      fc.tuple(fc.double({ min: 60, max: 99, noNaN: true }), fc.double({ min: 0, max: 8, noNaN: true })),
      {
        minLength: HORIZON_STEPS,
        maxLength: HORIZON_STEPS,
      },
    );
    const worse = fc.record({
      step: fc.integer({ min: 1, max: HORIZON_STEPS }),
      by: fc.double({ min: 0.1, max: 20, noNaN: true }),
    });
    fc.assert(
      fc.property(steps, worse, fc.integer({ min: 0, max: 2 }), (walk, { step: moved, by }, level) => {
        const quantiles =
          (raise: number) =>
          (step: number): Quantiles => {
            const [middle, spread] = walk[step - 1]!;
            const all = [middle - spread, middle, middle + spread];
            if (step === moved) for (let l = level; l < 3; l++) all[l] = all[l]! + raise;
            return all as unknown as Quantiles;
          };
        const before = scored(80, [forecastOf('mem_used_pct', quantiles(0))]).path;
        const after = scored(80, [forecastOf('mem_used_pct', quantiles(by))]).path;
        for (let step = 0; step < HORIZON_STEPS; step++) {
          expect(before[step]).toBeGreaterThanOrEqual(0);
          expect(after[step]).toBeLessThanOrEqual(100);
          // The scores are kept in single precision.
          expect(after[step]! - before[step]!).toBeGreaterThanOrEqual(-1e-4);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('takes the word of an incident head for what begins, and begins with its score', () => {
    const sure = Float32Array.of(0.1, 0.3, 0.8, 0.95);
    const calm = Float32Array.of(0, 0, 0.001, 0.002);
    const forecast = forecastOf('mem_used_pct', hill(94, 60));
    const withSure = scored(70, [{ ...forecast, breachProbability: sure }]);
    const withCalm = scored(70, [{ ...forecast, breachProbability: calm }]);
    expect(Math.abs(withSure.path[0]! - withSure.score)).toBeLessThan(4);
    expect(Math.abs(withCalm.path[0]! - withCalm.score)).toBeLessThan(1);
    expect(Math.max(...withCalm.path)).toBeLessThan(1);
    for (let step = 0; step < HORIZON_STEPS; step++)
      expect(withSure.path[step]).toBeGreaterThanOrEqual(withCalm.path[step]!);
  });

  it('is, step by step, the nearness of a breach in the hazard of the head that is left, given that none has begun', () => {
    const chance = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(chance, { minLength: 4, maxLength: 4 }), (chances) => {
        const forecast = forecastOf('mem_used_pct', flat(40));
        const breachProbability = Float32Array.from(chances.sort((a, b) => a - b));
        const { path } = scored(40, [{ ...forecast, breachProbability }]);
        const { probability: reached } = horizonCurve(forecast, breachProbability, NOW);
        const threshold = settleThresholds(defaults.web_api, frameOf({ mem_used_pct: 40 }, 'web_api')).find(
          ({ metric }) => metric === 'mem_used_pct',
        )!;
        for (let step = 0; step < HORIZON_STEPS - 1; step++) {
          const after = reached.subarray(step + 1);
          const near = nearnessOf(Array.from(after, (later) => 1 - (1 - later) / (1 - reached[step]!)));
          expect(path[step]).toBeCloseTo(100 * threshold.severity * SHARE_AT_THRESHOLD * near, 4);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('is unknown where no metric with a threshold has a forecast', () => {
    const frame = frameOf({ mem_used_pct: 50 });
    const thresholds = settleThresholds(defaults.generic, frame);
    const risk = scoreServer(frame, [forecastOf('mem_used_pct', flat(50))], thresholds, NOW)!;
    expect(riskPath([forecastOf('net_in_mb_s', flat(5))], thresholds, risk)).toBeUndefined();
  });
});
