import { expect, test } from 'vitest';
import { isForecastable } from '../../src/windows/forecastable.js';
import { WindowStore } from '../../src/windows/store.js';
import { batch, defaults, filled, NOON, STEP, series } from './support.js';

/** A frame with a complete `mem_used_pct` and a `java_cpu_pct` of the given buckets before noon. */
function frameWith(javaAges: readonly number[]) {
  const store = new WindowStore(defaults);
  const points = javaAges.map((age) => [NOON - age * STEP, 5] as const).reverse();
  store.ingest(batch('buckets', NOON, filled('a', 'mem_used_pct', NOON, 300), series('a', 'java_cpu_pct', points)));
  return store.frame('a', NOON)!;
}
const ages = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

test('a row is forecast while its last value is at most 12 buckets behind', () => {
  expect(isForecastable(frameWith(ages(12, 60)), 1)).toBe(true);
  expect(isForecastable(frameWith(ages(13, 60)), 1)).toBe(false);
});

test('a row is forecast while at most half of the last four hours is missing', () => {
  expect(isForecastable(frameWith(ages(0, 23)), 1)).toBe(true);
  expect(isForecastable(frameWith(ages(0, 22)), 1)).toBe(false);
});

test('one thin row does not keep its neighbour from being forecast', () => {
  expect(isForecastable(frameWith([0]), 0)).toBe(true);
  expect(isForecastable(frameWith([0]), 1)).toBe(false);
});

test('no row of a stale or warming server is forecast', () => {
  const frame = frameWith(ages(0, 60));
  expect(isForecastable({ ...frame, state: 'stale' }, 0)).toBe(false);
  expect(isForecastable({ ...frame, state: 'warming' }, 0)).toBe(false);
  expect(isForecastable({ ...frame, state: 'maintenance' }, 0)).toBe(true);
});
