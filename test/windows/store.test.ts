import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SampleBatch } from '../../src/core/flow.js';
import { WindowStore } from '../../src/windows/store.js';
import { batch, defaults, filled, NOON, present, STEP, series } from './support.js';

/** Raw samples of one metric, collected at epoch second `at`: values by seconds after noon. */
function raw(at: number, values: Readonly<Record<number, number>>): SampleBatch {
  const points = Object.entries(values).map(([seconds, value]) => [NOON + Number(seconds), value] as const);
  return batch('samples', at, series('a', 'x', points));
}

describe('ingest', () => {
  test('updates the partial newest bucket in place', () => {
    const store = new WindowStore(defaults);
    store.ingest(batch('buckets', NOON + 60, series('a', 'mem_used_pct', [[NOON, 10]])));
    const view = store.frame('a', NOON + 60)!;
    store.ingest(batch('buckets', NOON + 120, series('a', 'mem_used_pct', [[NOON, 30]])));
    expect([...present(view, 'mem_used_pct')]).toEqual([[NOON / STEP, 30]]);
  });

  test('averages raw samples within their bucket, over batches and out of order', () => {
    const store = new WindowStore(defaults);
    const at = NOON + 600;
    store.ingest(raw(at, { 10: 10, 310: 70 }));
    store.ingest(raw(at, { 20: 20, 30: 60 }));
    expect([...present(store.frame('a', at)!, 'x').values()]).toEqual([30, 70]);
  });

  test('lets a repeated raw sample correct itself instead of counting twice', () => {
    const store = new WindowStore(defaults);
    const at = NOON + 60;
    store.ingest(raw(at, { 10: 10 }));
    store.ingest(raw(at, { 40: 90 }));
    store.ingest(raw(at, { 40: 30 }));
    expect([...present(store.frame('a', at)!, 'x').values()]).toEqual([20]);
  });

  test('gives the same means for a batch of raw samples that a client sends twice', () => {
    const once = new WindowStore(defaults);
    const twice = new WindowStore(defaults);
    const samples = raw(NOON + 900, { 0: 1, 100: 3, 310: 8 });
    once.ingest(samples);
    twice.ingest(samples);
    twice.ingest(samples);
    expect(present(twice.frame('a', NOON)!, 'x')).toEqual(present(once.frame('a', NOON)!, 'x'));
  });

  test('replaces a bucket whose raw samples are long gone with the mean of the late ones', () => {
    const store = new WindowStore(defaults);
    const at = NOON + 7200;
    store.ingest(raw(at, { 0: 10, 20: 30 }));
    store.ingest(raw(at, { 1200: 5 }));
    store.ingest(raw(at, { 40: 50, 50: 70 }));
    expect(present(store.frame('a', at)!, 'x').get(NOON / STEP)).toBe(60);
  });

  test('starts a new mean after a bucket was replaced as a whole', () => {
    const store = new WindowStore(defaults);
    store.ingest(raw(NOON + 60, { 0: 10 }));
    store.ingest(batch('buckets', NOON + 60, series('a', 'x', [[NOON, 99]])));
    expect(present(store.frame('a', NOON)!, 'x').get(NOON / STEP)).toBe(99);
    store.ingest(raw(NOON + 60, { 50: 20 }));
    expect(present(store.frame('a', NOON)!, 'x').get(NOON / STEP)).toBe(20);
  });

  test('counts every sample once: stored, absent, too old, or ahead', () => {
    const store = new WindowStore(defaults);
    const summary = store.ingest(
      batch(
        'samples',
        NOON,
        series('a', 'x', [
          [NOON - 8 * 86_400, 1],
          [NOON - 60, Number.NaN],
          [NOON - 50, Number.POSITIVE_INFINITY],
          [NOON - 40, 1e39],
          [NOON - 30, 1],
          [NOON + 300, 2],
          [NOON + 301, 3],
          [Number.NaN, 4],
        ]),
      ),
    );
    expect(summary).toEqual({ stored: 2, absent: 3, tooOld: 1, ahead: 2, turnedAway: 0, newServers: ['a'] });
  });

  test('empties a bucket that the source takes back, but adds nothing for it', () => {
    const store = new WindowStore(defaults);
    store.ingest(
      batch(
        'buckets',
        NOON,
        series('a', 'x', [
          [NOON - STEP, 1],
          [NOON, 2],
        ]),
      ),
    );
    store.ingest(
      batch('buckets', NOON, series('a', 'x', [[NOON, Number.NaN]]), series('b', 'x', [[NOON, Number.NaN]])),
    );
    expect([...present(store.frame('a', NOON)!, 'x').values()]).toEqual([1]);
    expect(store.frame('b', NOON)).toBeUndefined();
  });

  test('keeps every value when metrics beyond the 14 make the window grow', () => {
    const store = new WindowStore(defaults);
    const names = Array.from({ length: 19 }, (_, i) => `extra_${i}`);
    for (const [i, name] of names.entries()) {
      store.ingest(
        batch(
          'buckets',
          NOON,
          series('a', name, [
            [NOON - STEP, i],
            [NOON, i + 100],
          ]),
        ),
      );
    }
    const frame = store.frame('a', NOON)!;
    expect(frame.metrics).toEqual(names);
    expect(frame.values).toHaveLength(19 * 2304);
    for (const [i, name] of names.entries()) expect([...present(frame, name).values()]).toEqual([i, i + 100]);
  });
});

