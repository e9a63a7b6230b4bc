import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { METRIC_NAMES } from '../../src/core/metrics.js';
import { loadPack } from '../../src/mapping/pack.js';
import { createPrometheusSource } from '../../src/sources/prometheus.js';
import type { Source } from '../../src/sources/source.js';
import { EXPECTED, nodeExporterSeries, processSeries } from './fixtures/fleet.js';
import { hasPrometheus, type RealPrometheus, startPrometheus } from './fixtures/realPrometheus.js';
import { type Collected, collect, optionsOf, PACKS_DIR, packOf, surroundings } from './fixtures/support.js';

const HOUR = 3600;
/** 130 s into a bucket, some minutes ago. */
const NOW = Math.floor(Date.now() / 300_000) * 300 - 900 + 130;
const PARTIAL = NOW - 130;
const START = PARTIAL - 12 * HOUR + 7;
const VANISHED_AT = PARTIAL - 6 * HOUR + 7;
const APPEARED_AT = PARTIAL - 3 * HOUR + 7;

describe.runIf(hasPrometheus)('a Prometheus with a fleet of node_exporters', () => {
  let prometheus: RealPrometheus;
  const sources: Source[] = [];

  beforeAll(async () => {
    prometheus = await startPrometheus();
    const java = (instance: string) => ({
      __name__: 'namedprocess_namegroup_cpu_seconds_total',
      groupname: 'java',
      mode: 'user',
      instance,
      job: 'process',
    });
    for (const server of [
      { instance: 'web1:9100', from: START, to: NOW, sockets: 'textfile' as const },
      {
        instance: 'db1:9100',
        from: START,
        to: NOW,
        withoutMemAvailable: true,
        withoutSwap: true,
        sockets: 'tcpstat' as const,
      },
      { instance: 'gone1:9100', from: START, to: VANISHED_AT },
      { instance: 'new1:9100', from: APPEARED_AT, to: NOW, rebootAt: APPEARED_AT + 100 * 60 },
    ])
      await prometheus.write(nodeExporterSeries(server));
    await prometheus.write([
      processSeries(java('web1:9256'), 0.8, START, NOW),
      processSeries({ __name__: 'process_cpu_seconds_total', instance: 'db1:9404', job: 'jmx' }, 0.5, START, NOW),
      processSeries({ __name__: 'process_cpu_seconds_total', instance: 'db1:9100', job: 'node' }, 9, START, NOW),
      processSeries({ __name__: 'jvm_threads_current', instance: 'db1:9404', job: 'jmx' }, 0, START, NOW),
    ]);
  });

  afterAll(async () => {
    for (const source of sources) source.close();
    await prometheus?.stop();
  });

  async function sourceOf(written: Record<string, unknown> = {}, packText?: string): Promise<Source> {
    const pack =
      packText === undefined ? await loadPack({ pack: 'node_exporter' }, PACKS_DIR) : packOf(packText, 'test.yml');
    const options = optionsOf({ url: prometheus.url, selector: 'job="node"', ...written });
    const source = await createPrometheusSource(options, pack, surroundings());
    sources.push(source);
    return source;
  }

  function valuesOf(collected: Collected, server: string, metric: string): Map<number, number> {
    return collected.values.get(`${server} ${metric}`) ?? new Map();
  }

  it('gives the history of every metric a server has, in LINBORG units', async () => {
    const history = await collect((await sourceOf()).history(NOW, 12 * HOUR));
    expect(history.summary.failures).toEqual([]);
    expect(history.summary.servers).toBe(4);
    for (const [metric, expected] of Object.entries(EXPECTED)) {
      const buckets = valuesOf(history, 'web1:9100', metric);
      expect(buckets.size, metric).toBe(145);
      for (const [bucket, value] of buckets)
        if (bucket > START) expect(value, `${metric} at ${bucket}`).toBeCloseTo(expected, 1);
    }
    const cpu = ['cpu_user_pct', 'cpu_sys_pct', 'cpu_iowait_pct', 'cpu_idle_pct'];
    const total = cpu.map((metric) => valuesOf(history, 'web1:9100', metric).get(PARTIAL - 300)!);
    expect(total.reduce((a, b) => a + b)).toBeCloseTo(100, 1);
    expect(history.progress.at(-1)).toEqual([history.progress.length, history.progress.length]);
  });

  it('finds the first servers as soon as there are some, not at the next probe an hour later', async () => {
    const source = await sourceOf({ selector: 'job="late"' });
    const before = await collect(source.history(NOW, HOUR));
    expect(before.summary).toMatchObject({ servers: 0, failures: [] });
    const labels = { __name__: 'node_load1', job: 'late', instance: 'late1:9100' };
    const points = Array.from({ length: 31 }, (_, i) => [NOW - 60 * (30 - i), 2] as const);
    await prometheus.write([{ labels, points }]);
    const after = await collect(source.increment(PARTIAL - 300, NOW + 30));
    expect(after.summary.servers).toBe(1);
    expect(valuesOf(after, 'late1:9100', 'load_average').get(PARTIAL - 300)).toBe(2);
  });

  it('names a bucket by its start and fills it with the scrapes up to its end', async () => {
    const history = await collect((await sourceOf()).history(NOW, HOUR));
    const load = valuesOf(history, 'web1:9100', 'load_average');
    const bucket = PARTIAL - 600;
    // Scrapes lie at 7 s past the minute: five in each bucket.
    const minutes = [0, 1, 2, 3, 4].map((i) => Math.floor((bucket + i * 60) / 60) % 1000);
    expect(load.get(bucket)).toBeCloseTo(minutes.reduce((a, b) => a + b) / 5, 6);
    expect(Math.max(...load.keys())).toBe(PARTIAL);
  });

  it('takes for each server the first alternative that has data', async () => {
    const history = await collect((await sourceOf()).history(NOW, HOUR));
    const at = (server: string, metric: string) => valuesOf(history, server, metric).get(PARTIAL - 300);
    expect(at('web1:9100', 'mem_used_pct')).toBeCloseTo(60, 6);
    expect(at('db1:9100', 'mem_used_pct'), 'without MemAvailable').toBeCloseTo(60, 6);
    expect(at('db1:9100', 'swap_used_pct'), 'no swap is a fact').toBe(0);
    expect(at('web1:9100', 'front_close_wait')).toBe(4);
    expect(at('web1:9100', 'back_close_wait')).toBe(7);
    expect(at('db1:9100', 'back_close_wait'), 'the sum stands for the back').toBe(11);
    expect(at('db1:9100', 'front_close_wait'), 'the sum cannot be split').toBeUndefined();
  });

  it('finds Java under exporters on other ports and leaves it absent elsewhere', async () => {
    const history = await collect((await sourceOf()).history(NOW, HOUR));
    const at = (server: string) => valuesOf(history, server, 'java_cpu_pct').get(PARTIAL - 300);
    expect(at('web1:9100'), '0.8 of 2 CPUs').toBeCloseTo(40, 1);
    expect(at('db1:9100'), '0.5 of 2 CPUs, the JVM only').toBeCloseTo(25, 1);
    expect(at('new1:9100')).toBeUndefined();
    expect([...history.values.keys()].filter((key) => key.includes(':9256') || key.includes(':9404'))).toEqual([]);
  });

  it('fills in a default or an estimate only where the configuration says so', async () => {
    const withDefault = await sourceOf({ metrics: { java_cpu_pct: { default: 0 } } });
    const filled = valuesOf(await collect(withDefault.history(NOW, HOUR)), 'new1:9100', 'java_cpu_pct');
    expect([...filled.values()]).toEqual(Array.from({ length: 13 }, () => 0));
    const withEstimate = await sourceOf({ metrics: { java_cpu_pct: { estimate: true } } });
    const estimated = valuesOf(await collect(withEstimate.history(NOW, HOUR)), 'new1:9100', 'java_cpu_pct');
    expect(estimated.get(PARTIAL - 300)).toBeCloseTo(EXPECTED.cpu_user_pct, 1);
  });

  it('gives a vanished server no values after it went, and a new one none before it came', async () => {
    const history = await collect((await sourceOf()).history(NOW, 12 * HOUR));
    for (const metric of METRIC_NAMES) {
      const gone = [...valuesOf(history, 'gone1:9100', metric).keys()];
      const fresh = [...valuesOf(history, 'new1:9100', metric).keys()];
      expect(
        gone.every((bucket) => bucket < VANISHED_AT + 300),
        metric,
      ).toBe(true);
      expect(
        fresh.every((bucket) => bucket >= APPEARED_AT - 300),
        metric,
      ).toBe(true);
    }
    expect(valuesOf(history, 'gone1:9100', 'load_average').size).toBe(73);
  });

  it('survives a reset of all counters within the range', async () => {
    const history = await collect((await sourceOf()).history(NOW, 3 * HOUR));
    const idle = [...valuesOf(history, 'new1:9100', 'cpu_idle_pct').values()];
    expect(idle.length).toBeGreaterThan(30);
    for (const value of idle) {
      expect(value).toBeGreaterThan(30);
      expect(value).toBeLessThanOrEqual(60);
    }
  });

  it('brings the same values in many small queries as in few large ones', async () => {
    const large = await collect((await sourceOf()).history(NOW, 12 * HOUR));
    const small = await collect((await sourceOf({ max_samples_per_query: 100 })).history(NOW, 12 * HOUR));
    const tiny = await collect((await sourceOf({ http_method: 'GET', min_window: '5m' })).history(NOW, HOUR));
    expect(small.summary.queries).toBeGreaterThan(large.summary.queries + 50);
    expect(sorted(small)).toEqual(sorted(large));
    expect(tiny.summary.failures).toEqual([]);
  });

  it('brings in an increment only what is new, the partial bucket, and the newest buckets once more', async () => {
    const source = await sourceOf();
    await collect(source.history(NOW - 600, HOUR));
    const keys = (collected: Collected) => [...valuesOf(collected, 'web1:9100', 'load_average').keys()].sort();
    const grown = await collect(source.increment(PARTIAL - 900, NOW));
    expect(keys(grown)).toEqual([-1200, -900, -600, -300, 0].map((offset) => PARTIAL + offset));
    const soon = await collect(source.increment(PARTIAL - 300, NOW + 30));
    expect(keys(soon), 'too soon to read again').toEqual([PARTIAL]);
    const settled = await collect(source.increment(PARTIAL - 300, NOW + 90));
    expect(keys(settled), 'once more').toEqual([-600, -300, 0].map((offset) => PARTIAL + offset));
    const quiet = await collect(source.increment(PARTIAL - 300, NOW + 120));
    expect(keys(quiet), 'and that is all').toEqual([PARTIAL]);
  });

  it('lets samples that came late land', async () => {
    const source = await sourceOf(
      { selector: 'job="late"' },
      pack('load_average', 'sum by ($server_label) (sum_over_time(x{$selector}[$window]))'),
    );
    const labels = { __name__: 'x', instance: 'late1', job: 'late' };
    const bucket = PARTIAL - 300;
    await prometheus.write([{ labels, points: [[bucket + 60, 1]] }]);
    const first = await collect(source.history(PARTIAL + 20, HOUR));
    expect(valuesOf(first, 'late1', 'load_average').get(bucket)).toBe(1);
    await prometheus.write([{ labels, points: [[bucket + 120, 5]] }]);
    const second = await collect(source.increment(bucket, PARTIAL + 90));
    expect(valuesOf(second, 'late1', 'load_average').get(bucket)).toBe(6);
  });

  it('merges several series of one server the same way each time, and counts what they disputed', async () => {
    const points = (value: number, from: number): [number, number][] =>
      [0, 1, 2, 3, 4].map((i) => [from + i * 60 + 1, value]);
    const labels = { __name__: 'twice', instance: 'twin1', job: 'twice' };
    await prometheus.write([
      { labels: { ...labels, pod: 'b' }, points: [...points(2, PARTIAL - 900), ...points(2, PARTIAL - 600)] },
      { labels: { ...labels, pod: 'a' }, points: points(1, PARTIAL - 600) },
    ]);
    const source = await sourceOf(
      { selector: 'job="twice"' },
      pack('load_average', 'avg_over_time(twice{$selector}[$window])'),
    );
    const history = await collect(source.history(PARTIAL, HOUR));
    expect(Object.fromEntries(valuesOf(history, 'twin1', 'load_average'))).toEqual({
      [PARTIAL - 900]: 2,
      [PARTIAL - 600]: 1,
    });
    expect(history.summary.duplicatePoints).toBe(1);
  });

  it('passes on NaN, infinities and impossible values as "none" and counts them', async () => {
    const labels = { __name__: 'odd', instance: 'odd1', job: 'odd' };
    const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -20, 240, 101, 50];
    const at = (i: number) => PARTIAL - (values.length - i) * 300;
    await prometheus.write([{ labels, points: values.map((value, i) => [at(i) + 10, value]) }]);
    const source = await sourceOf(
      { selector: 'job="odd"' },
      pack('cpu_user_pct', 'last_over_time(odd{$selector}[$window])'),
    );
    const history = await collect(source.history(PARTIAL, HOUR));
    const seen = values.map((_, i) => valuesOf(history, 'odd1', 'cpu_user_pct').get(at(i)));
    expect(seen).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN, Number.NaN, 100, 50]);
    expect(history.summary).toMatchObject({ nonFinitePoints: 3, implausiblePoints: 2, samples: 2 });
  });

  it('goes on with the other metrics when one expression is wrong, and says where it stands', async () => {
    const text = `${pack('load_average', 'avg by ($server_label) (avg_over_time(node_load1{$selector}[$window]))')}  cpu_user_pct:\n    - name: broken\n      expr: rate(node_cpu_seconds_total{$selector}\n`;
    const history = await collect((await sourceOf({}, text)).history(NOW, HOUR));
    expect(valuesOf(history, 'web1:9100', 'load_average').size).toBe(13);
    expect(history.summary.failures.map(({ metric, alternative }) => [metric, alternative])).toEqual([
      ['cpu_user_pct', 'broken'],
    ]);
    expect(history.summary.failures[0]!.error.message).toMatch(
      /^test\.yml:\d+ metrics\.cpu_user_pct "broken" is refused .*parse error/,
    );
  });

  it('finds an alternative that begins to exist later', async () => {
    const text = pack(
      'load_average',
      'avg_over_time(later_a{$selector}[$window])',
      'avg_over_time(later_b{$selector}[$window])',
    );
    const source = await sourceOf({ selector: 'job="later"' }, text);
    const points = (from: number, value: number): [number, number][] =>
      [1, 2, 3, 4, 5].map((i) => [from + i * 50, value]);
    const labels = { instance: 'later1', job: 'later' };
    await prometheus.write([{ labels: { __name__: 'later_b', ...labels }, points: points(PARTIAL - 1200, 2) }]);
    const before = await collect(source.history(PARTIAL - 900, HOUR));
    expect(valuesOf(before, 'later1', 'load_average').get(PARTIAL - 1200)).toBe(2);
    await prometheus.write([{ labels: { __name__: 'later_a', ...labels }, points: points(PARTIAL - 300, 1) }]);
    const after = await collect(source.increment(PARTIAL - 1200, PARTIAL + HOUR));
    expect(valuesOf(after, 'later1', 'load_average').get(PARTIAL - 300)).toBe(1);
  });

  function sorted({ values }: Collected) {
    return [...values]
      .map(([key, buckets]) => [key, [...buckets].sort(([a], [b]) => a - b)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1));
  }
});

function pack(metric: string, ...exprs: string[]): string {
  const entries = exprs.map((expr) => `    - expr: ${JSON.stringify(expr)}\n`).join('');
  return `name: test\nmetrics:\n  ${metric}:\n${entries}`;
}
