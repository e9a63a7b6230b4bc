import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SampleSeries } from '../../../src/core/flow.js';
import { profileId } from '../../../src/model/inputs/contract.js';
import {
  isUsableOrigin,
  isValidationServer,
  originRange,
  toLongSeries,
  valueAt,
  visibleSteps,
} from '../../../src/model/training/corpus.js';
import { longSeries } from '../support.js';

const ramp = (length: number) => Float64Array.from({ length }, (_, i) => i);

describe('a long series', () => {
  test('gives every sample back under its bucket, and NaN between and outside', () => {
    const points = fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 900 }), fc.integer({ min: 0, max: 1000 })), {
      selector: ([bucket]) => bucket,
      minLength: 2,
      maxLength: 100,
    });
    fc.assert(
      fc.property(points, fc.integer({ min: 0, max: 6_000_000 }), (shuffled, start) => {
        const sorted = [...shuffled].sort(([a], [b]) => a - b);
        fc.pre(new Set(sorted.map(([, value]) => value)).size > 1);
        const samples: SampleSeries = {
          server: 'db1',
          metric: 'load_average',
          times: Float64Array.from(sorted, ([bucket]) => (start + bucket) * 300),
          values: Float64Array.from(sorted, ([, value]) => value),
        };
        const [series] = toLongSeries({ kind: 'buckets', source: 'test', at: 0, series: [samples] }, 'set', 300);
        const truth = new Map(sorted);
        for (let bucket = -3; bucket < 905; bucket++) {
          expect(valueAt(series!, start + bucket)).toBe(truth.get(bucket) ?? Number.NaN);
        }
      }),
    );
  });

  test('is left out when it never changes or has no sample, and tells the profile of its server', () => {
    const of = (server: string, values: number[]): SampleSeries => ({
      server,
      metric: 'mem_used_pct',
      times: Float64Array.from(values, (_, i) => i * 300),
      values: Float64Array.from(values),
    });
    const all = [
      of('db1', [5, 5, 5]),
      of('db2', []),
      of('db3', [Number.NaN, 1, Infinity]),
      of('db4', [1, 2, Number.NaN]),
    ];
    const found = toLongSeries({ kind: 'buckets', source: 'test', at: 0, series: all }, 'set', 300);
    expect(found.map(({ server }) => server)).toEqual(['db4']);
    expect(found[0]).toMatchObject({
      dataset: 'set',
      profileId: profileId('database'),
      upper: 100,
      first: 0,
      length: 3,
    });
  });

  test('takes a number beyond what a window can hold for absent, as serving does, not for infinite', () => {
    // What some exporters show for "no limit": the largest number of 64 bits, far above that of 32.
    const values = [1, Number.MAX_VALUE, 2, -1e39, 3];
    const samples: SampleSeries = {
      ...{ server: 'db1', metric: 'x' },
      times: Float64Array.from(values, (_, i) => i * 300),
      values: Float64Array.from(values),
    };
    const [series] = toLongSeries({ kind: 'buckets', source: 'test', at: 0, series: [samples] }, 'set', 300);
    expect(Array.from(values, (_, i) => valueAt(series!, i))).toEqual([1, Number.NaN, 2, Number.NaN, 3]);
  });

  test('never shows more history than it has: what is visible ends where the series begins', () => {
    const series = longSeries('db1', ramp(1000), 5000);
    expect(visibleSteps(series, 5000)).toBe(1);
    expect(visibleSteps(series, 5999)).toBe(1000);
    expect(visibleSteps(longSeries('db1', ramp(4000), 5000), 8999)).toBe(2304);
  });
});

describe('an origin', () => {
  /** 600 known buckets from 20000 on; the given ones (counted from the origin, 0 = the origin) are missing. */
  const withHoles = (...missing: (readonly [from: number, to: number])[]) => {
    const values = ramp(600);
    for (const [from, to] of missing) values.fill(Number.NaN, 400 + from, 400 + to);
    return longSeries('db1', values);
  };
  const origin = 20_400;

  test('is usable with the last hour, half of the last 4 h and half of the next 8 h', () => {
    expect(isUsableOrigin(withHoles(), origin)).toBe(true);
    expect(isUsableOrigin(withHoles([-11, 1]), origin)).toBe(true);
    expect(isUsableOrigin(withHoles([-12, 1]), origin)).toBe(false);
    expect(isUsableOrigin(withHoles([-24, 0]), origin)).toBe(true);
    expect(isUsableOrigin(withHoles([-25, 0]), origin)).toBe(false);
    expect(isUsableOrigin(withHoles([1, 49]), origin)).toBe(true);
    expect(isUsableOrigin(withHoles([1, 50]), origin)).toBe(false);
  });

  test('leaves the whole horizon before the end of its part, and 300 buckets before it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 9000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (length, from, until) => {
          const series = longSeries('db1', ramp(length), 777);
          const { low, high } = originRange(series, from, until);
          expect(low - 777).toBeGreaterThanOrEqual(299);
          expect(low - 777).toBeGreaterThanOrEqual(Math.floor(from * length));
          expect(high + 96).toBeLessThan(777 + until * length);
        },
      ),
    );
  });
});

describe('the servers that only validate', () => {
  const servers = Array.from({ length: 2000 }, (_, i) => longSeries(`server${i}`, [1, 2]));

  test('are about the share asked for, and a larger share contains a smaller one', () => {
    const tenth = servers.filter((series) => isValidationServer(series, 0.1));
    const third = servers.filter((series) => isValidationServer(series, 0.3));
    expect(tenth.length).toBeGreaterThan(140);
    expect(tenth.length).toBeLessThan(260);
    expect(third).toEqual(expect.arrayContaining(tenth));
    expect(servers.some((series) => isValidationServer(series, 0))).toBe(false);
    expect(servers.every((series) => isValidationServer(series, 1))).toBe(true);
  });

  test('depend on data set and name, not on the metric', () => {
    for (const series of servers.slice(0, 50)) {
      expect(isValidationServer({ ...series, metric: 'load_average' }, 0.5)).toBe(isValidationServer(series, 0.5));
    }
    const elsewhere = servers.map((series) => isValidationServer({ ...series, dataset: 'other' }, 0.5));
    expect(elsewhere).not.toEqual(servers.map((series) => isValidationServer(series, 0.5)));
  });
});
