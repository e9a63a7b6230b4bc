import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { WindowOptions } from '../../src/windows/options.js';
import { WindowStore } from '../../src/windows/store.js';
import { batch, defaults, filled, NOON, present, STEP, series } from './support.js';

/** 48 buckets of half an hour: small enough to be filled and overrun by a property. */
const small: WindowOptions = { ...defaults, stepSeconds: 1800, historySeconds: 86_400 };
const SMALL_CAPACITY = 48;

describe('a ring', () => {
  test('keeps the newest buckets, whatever the order in which they came', () => {
    const points = fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 150 }), fc.integer({ min: 0, max: 99 })), {
      selector: ([bucket]) => bucket,
      minLength: 1,
      maxLength: 120,
    });
    fc.assert(
      fc.property(points, (shuffled) => {
        const newest = Math.max(...shuffled.map(([bucket]) => bucket));
        const store = new WindowStore(small);
        for (const [bucket, value] of shuffled) {
          store.ingest(batch('buckets', newest * 1800, series('a', 'load_average', [[bucket * 1800, value]])));
        }
        const kept = shuffled.filter(([bucket]) => bucket > newest - SMALL_CAPACITY).sort(([a], [b]) => a - b);
        expect([...present(store.frame('a', newest * 1800)!, 'load_average')]).toEqual(kept);
      }),
    );
  });

  test('equals a plain map after any steps and jumps, in content and in its counts', () => {
    const write = fc.record({
      jump: fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 0, max: 3 }) }, fc.integer({ min: 0, max: 200 })),
      back: fc.integer({ min: 0, max: 60 }),
      metric: fc.constantFrom('mem_used_pct', 'cpu_idle_pct', 'load_average'),
      value: fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 0, max: 99 }) }, fc.constant(Number.NaN)),
    });
    fc.assert(
      fc.property(fc.array(write, { minLength: 1, maxLength: 150 }), (writes) => {
        const store = new WindowStore(small);
        const model = new Map<string, Map<number, number>>();
        let now = 1000;
        for (const { jump, back, metric, value } of writes) {
          now += jump;
          const bucket = now - back;
          store.ingest(batch('buckets', now * 1800, series('a', metric, [[bucket * 1800, value]])));
          if (back >= SMALL_CAPACITY) continue;
          if (!model.has(metric)) model.set(metric, new Map());
          if (Number.isNaN(value)) model.get(metric)!.delete(bucket);
          else model.get(metric)!.set(bucket, value);
        }
        const frame = store.frame('a', now * 1800);
        if (frame === undefined) return;
        const cells = [...model].map(
          ([metric, row]) => [metric, [...row].filter(([b]) => b > frame.newest - SMALL_CAPACITY)] as const,
        );
        for (const [metric, row] of cells) {
          expect([...present(frame, metric)]).toEqual(row.sort(([a], [b]) => a - b));
        }
        const best = Math.max(0, ...cells.map(([, row]) => row.length));
        expect(frame.quality.historyDays).toBeCloseTo((best * 1800) / 86_400, 12);
        const alive = cells.filter(([, row]) => row.length > 0);
        const share = alive.reduce((sum, [, row]) => sum + row.length / SMALL_CAPACITY, 0) / Math.max(1, alive.length);
        expect(frame.quality.coverageRatio).toBeCloseTo(share, 12);
      }),
      { numRuns: 300 },
    );
  });

  test('counts the last day apart from the rest of the window', () => {
    const store = new WindowStore(defaults);
    store.ingest(batch('buckets', NOON, filled('a', 'mem_used_pct', NOON, 2304)));
    expect(store.frame('a', NOON)!.quality).toEqual({
      coverageRatio: 1,
      historyDays: 8,
      warmupRatio: 1,
      lastSampleAt: NOON,
    });
    const later = NOON + 72 * STEP;
    store.ingest(batch('buckets', later, series('a', 'mem_used_pct', [[later, 50]])));
    expect(store.frame('a', later)!.quality.coverageRatio).toBeCloseTo((288 - 71) / 288, 12);
  });
});
