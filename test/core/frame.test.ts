import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Frame } from '../../src/core/flow.js';
import { bucketValue, isServer, newestValue } from '../../src/core/frame.js';

/** Two rows; bucket `i` of the first one holds `i`, of the second −i, except those in `absent`. */
function frameOf(newest: number, capacity: number, absent: ReadonlySet<number> = new Set()): Frame {
  const values = new Float32Array(2 * capacity).fill(Number.NaN);
  for (let i = Math.max(0, newest - capacity + 1); i <= newest; i++) {
    if (absent.has(i)) continue;
    values[i % capacity] = i;
    values[capacity + (i % capacity)] = -i;
  }
  const quality = { coverageRatio: 1, historyDays: 8, warmupRatio: 1, lastSampleAt: newest * 300 };
  const metrics = ['mem_used_pct', 'load_average'];
  return { server: 'a', profile: 'generic', stepSeconds: 300, newest, capacity, metrics, values, state: 'ok', quality };
}

const windows = fc.record({ newest: fc.integer({ min: 0, max: 200 }), capacity: fc.integer({ min: 1, max: 40 }) });

test('a bucket inside the window has its value, whichever slot it fell into; one outside has none', () => {
  fc.assert(
    fc.property(windows, fc.integer({ min: -50, max: 250 }), ({ newest, capacity }, bucket) => {
      const isInside = bucket >= 0 && bucket <= newest && bucket > newest - capacity;
      const frame = frameOf(newest, capacity);
      expect(bucketValue(frame, 0, bucket)).toBe(isInside ? bucket : Number.NaN);
      expect(bucketValue(frame, 1, bucket)).toBe(isInside ? -bucket : Number.NaN);
      expect(bucketValue(frame, -1, bucket)).toBeNaN();
    }),
  );
});

test('the newest value is looked for so far back only, and never in another row', () => {
  const frame = frameOf(100, 30, new Set([98, 99, 100]));
  expect(newestValue(frame, 0, 3)).toBeUndefined();
  expect(newestValue(frame, 0, 4)).toBe(97);
  expect(newestValue(frame, 1, 4)).toBe(-97);
  expect(newestValue(frame, -1, 4)).toBeUndefined();
  expect(newestValue(frameOf(1, 30, new Set([0, 1])), 0, 12)).toBeUndefined();
});

test('a frame is of a server where one of the 14 metrics is in it, and of a subject of extra targets otherwise', () => {
  const frame = frameOf(10, 20);
  expect(isServer(frame)).toBe(true);
  expect(isServer({ ...frame, metrics: ['queue_depth', 'load_average'] })).toBe(true);
  expect(isServer({ ...frame, metrics: ['queue_depth', 'http_errors_ratio'] })).toBe(false);
});
