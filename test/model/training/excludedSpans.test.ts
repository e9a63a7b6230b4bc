import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../src/core/random.js';
import { isUsableOrigin, targetAt, valueAt } from '../../../src/model/training/corpus.js';
import { excludeSpans } from '../../../src/model/training/excludedSpans.js';
import { buildPool, createTrainingBatch, drawBatch, NO_AUGMENTATION } from '../../../src/model/training/sampler.js';
import { longSeries } from '../support.js';

const FIRST = 20_000;
const values = Float32Array.from({ length: 5000 }, (_, i) => i % 100);
const corpus = [longSeries('web1', values, FIRST), longSeries('web2', values, FIRST)];
const seconds = (bucket: number) => (FIRST + bucket) * 300;
const span = (server: string, from: number, to: number) => ({
  server,
  from: seconds(from),
  to: seconds(to),
  reason: 'maintenance',
});

describe('an excluded span', () => {
  test('is absent as a target, and stays visible as history', () => {
    const [web1] = excludeSpans(corpus, [span('web1', 10, 20)], 300);
    const known = [9, 10, 19, 20].map((i) => !Number.isNaN(targetAt(web1!, FIRST + i)));
    expect(known).toEqual([true, false, false, true]);
    expect(valueAt(web1!, FIRST + 10)).toBe(10);
  });

  test('is excluded in whole buckets: one that it only touches is gone', () => {
    const spans = [{ server: 'web1', from: seconds(10) + 299, to: seconds(11) + 1, reason: 'incident' }];
    const [web1] = excludeSpans(corpus, spans, 300);
    const known = [9, 10, 11, 12].map((i) => !Number.isNaN(targetAt(web1!, FIRST + i)));
    expect(known).toEqual([true, false, false, true]);
  });

  test('of one server leaves the others alone, and of * counts for all', () => {
    const [web1, web2] = excludeSpans(corpus, [span('web1', 10, 20), span('*', 30, 40)], 300);
    const excluded = (series: typeof web1) => [10, 30].map((i) => Number.isNaN(targetAt(series!, FIRST + i)));
    expect(excluded(web1)).toEqual([true, true]);
    expect(excluded(web2)).toEqual([false, true]);
  });

  test('outside a series changes nothing of it', () => {
    expect(excludeSpans(corpus, [span('*', -20, 0), span('*', 5000, 5100), span('db1', 10, 20)], 300)).toEqual(corpus);
  });

  test('that covers more than half of a future makes the origin unusable', () => {
    const origin = FIRST + 2000;
    const [wide] = excludeSpans(corpus, [span('web1', 2001, 2060)], 300);
    const [narrow] = excludeSpans(corpus, [span('web1', 2001, 2030)], 300);
    expect([corpus[0]!, narrow!, wide!].map((series) => isUsableOrigin(series, origin))).toEqual([true, true, false]);
  });

  test('has no weight in any training window', () => {
    const spans = Array.from({ length: 50 }, (_, day) => span('*', day * 100, day * 100 + 40));
    const pool = buildPool(
      excludeSpans(corpus, spans, 300),
      { trainUntil: 1, validateFrom: 1, validationServers: 0 },
      'train',
    );
    const batch = createTrainingBatch(16);
    drawBatch(pool, NO_AUGMENTATION, seededRandom(1), batch);
    // The values tell their place in the span: i % 100 below 40 is excluded.
    const shares = [...batch.weight].map((weight, i) => {
      const column = Math.floor(i / 3) % 16;
      const actual = Math.round(batch.target[i]! * batch.inputs.scale[column]! + batch.inputs.base[i]!);
      return { weight, actual };
    });
    expect(shares.some(({ weight }) => weight === 0)).toBe(true);
    expect(shares.filter(({ weight, actual }) => weight > 0 && actual < 40)).toEqual([]);
  });
});
