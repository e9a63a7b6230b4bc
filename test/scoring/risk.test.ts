import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Forecast, type Frame, RISK_HORIZONS, type Risk } from '../../src/core/flow.js';
import { settleThresholds } from '../../src/scoring/limit.js';
import { thresholdsSchema, withTargets } from '../../src/scoring/options.js';
import { scoreServer } from '../../src/scoring/risk.js';
import { riskPath } from '../../src/scoring/riskPath.js';
import { defaultRisk, flat, forecastOf, frameOf, line, NOW, type Quantiles } from './support.js';

const score = (frame: Frame, forecasts: readonly Forecast[]): Risk => defaultRisk(frame, forecasts)!;

const NONE = { '30m': 0, '1h': 0, '4h': 0, '8h': 0 };

/** An ordinary web server on an ordinary day. */
const healthy: Readonly<Record<string, Quantiles>> = {
  cpu_iowait_pct: [1, 2, 6],
  cpu_idle_pct: [45, 62, 75],
  java_cpu_pct: [15, 22, 35],
  mem_used_pct: [58, 61, 66],
  swap_used_pct: [1, 1, 2],
  disk_usage_pct: [71, 71, 71.5],
  back_close_wait: [4, 8, 15],
  front_close_wait: [2, 6, 12],
  load_average: [1, 2, 4],
};
const healthyFrame = frameOf(Object.fromEntries(Object.entries(healthy).map(([name, [, p50]]) => [name, p50])));
const healthyForecasts = Object.entries(healthy).map(([name, quantiles]) => forecastOf(name, () => quantiles));

describe('a threshold of 0, which a target may have,', () => {
  const targets = withTargets(thresholdsSchema.parse({}), [
    { name: 'workers', threshold: 0, direction: 'below', severity: 0.5 },
    { name: 'errors_rate', threshold: 0, direction: 'above', severity: 0.5 },
  ]);
  const risksOf = (metric: string, now: number, quantiles: Quantiles) => {
    const frame = frameOf({ [metric]: now });
    const [settled, forecasts] = [settleThresholds(targets.generic, frame), [flat(metric, ...quantiles)]];
    const risk = scoreServer(frame, forecasts, settled, NOW)!;
    return [risk.score, ...Object.values(risk.incidentProbability), ...riskPath(forecasts, settled, risk)!.scores];
  };

  test('gives numbers where values and forecasts are 0 as well', () => {
    const quantiles: Quantiles[] = [
      [0, 0, 0],
      [0, 0, 2],
      [0, 1, 2],
      [1, 2, 3],
    ];
    const figures = ['workers', 'errors_rate'].flatMap((metric) =>
      [0, 1].flatMap((now) => quantiles.flatMap((path) => risksOf(metric, now, path))),
    );
    expect(figures.filter((value) => !Number.isFinite(value))).toEqual([]);
  });

  test('is nearer to being breached the lower the workers are expected to fall', () => {
    const [[, , , fourHours], [, , , later], [, , , never]] = (
      [
        [0, 0, 0],
        [0, 1, 2],
        [5, 6, 7],
      ] as const
    ).map((path) => risksOf('workers', 3, path)) as [number[], number[], number[]];
    expect(fourHours).toBeGreaterThan(later!);
    expect(later).toBeGreaterThan(never!);
  });
});

