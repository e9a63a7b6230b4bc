import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HORIZON_STEPS } from '../../../src/core/flow.js';
import { seededRandom } from '../../../src/core/random.js';
import { stepIndex } from '../../../src/model/inputs/batch.js';
import {
  CANDIDATES,
  PAST_STEPS,
  PAST_TOKENS,
  PATCH_STEPS,
  SCALED_LIMIT,
  STATIC_FIGURES,
  TOKEN_WIDTH,
} from '../../../src/model/inputs/contract.js';
import { DEFAULT_SPLIT, isValidationServer, type LongSeries } from '../../../src/model/training/corpus.js';
import {
  type Augmentation,
  buildPool,
  createTrainingBatch,
  drawBatch,
  NO_AUGMENTATION,
  type Pool,
  TRAINING_AUGMENTATION,
  type TrainingBatch,
} from '../../../src/model/training/sampler.js';
import { livelyHistory, longSeries } from '../support.js';

const PERSISTENCE = 0;

/** A fleet whose series have any length from too short to long. */
const fleets = fc.array(fc.tuple(fc.integer({ min: 320, max: 6000 }), fc.integer({ min: 0, max: 50_000 })), {
  minLength: 12,
  maxLength: 30,
});
const fleetOf = (shapes: readonly (readonly [number, number])[]) =>
  shapes.map(([length, first], i) =>
    longSeries(
      `server${i}`,
      Float32Array.from({ length }, (_, t) => t % 97),
      first,
    ),
  );

const drawables = (pool: Pool) => pool.groups.flatMap((group) => group.drawables);

describe('the pools', () => {
  test('keep the last 30 % of every series out, and the time from 63 % on and a tenth of the servers out of training', () => {
    fc.assert(
      fc.property(fleets, (shapes) => {
        const corpus = fleetOf(shapes);
        for (const { series, high } of drawables(buildPool(corpus, DEFAULT_SPLIT, 'train'))) {
          expect(isValidationServer(series, DEFAULT_SPLIT.validationServers)).toBe(false);
          expect(high - series.first + HORIZON_STEPS).toBeLessThan(0.63 * series.length);
        }
        for (const { series, low, high } of drawables(buildPool(corpus, DEFAULT_SPLIT, 'validation'))) {
          expect(high - series.first + HORIZON_STEPS).toBeLessThan(0.7 * series.length);
          const isHeldOut = isValidationServer(series, DEFAULT_SPLIT.validationServers);
          if (!isHeldOut) expect(low - series.first).toBeGreaterThanOrEqual(Math.floor(0.63 * series.length));
        }
      }),
      { numRuns: 30 },
    );
  });

  test('draw data sets by the square root of their origins', () => {
    const of = (dataset: string, count: number) =>
      Array.from({ length: count }, (_, i) =>
        longSeries(
          `s${i}`,
          new Float32Array(3000).map((_, t) => t % 9),
          0,
          dataset,
        ),
      );
    const pool = buildPool(
      [...of('a', 1), ...of('b', 9)],
      { trainUntil: 1, validateFrom: 1, validationServers: 0 },
      'train',
    );
    expect(pool.groups.map(({ until }) => Number(until.toFixed(6)))).toEqual([0.25, 1]);
  });

  test('of series that are all too short are empty', () => {
    expect(buildPool(fleetOf([[350, 0]]), DEFAULT_SPLIT, 'train').groups).toEqual([]);
  });
});

