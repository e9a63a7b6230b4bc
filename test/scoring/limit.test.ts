import { expect, test } from 'vitest';
import { settleThreshold } from '../../src/scoring/limit.js';
import type { ThresholdRule } from '../../src/scoring/thresholds.js';
import { defaults, frameOf } from './support.js';

const load = defaults.generic.find((rule) => rule.metric === 'load_average') as ThresholdRule;
const DAY = 288;

test("a load limit is three times the server's own 99th percentile", () => {
  // 2016 values before the last day, 1–2016 in some order: the 1996th is the nearest-rank 99th percentile.
  const frame = frameOf({ load_average: (age) => (age < DAY ? 1 : (((age - DAY) * 1009) % 2016) + 1) });
  expect(settleThreshold(load, frame)).toMatchObject({ value: 3 * 1996, origin: '3 × its own p99', usualPeak: 1996 });
});

test('a quiet server keeps the smallest limit', () => {
  expect(settleThreshold(load, frameOf({ load_average: 0.1 }))).toMatchObject({
    value: 4,
    origin: '',
    usualPeak: Math.fround(0.1),
  });
});

test('an incident of the last 24 h does not raise its own limit', () => {
  const calm = settleThreshold(load, frameOf({ load_average: 2 }));
  expect(settleThreshold(load, frameOf({ load_average: (age) => (age < DAY ? 90 : 2) }))).toEqual(calm);
});

test('without a day of older history there is no limit of its own', () => {
  const young = (days: number) => frameOf({ load_average: (age) => (age < days * DAY ? 2 : Number.NaN) });
  expect(settleThreshold(load, young(1.9))).toBeUndefined();
  expect(settleThreshold(load, young(2))).toMatchObject({ value: 6 });
  expect(settleThreshold(load, frameOf({ mem_used_pct: 50 }))).toBeUndefined();
});