describe('a horizon', () => {
  /** Memory that is over its limit in one step alone, asked about so many seconds after the start of the newest bucket. */
  const halfAnHour = (step: number, seconds: number) => {
    const frame = frameOf({ mem_used_pct: 60 });
    const forecast = forecastOf('mem_used_pct', (k) => (k === step ? [99, 99, 99] : [60, 60, 60]));
    const thresholds = settleThresholds(thresholdsSchema.parse({}).generic, frame);
    return scoreServer(frame, [forecast], thresholds, NOW + seconds)!.incidentProbability['30m'] > 0.5;
  };

  test.each([
    ['while the newest bucket is under way', 200],
    ['when it has just ended, as in a replay', 300],
  ])('of half an hour is that of the next six steps %s', (_, seconds) => {
    const steps = [1, 2, 3, 4, 5, 6, 7, 8].filter((step) => halfAnHour(step, seconds));
    expect(steps).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe('a score', () => {
  test('is near zero for a server that is well and stays so', () => {
    const risk = score(healthyFrame, healthyForecasts);
    expect(risk.score).toBeLessThan(10);
    expect(risk.color).toBe('green');
    expect(risk.incidentProbability['8h']).toBeLessThan(0.1);
  });

  test('is red while a fatal or severe threshold is breached, and higher the further beyond', () => {
    for (const [metric, at, beyond] of [
      ['mem_used_pct', 95, 99],
      ['disk_usage_pct', 90, 97],
      ['cpu_idle_pct', 5, 1],
      ['cpu_iowait_pct', 40, 80],
      ['swap_used_pct', 25, 90],
    ] as const) {
      const there = score(frameOf({ [metric]: at }), [flat(metric, at, at, at)]);
      const worse = score(frameOf({ [metric]: beyond }), [flat(metric, at, at, at)]);
      expect(there.score, metric).toBeGreaterThan(70);
      expect(there.color).toBe('red');
      expect(there.incidentProbability, 'a breach that is there is no prediction').toEqual(NONE);
      const { breached, probability } = there.thresholds.find((outlook) => outlook.metric === metric)!;
      expect({ breached, probability }).toEqual({ breached: true, probability: undefined });
      expect(worse.score, metric).toBeGreaterThan(there.score);
    }
  });

  test('grows from green to red as a certain breach comes nearer', () => {
    const scores = [7.5, 4, 1, 0.25].map((hours) => {
      const jump = forecastOf('mem_used_pct', (step) => (step >= hours * 12 ? [99, 99.5, 100] : [60, 61, 62]));
      return score(frameOf({ mem_used_pct: 61 }), [jump]).score;
    });
    expect(scores[0]).toBeGreaterThan(30);
    expect(scores).toEqual([...scores].sort((a, b) => a - b));
    expect(scores[3]).toBeGreaterThan(70);
  });

  test('depends on what the server is for', () => {
    const forecasts = [flat('mem_used_pct', 95.5, 96, 96.5)];
    const byProfile = (profile: 'web_api' | 'database') =>
      score(frameOf({ mem_used_pct: 96 }, profile), forecasts).score;
    expect(byProfile('web_api')).toBeGreaterThan(80);
    expect(byProfile('database')).toBeLessThan(30);
  });

  test('rises when a second metric is in trouble', () => {
    const frame = frameOf({ mem_used_pct: 91, swap_used_pct: 20 });
    const memory = line('mem_used_pct', 91, 0.1, 0.05);
    const one = score(frame, [memory]);
    const both = score(frame, [memory, line('swap_used_pct', 20, 0.1, 0.05)]);
    expect(both.score).toBeGreaterThan(one.score);
    expect(both.incidentProbability['4h']).toBeGreaterThan(one.incidentProbability['4h']);
  });

  test('counts a breach of now even where that metric cannot be forecast', () => {
    const frame = frameOf({ mem_used_pct: 60, disk_usage_pct: 96 });
    const risk = score(frame, [flat('mem_used_pct', 59, 60, 61)]);
    expect(risk.score).toBeGreaterThan(70);
    expect(risk.timeToThreshold.map((times) => times.metric)).toEqual(['mem_used_pct']);
    expect(risk.contributions.map(({ reason }) => reason)).toEqual(['disk_usage_pct 96 % is at or over 90 % now']);
  });

  test('does not take an hour-old value for the present', () => {
    const lost = frameOf({ mem_used_pct: (age) => (age <= 12 ? Number.NaN : 99) });
    expect(score(lost, [flat('mem_used_pct', 50, 51, 52)]).score).toBe(0);
  });
});

describe('no risk is given', () => {
  test('for a stale server', () => {
    expect(defaultRisk({ ...healthyFrame, state: 'stale' }, healthyForecasts)).toBeUndefined();
  });

  test('without a forecast, or with forecasts of metrics that have no threshold only', () => {
    expect(defaultRisk(healthyFrame, [])).toBeUndefined();
    expect(defaultRisk(healthyFrame, [flat('net_in_mb_s', 1, 2, 3)])).toBeUndefined();
  });
});

/** Both directions, both kinds of limit, all severities; with the limit that a history of 10 gives. */
const METRICS = ['mem_used_pct', 'cpu_idle_pct', 'disk_usage_pct', 'load_average'] as const;
const LIMITS = { mem_used_pct: 95, cpu_idle_pct: 5, disk_usage_pct: 90, load_average: 30 };
/** Turns "towards the bad side" into a sign. */
const badSide = (metric: string) => (metric === 'cpu_idle_pct' ? -1 : 1);

interface Scene {
  readonly metric: (typeof METRICS)[number];
  readonly current: number;
  /** Of the median forecast, per step. */
  readonly slope: number;
  /** By which p10 and p90 leave the median, per step. */
  readonly spread: number;
}
const sceneOf = (metric: (typeof METRICS)[number]): fc.Arbitrary<Scene> =>
  fc.record({
    metric: fc.constant(metric),
    // Mostly on the good side and near the limit, where things are decided.
    current: fc
      .oneof({ weight: 4, arbitrary: fc.integer({ min: -1, max: 80 }) }, fc.integer({ min: -50, max: 300 }))
      .map((tenths) => LIMITS[metric] - (badSide(metric) * tenths) / 10),
    slope: fc.double({ min: -0.1, max: 0.1, noNaN: true }),
    spread: fc.double({ min: 0, max: 0.1, noNaN: true }),
  });
/** One metric alone, or several together. */
const scene: fc.Arbitrary<Scene[]> = fc
  .subarray([...METRICS], { minLength: 1 })
  .chain((metrics) => fc.tuple(...metrics.map(sceneOf)));
const frameOfScene = (scenes: readonly Scene[]) =>
  frameOf(
    Object.fromEntries(scenes.map(({ metric, current }) => [metric, (age: number) => (age === 0 ? current : 10)])),
  );
const forecastsOfScene = (scenes: readonly Scene[]) =>
  scenes.map(({ metric, current, slope, spread }) => line(metric, current, slope, spread));

describe('for any server', () => {
  test('a quantile that moves to the bad side never lowers score or probability', () => {
    const push = fc.record({
      metric: fc.nat(METRICS.length - 1),
      level: fc.nat(2),
      from: fc.oneof(fc.constant(0), fc.nat(95)),
      steps: fc.oneof(fc.constant(96), fc.integer({ min: 1, max: 96 })),
      by: fc.oneof(fc.double({ min: 0, max: 2, noNaN: true }), fc.double({ min: 0, max: 40, noNaN: true })),
    });
    fc.assert(
      fc.property(scene, push, (scenes, { metric, level, from, steps, by }) => {
        const frame = frameOfScene(scenes);
        const before = forecastsOfScene(scenes);
        const after = before.map((forecast, i) => {
          if (i !== metric % scenes.length) return forecast;
          const values = forecast.values.slice();
          const sign = badSide(forecast.metric);
          for (let step = from; step < Math.min(96, from + steps); step++) {
            const cell = step * 3 + level;
            values[cell]! += sign * by;
            // Levels stay ascending, as every forecast's do.
            for (let other = level + sign; other >= 0 && other <= 2; other += sign) {
              const neighbour = step * 3 + other;
              if ((values[cell]! - values[neighbour]!) * sign > 0) values[neighbour] = values[cell]!;
            }
          }
          return { ...forecast, values };
        });
        const calm = score(frame, before);
        const worse = score(frame, after);
        expect(worse.score).toBeGreaterThanOrEqual(calm.score - 1e-9);
        for (const { name: horizon } of RISK_HORIZONS) {
          expect(worse.incidentProbability[horizon]).toBeGreaterThanOrEqual(calm.incidentProbability[horizon] - 1e-12);
        }
      }),
      { numRuns: 400 },
    );
  });

  test('a present value that moves to the bad side never lowers the score, nor the probability until it is a breach', () => {
    const push = fc.record({ metric: fc.nat(METRICS.length - 1), by: fc.double({ min: 0, max: 10, noNaN: true }) });
    fc.assert(
      fc.property(scene, push, (scenes, { metric, by }) => {
        const forecasts = forecastsOfScene(scenes);
        const pushed = scenes.map((one, i) =>
          i === metric % scenes.length ? { ...one, current: one.current + badSide(one.metric) * by } : one,
        );
        const calm = score(frameOfScene(scenes), forecasts);
        const worse = score(frameOfScene(pushed), forecasts);
        expect(worse.score).toBeGreaterThanOrEqual(calm.score - 1e-9);
        const isNewBreach = worse.thresholds.some(({ breached }, k) => breached && !calm.thresholds[k]!.breached);
        if (isNewBreach) return;
        expect(worse.incidentProbability['1h']).toBeGreaterThanOrEqual(calm.incidentProbability['1h'] - 1e-12);
      }),
      { numRuns: 300 },
    );
  });

  test('the score lies in 0–100, the contributions add up to it, and probabilities grow with the horizon', () => {
    fc.assert(
      fc.property(scene, (scenes) => {
        const risk = score(frameOfScene(scenes), forecastsOfScene(scenes));
        const points = risk.contributions.map((contribution) => contribution.points);
        expect(risk.score).toBeGreaterThanOrEqual(0);
        expect(risk.score).toBeLessThanOrEqual(100);
        expect(points.reduce((sum, part) => sum + part, 0)).toBeCloseTo(risk.score, 9);
        expect(points).toEqual([...points].sort((a, b) => b - a));
        expect(Math.min(1, ...points)).toBeGreaterThan(0);
        const { '30m': half, '1h': one, '4h': four, '8h': eight } = risk.incidentProbability;
        expect(0 <= half && half <= one && one <= four && four <= eight && eight <= 1).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe('with the probabilities of an incident head', () => {
  const frame = frameOf({ mem_used_pct: 80, disk_usage_pct: 60 });
  const memory = flat('mem_used_pct', 75, 80, 85);
  const disk = flat('disk_usage_pct', 59, 60, 61);
  const foretold = (...probability: readonly number[]): Forecast => ({
    ...memory,
    breachProbability: Float32Array.from(probability),
  });

  test('the probability of a threshold is what the head says, whatever the quantiles', () => {
    const risk = score(frame, [foretold(0.125, 0.25, 0.5, 0.75), disk]);
    expect(risk.thresholds.find(({ metric }) => metric === 'mem_used_pct')).toMatchObject({
      breached: false,
      sustainedSeconds: 900,
      probability: { '30m': 0.125, '1h': 0.25, '4h': 0.5, '8h': 0.75 },
    });
    expect(risk.incidentProbability['4h']).toBeCloseTo(0.5, 6);
  });

  test('the score is the higher the nearer the same probability lies', () => {
    const late = score(frame, [foretold(0, 0, 0, 0.8)]).score;
    const soon = score(frame, [foretold(0, 0.8, 0.8, 0.8)]).score;
    expect(late).toBeGreaterThan(30);
    expect(soon).toBeGreaterThan(late);
    expect(score(frame, [foretold(1, 1, 1, 1)]).color).toBe('red');
  });

  test('the score follows every probability: a higher one raises it, none leaves it where it was', () => {
    const shares = fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { minLength: 2, maxLength: 10 });
    const rising = fc.tuple(...[1, 2, 3, 4].map(() => fc.double({ min: 0.1, max: 1, noNaN: true })));
    fc.assert(
      fc.property(shares, rising, (percents, shape) => {
        const path = shape.sort((a, b) => a - b);
        const scores = percents
          .sort((a, b) => a - b)
          .map((percent) => score(frame, [foretold(...path.map((share) => (share * percent) / 100))]).score);
        expect(new Set(scores).size).toBe(percents.length);
        expect(scores).toEqual([...scores].sort((a, b) => a - b));
      }),
    );
  });

  test('a metric that is breached now is a state of its own, and the others keep their probability', () => {
    const breached = frameOf({ mem_used_pct: 80, disk_usage_pct: 95 });
    const risk = score(breached, [
      foretold(0.1, 0.2, 0.3, 0.4),
      { ...disk, breachProbability: new Float32Array(4).fill(0.9) },
    ]);
    expect(risk.thresholds.map(({ metric, breached }) => [metric, breached])).toEqual([
      ['mem_used_pct', false],
      ['disk_usage_pct', true],
    ]);
    expect(risk.incidentProbability['8h']).toBeCloseTo(0.4, 6);
  });
});
