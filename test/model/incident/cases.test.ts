import { beforeAll, describe, expect, test } from 'vitest';
import { normal, randomInt, seededRandom, seedFor } from '../../../src/core/random.js';
import { loadEngine } from '../../../src/model/engine/engine.js';
import { Forecaster } from '../../../src/model/forecaster.js';
import { firstBreach, originsBetween, RowBuffer } from '../../../src/model/incident/cases.js';
import { INCIDENT_FEATURES } from '../../../src/model/incident/contract.js';
import { drawRows, ORIGIN_STRIDE } from '../../../src/model/incident/drawRows.js';
import { evaluateHead } from '../../../src/model/incident/evaluateHead.js';
import { signedLimit } from '../../../src/model/incident/signedLimit.js';
import { DAY_STEPS } from '../../../src/model/inputs/contract.js';
import { DEFAULT_SPLIT, type LongSeries, originRange, toLongSeriesOf } from '../../../src/model/training/corpus.js';
import { livelyWeights, SMALL_PERCEPTRON } from '../support.js';
import { FEATURES, goldenHead } from './support.js';

const LENGTH = 4600;
const FIRST = 5_000_000;

/** Two servers whose CPU is busy for an hour each afternoon. */
function corpusOf(change: (values: Float32Array) => void = () => {}): LongSeries[] {
  const random = seededRandom(6);
  return ['a', 'b'].flatMap((server) => {
    const values = Float32Array.from({ length: LENGTH }, (_, i) => {
      const isBusy = i % DAY_STEPS >= 180 && i % DAY_STEPS < 192;
      return Math.min(Math.max((isBusy ? 5 : 60) + 2 * normal(random), 0), 100);
    });
    change(values);
    return toLongSeriesOf({ dataset: 'made', server, metric: 'cpu_idle_pct', first: FIRST, values });
  });
}

let forecaster: Forecaster;
beforeAll(async () => {
  forecaster = new Forecaster(await loadEngine('auto'), SMALL_PERCEPTRON, livelyWeights(SMALL_PERCEPTRON));
});
const draw = (corpus: readonly LongSeries[], seed = 1) =>
  drawRows(forecaster, corpus, { split: DEFAULT_SPLIT, seed }, () => {});

test('a breach begins where the first run that lasts begins', () => {
  const values = new Float32Array(400).fill(50);
  const [newest, high] = [FIRST + 200, signedLimit(90, 'above')];
  const after = (...spans: readonly (readonly [number, number])[]) => {
    const changed = values.slice();
    for (const [from, to] of spans) changed.fill(95, 200 + from, 200 + to);
    changed[0] = 1;
    const [series] = toLongSeriesOf({
      dataset: 'd',
      server: 's',
      metric: 'mem_used_pct',
      first: FIRST,
      values: changed,
    });
    return firstBreach(series!, newest, high);
  };
  expect(after([2, 4], [10, 13])).toBe(10);
  expect(after([96, 99])).toBe(96);
  expect(after([97, 150])).toBe(0);
  expect(after([-5, 2])).toBe(0);
  expect(after()).toBe(0);
});

test('rows that grow keep what was written', () => {
  const buffer = new RowBuffer();
  for (let row = 0; row < 3000; row++) buffer.add(row % 100, (out, at) => out.fill(row, at, at + FEATURES));
  const { count, features, labels } = buffer.rows();
  expect([count, features.length, labels.length]).toEqual([3000, 3000 * FEATURES, 12_000]);
  expect([features[0], features[FEATURES], features.at(-1)]).toEqual([0, 1, 2999]);
  expect([...labels.subarray(4 * 7, 4 * 8)]).toEqual([0, 1, 1, 1]);
});

