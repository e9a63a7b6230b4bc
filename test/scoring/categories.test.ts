import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnomalyCategory, CategoryState } from '../../src/core/category.js';
import type { Frame } from '../../src/core/flow.js';
import { CategoryWatch } from '../../src/scoring/categories.js';
import { DEVIATION_LEAD_STEPS, DeviationMemory } from '../../src/scoring/deviations.js';
import { categoriesOf } from '../../src/scoring/targetOptions.js';
import { CAPACITY, flat, frameOf, NEWEST, STEP } from './support.js';

const API: AnomalyCategory = 'api';
const TARGETS = new Map([
  ['errors_ratio', API],
  ['latency_seconds', API],
]);

/** Samples of the last 13 buckets, the newest and partial one last; all were forecast as 10 ± 1 times the scale. */
interface Course {
  readonly server: string;
  readonly samples: Readonly<Record<string, readonly number[]>>;
  readonly state?: Frame['state'];
  readonly scale?: number;
}

const calm = Array<number>(13).fill(10);
/** Out of the forecast in the last `buckets` whole buckets. */
const outFor = (buckets: number, value: number) =>
  calm.map((usual, i) => (i < 12 && i >= 12 - buckets ? value : usual));

function stateOf(courses: readonly Course[], watch = new CategoryWatch(TARGETS), at = NEWEST * STEP): CategoryState[] {
  const deviations = new DeviationMemory();
  for (const { server, samples, state = 'ok', scale = 1 } of courses) {
    const metrics = Object.keys(samples);
    const start = { ...frameOf(Object.fromEntries(metrics.map((metric) => [metric, 10 * scale]))), server };
    const forecasts = metrics.map((metric) => flat(metric, 9 * scale, 10 * scale, 11 * scale));
    for (let step = 0; step < 13; step++)
      deviations.remember({ ...start, newest: NEWEST - 12 + step - DEVIATION_LEAD_STEPS }, forecasts);
    for (let step = 0; step < 13; step++) {
      const newest = NEWEST - 12 + step;
      metrics.forEach((metric, row) => {
        start.values[row * CAPACITY + (newest % CAPACITY)] = samples[metric]![step]! * scale;
      });
      deviations.judge({ ...start, newest });
    }
    watch.judge({ ...start, state }, deviations);
  }
  return watch.conclude(at);
}

const servers = (count: number, samples: Course['samples']): Course[] =>
  Array.from({ length: count }, (_, i) => ({ server: `web${i}`, samples }));
const healthy = { mem_used_pct: calm, load_average: calm };