describe('a frame', () => {
  test('shares its memory with workers', () => {
    const store = new WindowStore(defaults);
    store.ingest(batch('buckets', NOON, series('a', 'x', [[NOON, 1]])));
    expect(store.frame('a', NOON)!.values.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  test('carries the profile of the configured rules before the built-in ones', () => {
    const store = new WindowStore({ ...defaults, profiles: [{ match: /^ppdb9/, profile: 'ml_compute' }] });
    store.ingest(batch('buckets', NOON, ...['ppdb900', 'ppdb001'].map((name) => series(name, 'x', [[NOON, 1]]))));
    expect(store.frames(NOON).map((frame) => frame.profile)).toEqual(['ml_compute', 'database']);
  });

  test('is warming, with its progress, until two hours are there', () => {
    const store = new WindowStore(defaults);
    store.ingest(batch('buckets', NOON, filled('a', 'mem_used_pct', NOON, 18)));
    const young = store.frame('a', NOON)!;
    expect([young.state, young.quality.warmupRatio]).toEqual(['warming', 0.75]);
    store.ingest(batch('buckets', NOON, filled('a', 'mem_used_pct', NOON, 24)));
    const warm = store.frame('a', NOON)!;
    expect([warm.state, warm.quality.warmupRatio]).toEqual(['ok', 1]);
  });

  test('goes stale after 15 minutes of silence of all metrics, and only then', () => {
    const store = new WindowStore(defaults);
    store.ingest(batch('buckets', NOON, filled('a', 'mem_used_pct', NOON - STEP, 60)));
    expect(store.frame('a', NOON + 900)!.state).toBe('ok');
    expect(store.frame('a', NOON + 901)!.state).toBe('stale');
    store.ingest(batch('samples', NOON + 901, series('a', 'load_average', [[NOON + 900, 1]])));
    expect(store.frame('a', NOON + 901)!.state).toBe('ok');
  });

  test('has gaps when more than half of the last four hours of the key metrics is missing', () => {
    const store = new WindowStore(defaults);
    const noonPlus = (buckets: number) => NOON + buckets * STEP;
    store.ingest(batch('buckets', NOON, filled('a', 'mem_used_pct', NOON, 100)));
    store.ingest(batch('buckets', noonPlus(25), filled('a', 'mem_used_pct', noonPlus(25), 1)));
    expect(store.frame('a', noonPlus(25))!.state).toBe('ok');
    store.ingest(
      batch(
        'buckets',
        noonPlus(26),
        series('a', 'mem_used_pct', [
          [noonPlus(25), Number.NaN],
          [noonPlus(26), 1],
        ]),
      ),
    );
    expect(store.frame('a', noonPlus(26))!.state).toBe('gaps');
  });

  test('is not called gappy for a side metric while the key metrics flow', () => {
    const store = new WindowStore(defaults);
    store.ingest(batch('buckets', NOON, filled('a', 'mem_used_pct', NOON, 60), filled('a', 'java_cpu_pct', NOON, 2)));
    expect(store.frame('a', NOON)!.state).toBe('ok');
  });
});

test('an extra target keeps no silent server alive, but a subject that has nothing else lives by it', () => {
  const store = new WindowStore(defaults);
  store.ingest(batch('buckets', NOON, filled('a', 'mem_used_pct', NOON - 5 * STEP, 60)));
  store.ingest(batch('buckets', NOON, filled('a', 'queue_depth', NOON, 60), filled('celery', 'queue_depth', NOON, 60)));
  expect(store.frame('a', NOON)!.state).toBe('stale');
  expect(store.frame('celery', NOON)!.state).toBe('ok');
  expect(store.forgetSilent(NOON + 8 * 86_400 - 2 * STEP)).toEqual(['a']);
});

test('a server that was silent for 8 days is forgotten, and is new when it comes back', () => {
  const store = new WindowStore(defaults);
  store.ingest(batch('buckets', NOON, filled('a', 'x', NOON - STEP, 3), filled('b', 'x', NOON, 3)));
  const later = NOON + 8 * 86_400;
  expect(store.forgetSilent(later)).toEqual([]);
  store.ingest(batch('buckets', later, filled('b', 'x', later, 1)));
  expect(store.forgetSilent(later + 1)).toEqual(['a']);
  expect(store.frames(later).map((frame) => frame.server)).toEqual(['b']);
  expect(store.ingest(batch('buckets', later, filled('a', 'x', later, 1))).newServers).toEqual(['a']);
});

describe('a store that is full', () => {
  const full = { ...defaults, maxServers: 2 };
  const one = (server: string, at: number) => filled(server, 'mem_used_pct', at, 3);

  test('turns further servers away and counts what came of them', () => {
    const store = new WindowStore(full);
    const summary = store.ingest(batch('buckets', NOON, one('a', NOON), one('b', NOON), one('c', NOON)));
    expect(summary).toMatchObject({ stored: 6, turnedAway: 3, newServers: ['a', 'b'] });
    expect(store.forgetSilent(NOON)).toEqual([]);
    expect(store.size).toBe(2);
  });

  test('gives the place of the server that is stale for longest to one that was turned away', () => {
    const store = new WindowStore({ ...full, maxServers: 3 });
    store.ingest(
      batch('buckets', NOON, one('old', NOON - 9 * STEP), one('older', NOON - 12 * STEP), one('live', NOON)),
    );
    expect(store.forgetSilent(NOON)).toEqual([]);
    store.ingest(batch('buckets', NOON, one('new', NOON)));
    expect(store.forgetSilent(NOON)).toEqual(['older']);
    expect(store.ingest(batch('buckets', NOON, one('new', NOON))).newServers).toEqual(['new']);
    expect(store.forgetSilent(NOON)).toEqual([]);
  });

  test('keeps its bound and those that speak, whatever names come', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.nat(30), { maxLength: 8 }), { maxLength: 12 }), (rounds) => {
        const store = new WindowStore({ ...defaults, maxServers: 5 });
        rounds.forEach((names, i) => {
          const at = NOON + i * 2 * STEP;
          store.ingest(batch('buckets', at, ...names.map((name) => one(`pod-${name}`, at))));
          const spoke = store.frames(at).filter(({ state }) => state !== 'stale');
          const forgotten = new Set(store.forgetSilent(at));
          expect(store.size).toBeLessThanOrEqual(5);
          for (const { server } of spoke) expect(forgotten).not.toContain(server);
        });
      }),
    );
  });
});

test('a server with all 14 metrics and raw samples needs at most 150 KB', () => {
  const store = new WindowStore(defaults);
  for (let i = 0; i < 14; i++) store.ingest(batch('samples', NOON, filled('a', `metric_${i}`, NOON, 2304)));
  expect(store.bytesPerServer).toBeGreaterThan(14 * 2304 * 4);
  expect(store.bytesPerServer).toBeLessThan(150_000);
});
