import fc from 'fast-check';
import { expect, test } from 'vitest';
import { timeToThreshold } from '../../src/scoring/timeToThreshold.js';
import { above, below, flat, forecastOf, line, NOW, STEP } from './support.js';

test('each level crosses where its own line does, to the second', () => {
  // p50 rises by 0.4 per step from 85, p90 by 0.5, p10 by 0.3: 95 after 25, 20 and 33 1/3 steps.
  expect(timeToThreshold(line('mem_used_pct', 85, 0.4, 0.1), above, 85, NOW)).toEqual({
    metric: 'mem_used_pct',
    threshold: 95,
    direction: 'above',
    seconds: {
      p10: expect.closeTo((100 / 3) * STEP, 0),
      p50: expect.closeTo(25 * STEP, 0),
      p90: expect.closeTo(20 * STEP, 0),
    },
  });
});

test('the first step is reached in a straight line from the value of now', () => {
  const jump = flat('mem_used_pct', 105, 105, 105);
  expect(timeToThreshold(jump, above, 85, NOW).seconds.p50).toBe(STEP / 2);
  expect(timeToThreshold(jump, above, undefined, NOW).seconds.p50).toBe(STEP);
});

test('time counts from now, not from the origin of the forecast', () => {
  const forecast = line('mem_used_pct', 85, 0.4, 0);
  expect(timeToThreshold(forecast, above, undefined, NOW + 240).seconds.p50).toBeCloseTo(25 * STEP - 240, 0);
});

test('a level that does not cross has no time, and one that is there has zero', () => {
  expect(timeToThreshold(flat('mem_used_pct', 60, 70, 80), above, 70, NOW).seconds).toEqual({
    p10: null,
    p50: null,
    p90: null,
  });
  expect(timeToThreshold(flat('mem_used_pct', 60, 70, 80), above, 95, NOW).seconds).toEqual({ p10: 0, p50: 0, p90: 0 });
});

test('for a threshold below, p10 crosses first', () => {
  const { seconds } = timeToThreshold(line('cpu_idle_pct', 25, -0.4, 0.1), below, 25, NOW);
  expect(seconds.p10).toBeCloseTo(40 * STEP, 0);
  expect(seconds.p50).toBeCloseTo(50 * STEP, 0);
  expect(seconds.p90).toBeCloseTo((200 / 3) * STEP, 0);
});

test('a missing step is bridged by nothing', () => {
  const holed = forecastOf('mem_used_pct', (step) =>
    step === 4 ? [Number.NaN, Number.NaN, Number.NaN] : step < 5 ? [1, 1, 1] : [99, 99, 99],
  );
  expect(timeToThreshold(holed, above, 1, NOW).seconds.p50).toBe(5 * STEP);
});

test('levels cross in their order, whatever the path', () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 60, max: 110 }), fc.nat(9), fc.nat(9)), {
    minLength: 96,
    maxLength: 96,
  });
  fc.assert(
    fc.property(steps, fc.integer({ min: 50, max: 94 }), (path, current) => {
      const forecast = forecastOf('mem_used_pct', (step) => {
        const [p50, down, up] = path[step - 1]!;
        return [p50 - down, p50, p50 + up];
      });
      const { p10, p50, p90 } = timeToThreshold(forecast, above, current, NOW).seconds;
      const late = (seconds: number | null) => seconds ?? Number.POSITIVE_INFINITY;
      expect(late(p90)).toBeLessThanOrEqual(late(p50));
      expect(late(p50)).toBeLessThanOrEqual(late(p10));
    }),
  );
});