describe('a drawn batch', () => {
  test('never shows the future, even of a series that is shorter than the history: inputs stay the same when it changes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 700, max: 2600 }), fc.nat(3000), fc.integer(), (steps, from, seed) => {
        const series = longSeries('web1', livelyHistory(seededRandom(seed), steps), from);
        // A hole at either end of the history belongs to no series.
        const { first, length } = series;
        // One origin only, so that it is known what lies after it.
        const newest = first + 600;
        const pool: Pool = { groups: [{ drawables: [{ series, low: newest, high: newest + 1 }], until: 1 }] };
        series.ring.values.fill(50, 0);
        for (let t = 0; t < length; t++) series.ring.values[(first + t) % length] = 40 + (t % 23);
        const before = draw(pool, NO_AUGMENTATION, 1);
        for (let t = 601; t < length; t++) series.ring.values[(first + t) % length] = 1e5 + t;
        const after = draw(pool, NO_AUGMENTATION, 1);
        expect(after.inputs).toEqual(before.inputs);
        expect(after.target).not.toEqual(before.target);
      }),
      { numRuns: 20 },
    );
  });

  test('shows no more than the history before the origin: the past before the first bucket is absent', () => {
    // 400 steps before the origin, and as much after it: a ring of 800 would wrap.
    const series = longSeries(
      'web1',
      Float32Array.from({ length: 800 }, (_, t) => t % 23),
      1234,
    );
    const newest = 1234 + 399;
    const pool: Pool = { groups: [{ drawables: [{ series, low: newest, high: newest + 1 }], until: 1 }] };
    const { inputs } = draw(pool, NO_AUGMENTATION, 1);
    // 112 steps are older than the 24 h: for the first 112 future steps "yesterday" exists, "last week" never.
    expect(inputs.figures[1]).toBeGreaterThan(0);
    expect(inputs.figures[1]).toBeLessThan(1 / 7 + 1e-6);
    const lastWeek = CANDIDATES.indexOf('last_week');
    const median = CANDIDATES.indexOf('weekly_median');
    for (let h = 0; h < HORIZON_STEPS; h++) {
      const at = stepIndex(1, 0, h) * CANDIDATES.length;
      expect(inputs.candidates[at + lastWeek]).toBe(inputs.candidates[at + median]);
    }
  });

  test('has what really came as its target, scaled as the candidates are, and weights that add up to one', () => {
    const values = Float32Array.from({ length: 4000 }, (_, t) => 30 + 10 * Math.sin(t / 40) + (t % 7));
    const series = longSeries('web1', values, 9000);
    const newest = 9000 + 2500;
    values.fill(Number.NaN, 2510, 2530);
    const holed = longSeries('web1', values, 9000);
    for (const [from, missing] of [
      [series, 0],
      [holed, 20],
    ] as [LongSeries, number][]) {
      const pool: Pool = { groups: [{ drawables: [{ series: from, low: newest, high: newest + 1 }], until: 1 }] };
      const { inputs, target, weight } = draw(pool, NO_AUGMENTATION, 1);
      let known = 0;
      for (let h = 0; h < HORIZON_STEPS; h++) {
        const at = stepIndex(1, 0, h);
        const actual = values[2501 + h]!;
        if (missing > 0 && Number.isNaN(actual)) {
          expect([target[at], weight[at]]).toEqual([0, 0]);
          continue;
        }
        known++;
        if (missing > 0) expect(inputs.base[at]! + inputs.scale[0]! * target[at]!).toBeCloseTo(actual, 3);
        expect(Math.abs(target[at]!)).toBeLessThanOrEqual(SCALED_LIMIT);
      }
      expect(known).toBeLessThanOrEqual(96 - missing + 20);
      expect(weight.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
    }
  });

  test('depends on its random numbers alone', () => {
    const pool = buildPool(
      fleetOf([
        [4000, 5],
        [3000, 900],
      ]),
      { ...DEFAULT_SPLIT, validationServers: 0 },
      'train',
    );
    const first = draw(pool, TRAINING_AUGMENTATION, 7, 8);
    draw(pool, TRAINING_AUGMENTATION, 8, 8);
    expect(draw(pool, TRAINING_AUGMENTATION, 7, 8)).toEqual(first);
    expect(draw(pool, TRAINING_AUGMENTATION, 8, 8)).not.toEqual(first);
  });

  test('imitates young servers and hides identities as often as asked', () => {
    const pool = buildPool(fleetOf([[9000, 5]]), { trainUntil: 1, validateFrom: 1, validationServers: 0 }, 'train');
    const all = draw(pool, { ...NO_AUGMENTATION, shortHistory: 1, hiddenIdentity: 1 }, 3, 16).inputs;
    expect([...all.metricIds]).toEqual(Array<number>(16).fill(0));
    expect([...all.profileIds]).toEqual(Array<number>(16).fill(0));
    // The second figure is the mean number of days of the profile / 7.
    const days = Array.from({ length: 16 }, (_, column) => all.figures[column * STATIC_FIGURES.length + 1]! * 7);
    expect(Math.max(...days)).toBeLessThan(6 + 1e-4);
    const none = draw(pool, NO_AUGMENTATION, 3, 16).inputs;
    expect(Math.min(...none.metricIds)).toBeGreaterThan(0);
  });

  test('shows the last known value where it belongs: at the end of the past, and as the first candidate', () => {
    const series = longSeries(
      'web1',
      Float32Array.from({ length: 3000 }, (_, t) => t % 97),
      50,
    );
    const newest = 50 + 2400;
    const pool: Pool = { groups: [{ drawables: [{ series, low: newest, high: newest + 1 }], until: 1 }] };
    const { inputs } = draw(pool, NO_AUGMENTATION, 1);
    const persistence = inputs.base[0]! + inputs.scale[0]! * inputs.candidates[PERSISTENCE]!;
    expect(persistence).toBeCloseTo(2400 % 97, 3);
    const lastToken = (PAST_TOKENS - 1) * TOKEN_WIDTH;
    expect(PAST_TOKENS * PATCH_STEPS).toBe(PAST_STEPS);
    // Its known flag, at the last of the three steps of the second channel.
    expect(inputs.past[lastToken + 2 * PATCH_STEPS - 1]).toBe(1);
  });

  test('cannot be drawn from series full of gaps, and says so', () => {
    const values = new Float32Array(4000).fill(Number.NaN).map((_, t) => (t % 100 === 0 ? t : Number.NaN));
    values[3999] = 1;
    const pool = buildPool([longSeries('web1', values)], { ...DEFAULT_SPLIT, validationServers: 0 }, 'train');
    expect(() => draw(pool, NO_AUGMENTATION, 1)).toThrow(/no usable training window in 200 draws/);
  });
});

function draw(pool: Pool, augmentation: Augmentation, seed: number, size = 1): TrainingBatch {
  const batch = createTrainingBatch(size);
  drawBatch(pool, augmentation, seededRandom(seed), batch);
  return batch;
}
