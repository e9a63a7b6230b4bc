import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createPrometheusSource } from '../../src/sources/prometheus.js';
import type { PullSummary, Source } from '../../src/sources/source.js';
import { hasPrometheus, type RawSeries, type RealPrometheus, startPrometheus } from './fixtures/realPrometheus.js';
import { collect, optionsOf, packOf, surroundings } from './fixtures/support.js';

const NOW = Math.floor(Date.now() / 1000) - 60;
const PACK = packOf(
  'name: small\nmetrics:\n  load_average:\n    - name: load1\n      expr: node_load1{$selector}\n',
  'small.yml',
);

function lasting(labels: Readonly<Record<string, string>>): RawSeries {
  return { labels, points: Array.from({ length: 31 }, (_, i) => [NOW - 60 * (30 - i), 1] as const) };
}

const up = (instance: string, more: Readonly<Record<string, string>>) =>
  lasting({ __name__: 'up', job: 'node', instance, ...more });

describe.runIf(hasPrometheus)('labels of a real Prometheus that are passed through', () => {
  let prometheus: RealPrometheus;
  let source: Source | undefined;

  beforeAll(async () => {
    prometheus = await startPrometheus();
    await prometheus.write([
      lasting({ __name__: 'node_load1', job: 'node', instance: 'web1:9100' }),
      up('web1:9100', { env: 'prod', team: 'web', rack: '12' }),
      up('db1:9100', { env: 'test', team: 'x'.repeat(129) }),
      up('ml1:9100', { rack: '7' }),
      up('two1:9100', { env: 'b', team: 'second' }),
      up('two1:9100', { env: 'a', team: 'first' }),
      lasting({ __name__: 'up', job: 'other', instance: 'web1:9100', env: 'a', team: 'a' }),
      lasting({ __name__: 'kube_pod_labels', node: 'web1:9100', label_app: 'shop' }),
    ]);
  });

  afterEach(() => {
    source?.close();
    source = undefined;
  });

  afterAll(() => prometheus?.stop());

  async function summaryOf(written: Readonly<Record<string, unknown>>): Promise<PullSummary> {
    const options = optionsOf({ url: prometheus.url, selector: 'job="node"', ...written });
    source = await createPrometheusSource(options, PACK, surroundings());
    return (await collect(source.history(NOW, 3600))).summary;
  }

  it('are one set per server, the first by its labels, without what is empty or too long', async () => {
    const { labels, failures } = await summaryOf({ labels: ['env', 'team'] });
    expect(failures).toEqual([]);
    expect(Object.fromEntries(labels!)).toEqual({
      'web1:9100': { env: 'prod', team: 'web' },
      'db1:9100': { env: 'test' },
      'two1:9100': { env: 'a', team: 'first' },
    });
  });

  it('are not asked for unless named', async () => {
    const without = await summaryOf({});
    const withLabels = await summaryOf({ labels: ['env'] });
    expect(without.labels).toBeUndefined();
    expect(withLabels.queries).toBe(without.queries + 1);
  });

  it('come from other series where the source names them', async () => {
    const { labels } = await summaryOf({
      labels: ['app'],
      labels_from:
        'label_replace(label_replace(kube_pod_labels, "app", "$1", "label_app", "(.*)"), "instance", "$1", "node", "(.*)")',
    });
    expect(Object.fromEntries(labels!)).toEqual({ 'web1:9100': { app: 'shop' } });
  });

  it('tell a profile where the source says so: asked with the others in one query, and not passed through', async () => {
    const without = await summaryOf({});
    const both = await summaryOf({ labels: ['env'], profile_labels: ['team', 'env'] });
    expect(both.queries).toBe(without.queries + 1);
    expect(both.labels!.get('web1:9100')).toEqual({ env: 'prod' });
    expect(both.askedLabels!.get('web1:9100')).toEqual({ env: 'prod', team: 'web' });
    const alone = await summaryOf({ profile_labels: ['rack'] });
    expect(alone.labels).toBeUndefined();
    expect(Object.fromEntries(alone.askedLabels!)).toEqual({ 'web1:9100': { rack: '12' }, 'ml1:9100': { rack: '7' } });
  });

  it('are absent when the query fails, which is said and costs nothing else', async () => {
    const { labels, failures, servers } = await summaryOf({ labels: ['env'], labels_from: 'up{' });
    expect([...labels!]).toEqual([]);
    expect(failures).toMatchObject([{ metric: 'labels' }]);
    expect(failures[0]!.error.message).toMatch(
      /^query for the labels of the servers failed \(.*\); the query was: group by \(instance, env\) \(up\{\)$/,
    );
    expect(servers).toBe(1);
  });
});

it('a label that the series have already, or that Prometheus gives, is refused', () => {
  for (const name of ['server', 'metric', 'level', 'age', 'profile', 'job', 'instance', '__name__', 'a-b'])
    expect(() => optionsOf({ url: 'http://localhost:9090', labels: [name] }), name).toThrow();
  expect(() => optionsOf({ url: 'http://localhost:9090', labels: Array.from('abcdefghijk') })).toThrow();
  expect(optionsOf({ url: 'http://localhost:9090', labels: ['env'] }).labels).toEqual(['env']);
});