describe('rows that are drawn', () => {
  test('are the same for the same corpus and seed, and apart for training and validation', async () => {
    const { training, validation } = await draw(corpusOf());
    expect(await draw(corpusOf())).toEqual({ training, validation });
    expect(await draw(corpusOf(), 2)).not.toEqual({ training, validation });
    expect(training.count).toBeGreaterThan(100);
    expect(validation.count).toBeGreaterThan(10);
  });

  test('hold breaches that recur each day, and the features that foretell them', async () => {
    const { training } = await draw(corpusOf());
    const recurrence = INCIDENT_FEATURES.indexOf('recurrence_8h');
    const means = [0, 1].map((label) => {
      const rows = Array.from({ length: training.count }, (_, row) => row).filter(
        (row) => training.labels[4 * row + 3] === label,
      );
      return rows.reduce((sum, row) => sum + training.features[row * FEATURES + recurrence]!, 0) / rows.length;
    });
    expect(means[1]).toBeGreaterThan(means[0]! + 0.3);
  });

  test('depend on nothing after the part that may be learnt from', async () => {
    const until = Math.floor(DEFAULT_SPLIT.trainUntil * LENGTH);
    const changed = corpusOf((values) => values.fill(1, until));
    expect(await draw(changed)).toEqual(await draw(corpusOf()));
  });

  test('do not see beyond that part with the last step of a breach that begins in it either', async () => {
    const until = Math.floor(DEFAULT_SPLIT.trainUntil * LENGTH);
    const one = (after: number) =>
      corpusOf((values) => {
        values[until - 1] = 1;
        values.fill(after, until);
      }).slice(0, 1);
    // A seed by which the last origin of all is drawn, whose horizon ends with the part.
    const { low, high } = originRange(one(1)[0]!, 0, DEFAULT_SPLIT.trainUntil);
    const firstOf = (seed: number) => low + randomInt(seededRandom(seedFor(seed, 'incident rows')), ORIGIN_STRIDE);
    const seed = Array.from({ length: 500 }, (_, i) => i).find((i) => (high - firstOf(i)) % ORIGIN_STRIDE === 0)!;
    expect(await draw(one(1), seed)).toEqual(await draw(one(60), seed));
  });

  test('to learn from do not know what came in the part that validates', async () => {
    const [from, until] = [DEFAULT_SPLIT.validateFrom, DEFAULT_SPLIT.trainUntil].map((share) => share * LENGTH);
    // The same values in another order: thresholds are made of them, and are no outcome.
    const changed = corpusOf((values) => void values.subarray(Math.ceil(from!), Math.floor(until!)).reverse());
    const [{ training, validation }, other] = [await draw(corpusOf()), await draw(changed)];
    expect(other.training).toEqual(training);
    expect(other.validation).not.toEqual(validation);
  });

  test('leave out what is excluded, and series that are too short', async () => {
    const whole = await draw(corpusOf());
    const excluded = corpusOf().map((series) => ({ ...series, excluded: [{ first: FIRST, end: FIRST + 2000 }] }));
    const part = await draw(excluded);
    expect(part.training.count).toBeGreaterThan(0);
    expect(part.training.count).toBeLessThan(0.7 * whole.training.count);
    const short = corpusOf().map((series) => ({ ...series, length: 4000 }));
    expect((await draw(short)).training.count).toBe(0);
  });
});

test('no origin is drawn whose label would be made from a bucket that is left out', () => {
  const newest = FIRST + 2000;
  const [series] = corpusOf();
  const origins = (bucket: number) =>
    originsBetween({ ...series!, excluded: [{ first: bucket, end: bucket + 1 }] }, newest, newest, 1);
  // A breach that begins in the last of 96 steps has to last until the 98th.
  expect([1, 96, 98].flatMap((step) => origins(newest + step))).toEqual([]);
  expect([0, 99].flatMap((step) => origins(newest + step))).toEqual([newest, newest]);
});

test('a head is measured on natural breaches after the part that was learnt from', async () => {
  const task = { corpus: corpusOf(), from: 0.7 };
  const [figures, ...others] = await evaluateHead(forecaster, goldenHead(), task, () => {});
  expect(others).toEqual([]);
  expect(figures).toMatchObject({ dataset: 'made', metric: 'cpu_idle_pct', threshold: 10, servers: 2 });
  // About 50 origins per server; the hour lies within the next eight in a third of the day.
  expect(figures!.cases).toBeGreaterThan(80);
  expect(figures!.onsets[3]! / figures!.cases).toBeCloseTo(1 / 3, 1);
  expect(figures!.onsets).toEqual([...figures!.onsets].sort((a, b) => a - b));
  expect(figures!.reliability[3]!.reduce((sum, { cases }) => sum + cases, 0)).toBe(figures!.cases);
  const quiet = corpusOf((values) => values.fill(50, 3000));
  expect(await evaluateHead(forecaster, goldenHead(), { ...task, corpus: quiet }, () => {})).toEqual([]);
});