describe('the last hour of a category', () => {
  it('is an anomaly where more of it than usual was out of what was forecast, as severe as it is deep and wide', () => {
    const sick = { mem_used_pct: outFor(10, 16), load_average: outFor(10, 4) };
    const [some] = stateOf([...servers(17, healthy), ...['a', 'b', 'c'].map((server) => ({ server, samples: sick }))]);
    expect(some).toMatchObject({ category: 'infrastructure', judged: 20, outlying: 3, severity: undefined });
    expect(some!.confidence).toBeCloseTo(0.9245, 3);
    const [more] = stateOf([...servers(15, healthy), ...[...'abcde'].map((server) => ({ server, samples: sick }))]);
    expect(more).toMatchObject({ outlying: 5, severity: 'high' });
    expect(more!.confidence).toBeGreaterThan(0.99);
    // Ten of twelve buckets count four each: a depth of 10/12, for a quarter of the servers.
    expect(more!.score).toBeCloseTo((10 / 12) * Math.sqrt(5 / 20), 5);
    expect(more!.series[0]).toEqual({
      ...{ server: 'a', metric: 'mem_used_pct', direction: 'above', outside: 10, judged: 12 },
      excess: expect.closeTo(40 / 12, 5),
    });
    expect(more!.series[1]).toMatchObject({ server: 'a', metric: 'load_average', direction: 'below' });
    expect(more!.recommendedAction).toBe(
      'Look now: mem_used_pct of a was above what was forecast in 10 of 12 buckets of the last hour; see its page and /explain of linborg, and /cascade/status if it is not alone',
    );
  });

  it('of services counts each series of a target, and says which', () => {
    const states = stateOf([
      { server: 'shop', samples: { errors_ratio: outFor(12, 16), latency_seconds: outFor(12, 16) } },
      { server: 'mail', samples: { errors_ratio: calm, unnamed: outFor(12, 16) } },
    ]);
    expect(states).toMatchObject([{ category: 'api', judged: 3, outlying: 2, severity: 'critical' }]);
    expect(states[0]!.series.map(({ metric }) => metric)).toEqual(['errors_ratio', 'latency_seconds']);
  });

  it('of a target with the name of a server is counted to the category of each', () => {
    const [api, infrastructure] = stateOf([{ server: 'web', samples: { ...healthy, errors_ratio: outFor(12, 16) } }]);
    expect(api).toMatchObject({ category: 'api', judged: 1, outlying: 1 });
    expect(infrastructure).toMatchObject({ category: 'infrastructure', judged: 1, outlying: 0, series: [] });
  });

  it('says nothing without six judged buckets, of silent servers and in maintenance', () => {
    const gaps = [...Array<number>(7).fill(Number.NaN), ...Array<number>(6).fill(16)];
    expect(stateOf([{ server: 'web', samples: { mem_used_pct: gaps } }])).toEqual([]);
    for (const state of ['stale', 'maintenance'] as const) {
      expect(stateOf([{ server: 'web', samples: { mem_used_pct: outFor(12, 16) }, state }])).toEqual([]);
    }
  });

  it('is never outlying by one bucket, however far out and on however many series', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 12 }), fc.double({ min: 0, max: 1e6, noNaN: true }), (bucket, value) => {
        const odd = calm.map((usual, i) => (i === bucket ? value : usual));
        const states = stateOf(servers(4, { load_average: odd, net_in_mb_s: odd, back_close_wait: odd }));
        expect(states).toMatchObject([
          { outlying: 0, score: 0, severity: undefined, recommendedAction: 'Nothing to do' },
        ]);
      }),
      { numRuns: 50 },
    );
  });

  it('does not depend on the unit of a series', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 5, max: 20, noNaN: true }), { minLength: 13, maxLength: 13 }),
        fc.constantFrom(0.001, 0.5, 1000),
        (samples, scale) => {
          const of = (unit: number) =>
            stateOf([{ server: 'shop', samples: { latency_seconds: samples }, scale: unit }])[0]!;
          expect(of(scale).score).toBeCloseTo(of(1).score, 3);
          expect(of(scale).outlying).toBe(of(1).outlying);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('is judged by whole buckets: the newest, partial one changes nothing', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1000, noNaN: true }), (partial) => {
        const course = (last: number) => [
          { server: 'shop', samples: { errors_ratio: [...outFor(3, 12).slice(0, 12), last] } },
        ];
        expect(stateOf(course(partial))).toEqual(stateOf(course(10)));
      }),
      { numRuns: 20 },
    );
  });

  it('learns how much of a category is usually outlying, and then takes that for nothing unusual', () => {
    const watch = new CategoryWatch(TARGETS);
    const sick = { mem_used_pct: outFor(12, 16), load_average: outFor(12, 16) };
    const fleet = [...servers(8, healthy), ...['a', 'b'].map((server) => ({ server, samples: sick }))];
    const day = 86_400;
    const first = stateOf(fleet, watch, 0)[0]!;
    expect(first.usualShare).toBe(0.05);
    for (let at = day; at <= 7 * day; at += day) stateOf(fleet, watch, at);
    const later = stateOf(fleet, watch, 8 * day)[0]!;
    expect(later.usualShare).toBeCloseTo(0.2, 2);
    expect(later.confidence).toBeLessThan(first.confidence);
    const well = new CategoryWatch(TARGETS);
    for (let at = 0; at <= 30 * day; at += day) stateOf(servers(3, healthy), well, at);
    expect(stateOf(servers(3, healthy), well, 31 * day)[0]!.usualShare).toBe(0.01);
  });

  it('is as sure of ten thousand servers as of ten', () => {
    const watch = new CategoryWatch(TARGETS);
    const sick = { mem_used_pct: outFor(12, 16), load_average: outFor(12, 16) };
    const states = stateOf(
      [...servers(2000, healthy), ...servers(200, sick).map((one, i) => ({ ...one, server: `s${i}` }))],
      watch,
    );
    expect(states[0]).toMatchObject({ judged: 2200, outlying: 200 });
    expect(states[0]!.confidence).toBeGreaterThan(0.9999);
    expect(states[0]!.series).toHaveLength(10);
  });
});

it('targets without a category belong to none', () => {
  expect(categoriesOf([{ name: 'a', category: 'api' }, { name: 'b' }])).toEqual(new Map([['a', 'api']]));
});
