import { describe, expect, test } from 'vitest';
import type { MetricName } from '../../src/core/metrics.js';
import type { Profile } from '../../src/core/profiles.js';
import { thresholdsSchema } from '../../src/scoring/options.js';
import type { Thresholds } from '../../src/scoring/thresholds.js';

const limit = (thresholds: Thresholds, profile: Profile, metric: MetricName) =>
  thresholds[profile].find((rule) => rule.metric === metric)?.limit;

test('without a word, nine metrics have a limit, which profiles refine', () => {
  const thresholds = thresholdsSchema.parse(undefined);
  expect(thresholds.generic.map((rule) => rule.metric)).toEqual([
    'cpu_iowait_pct',
    'cpu_idle_pct',
    'java_cpu_pct',
    'mem_used_pct',
    'swap_used_pct',
    'disk_usage_pct',
    'back_close_wait',
    'front_close_wait',
    'load_average',
  ]);
  expect(limit(thresholds, 'generic', 'mem_used_pct')).toEqual({ kind: 'fixed', value: 95 });
  expect(limit(thresholds, 'database', 'mem_used_pct')).toEqual({ kind: 'fixed', value: 98 });
});

test('a limit for all servers outweighs the default of a profile', () => {
  const thresholds = thresholdsSchema.parse({ mem_used_pct: 93 });
  expect(limit(thresholds, 'database', 'mem_used_pct')).toEqual({ kind: 'fixed', value: 93 });
});

test('a limit for a profile outweighs the one for all servers', () => {
  const thresholds = thresholdsSchema.parse({ mem_used_pct: 93, database: { mem_used_pct: 99 } });
  expect(limit(thresholds, 'database', 'mem_used_pct')).toEqual({ kind: 'fixed', value: 99 });
  expect(limit(thresholds, 'web_api', 'mem_used_pct')).toEqual({ kind: 'fixed', value: 93 });
});

test('a metric can be switched off, switched on, and measured by its own history', () => {
  const thresholds = thresholdsSchema.parse({
    swap_used_pct: 'off',
    net_in_mb_s: { times_own_p99: 2, at_least: 50 },
    load_average: 32,
    ml_compute: { swap_used_pct: 80 },
  });
  expect(limit(thresholds, 'generic', 'swap_used_pct')).toBeUndefined();
  expect(limit(thresholds, 'ml_compute', 'swap_used_pct')).toEqual({ kind: 'fixed', value: 80 });
  expect(limit(thresholds, 'generic', 'net_in_mb_s')).toEqual({ kind: 'own_p99', times: 2, atLeast: 50 });
  expect(limit(thresholds, 'generic', 'load_average')).toEqual({ kind: 'fixed', value: 32 });
});

test('a breach counts from 15 minutes on, or from as long as was written', () => {
  const thresholds = thresholdsSchema.parse({
    mem_used_pct: { value: 93, sustained: '30m' },
    load_average: { times_own_p99: 2, at_least: 8, sustained: '1h' },
  });
  const sustained = (metric: string) => thresholds.generic.find((rule) => rule.metric === metric)?.sustainedSeconds;
  expect(['mem_used_pct', 'load_average', 'disk_usage_pct'].map(sustained)).toEqual([1800, 3600, 900]);
  expect(limit(thresholds, 'generic', 'mem_used_pct')).toEqual({ kind: 'fixed', value: 93 });
});

describe('a fault names its key and what was expected', () => {
  test.each([
    [{ mem_used_pct: 140 }, ['mem_used_pct'], /is 140; expected a number from 0 to 100/],
    [{ mem_used_pct: '95%' }, ['mem_used_pct'], /expected a number from 0 to 100, off, \{ value/],
    [{ mem_used_pct: { value: 140 } }, ['mem_used_pct'], /is 140; expected a number from 0 to 100/],
    [
      { mem_used_pct: { value: 95, sustained: 'long' } },
      ['mem_used_pct'],
      /expected a number from 0 to 100, off, \{ value/,
    ],
    [{ load_average: 0 }, ['load_average'], /is 0; expected a number above 0/],
    [{ database: { disk_usage_pct: -1 } }, ['database', 'disk_usage_pct'], /is -1/],
    [{ cpu_idle_pct: { times_own_p99: 2, at_least: 1 } }, ['cpu_idle_pct'], /expected a number, not times_own_p99/],
    [{ mem_usd_pct: 95 }, [], /mem_usd_pct/],
    [{ databse: { mem_used_pct: 95 } }, [], /databse/],
  ])('%j', (input, path, message) => {
    const issue = thresholdsSchema.safeParse(input).error!.issues[0]!;
    expect(issue.path).toEqual(path);
    expect(issue.message).toMatch(message);
  });
});
