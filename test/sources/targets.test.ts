import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { targetsSchema } from '../../src/config/targets.js';
import { loadPack } from '../../src/mapping/pack.js';
import { createPrometheusSource } from '../../src/sources/prometheus.js';
import { renderTargets } from '../../src/sources/renderDoctor.js';
import type { Source } from '../../src/sources/source.js';
import { examineTargets } from '../../src/sources/targetDoctor.js';
import { nodeExporterSeries } from './fixtures/fleet.js';
import { hasPrometheus, type RawSeries, type RealPrometheus, startPrometheus } from './fixtures/realPrometheus.js';
import { type Collected, collect, optionsOf, PACKS_DIR, surroundings } from './fixtures/support.js';

const HOUR = 3600;
/** 130 s into a bucket, some minutes ago. */
const NOW = Math.floor(Date.now() / 300_000) * 300 - 900 + 130;
const PARTIAL = NOW - 130;
const START = PARTIAL - 6 * HOUR;

function gauge(labels: Readonly<Record<string, string>>, value: (time: number) => number, to = NOW): RawSeries {
  const points: [number, number][] = [];
  for (let time = START; time <= to; time += 60) points.push([time, value(time)]);
  return { labels, points };
}

describe.runIf(hasPrometheus)('extra targets of a real Prometheus', () => {
  let prometheus: RealPrometheus;
  let source: Source | undefined;

  beforeAll(async () => {
    prometheus = await startPrometheus();
    await prometheus.write(nodeExporterSeries({ instance: 'web1:9100', from: START, to: NOW }));
    const queue = (name: string, shard: string) => ({ __name__: 'celery_queue_length', queue: name, shard });
    await prometheus.write([
      gauge(queue('mail', 'a'), () => 30),
      gauge(queue('mail', 'b'), () => 12),
      gauge(queue('video', 'a'), (time) => (time - START) / 60),
      gauge({ __name__: 'errors', instance: 'web1:9100' }, () => 0.25),
      gauge({ __name__: 'drift_seconds', instance: 'web1:9100' }, () => -3),
    ]);
  });

  afterEach(() => {
    source?.close();
    source = undefined;
  });

  afterAll(() => prometheus?.stop());

  async function pull(...written: Readonly<Record<string, unknown>>[]): Promise<Collected> {
    source = await createPrometheusSource(
      optionsOf({ url: prometheus.url, selector: 'job="node"', metrics: { swap_used_pct: { default: 0 } } }),
      await loadPack({ pack: 'node_exporter' }, PACKS_DIR),
      surroundings(),
      targetsSchema.parse(written),
    );
    return collect(source.history(NOW, 6 * HOUR));
  }

  const DEPTH = { name: 'queue_depth', query: 'sum by (queue) (celery_queue_length)', server_label: 'queue' };

  it('come as series of their subjects, history and newest bucket alike, beside the servers', async () => {
    const { values, summary } = await pull(DEPTH);
    expect(summary.failures).toEqual([]);
    const mail = values.get('mail queue_depth')!;
    expect([mail.size, new Set(mail.values())]).toEqual([73, new Set([42])]);
    const video = values.get('video queue_depth')!;
    // Each bucket is evaluated at its end, the newest one now.
    expect(video.get(START + HOUR)).toBe(65);
    expect(video.get(PARTIAL)).toBe(Math.floor((NOW - START) / 60));
    expect(summary).toMatchObject({ servers: 1, targets: [{ metric: 'queue_depth', isUp: true, series: 2 }] });
    expect(values.get('web1:9100 mem_used_pct')!.size).toBe(73);
  });

  it('give subjects no default of a server metric', async () => {
    const { values } = await pull(DEPTH);
    expect([...values.keys()].filter((key) => key.startsWith('mail '))).toEqual(['mail queue_depth']);
  });

  it('join the server of that name where they have its label', async () => {
    const { values } = await pull({ name: 'errors_ratio', query: 'errors' });
    expect(new Set(values.get('web1:9100 errors_ratio')!.values())).toEqual(new Set([0.25]));
  });

  it('are about the named subject where the query gives one series, and fail where it gives more', async () => {
    const { values, summary } = await pull(
      { name: 'backlog', query: 'sum(celery_queue_length{queue="mail"})', server: 'payments' },
      { name: 'depths', query: 'celery_queue_length', server: 'payments' },
    );
    expect(values.get('payments backlog')!.get(PARTIAL)).toBe(42);
    expect(values.has('payments depths')).toBe(false);
    expect(summary.targets).toEqual([
      { metric: 'backlog', isUp: true, series: 1 },
      { metric: 'depths', isUp: false, series: 0 },
    ]);
    expect(summary.failures[0]!.error.message).toBe(
      'target depths gives 3 series for server payments; expected one: aggregate them',
    );
  });

  it('that are broken, too many or without their label cost themselves only, with an error that says what to do', async () => {
    const { values, summary } = await pull(
      { name: 'broken', query: 'sum by (queue (celery_queue_length)', server_label: 'queue' },
      { ...DEPTH, name: 'flood', max_series: 1 },
      { ...DEPTH, name: 'nameless', query: 'sum(celery_queue_length)' },
      DEPTH,
    );
    expect(summary.outage).toBeUndefined();
    expect(values.get('mail queue_depth')!.size).toBe(73);
    expect(values.get('web1:9100 cpu_idle_pct')!.size).toBeGreaterThan(70);
    expect(summary.targets.map(({ isUp }) => isUp)).toEqual([false, false, false, true]);
    const messages = Object.fromEntries(summary.failures.map(({ metric, error }) => [metric, error.message]));
    expect(messages).toEqual({
      broken: expect.stringMatching(/^target broken failed \(.*parse error.*the query was: sum by \(queue \(celery/),
      flood: 'target flood gives 2 series; expected at most 1 (max_series)',
      nameless:
        'target nameless gives 1 series without the label queue; keep it with by (queue), or name the subject with server',
    });
  });

  it('are examined by check mappings: subjects, values, what is wrong, and the query to paste', async () => {
    const reports = await examineTargets(
      optionsOf({ url: prometheus.url }),
      { ...surroundings(), clock: () => NOW },
      targetsSchema.parse([
        DEPTH,
        { name: 'drift_seconds', query: 'drift_seconds' },
        { name: 'nothing', query: 'nowhere' },
        { name: 'broken', query: 'sum(', server: 'x' },
      ]),
    );
    expect(reports.map(({ metric, subjects }) => [metric, subjects])).toEqual([
      ['broken', []],
      ['drift_seconds', []],
      ['nothing', []],
      ['queue_depth', ['mail', 'video']],
    ]);
    const text = renderTargets(reports);
    expect(text).toMatch(/^queue_depth +2 +0 +42 +\d+ +mail, video$/m);
    expect(text).toMatch(/drift_seconds: \d+ values count as absent, since they are outside 0 or more/);
    expect(text).toContain('  nothing: no value in the last 24 h\n');
    expect(text).toMatch(/broken: target broken failed .*parse error/);
    expect(text).toContain('  # queue_depth\n  sum by (queue) (celery_queue_length)\n');
  });
});
