import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linborgMixin } from '../../rules/mixin/mixin.js';
import { serviceQueries } from '../../rules/mixin/serviceQueries.js';
import { servicesAnswer } from '../../src/exposition/answers/services.js';
import { writeConfiguration } from '../app/fixtures/configuration.js';
import { until, untilReady } from '../app/fixtures/scrape.js';
import { startService } from '../app/fixtures/serviceHere.js';
import { hasPrometheus, type RealPrometheus, startPrometheus } from '../sources/fixtures/realPrometheus.js';

type Summary = ReturnType<typeof servicesAnswer.parse>;

const FEATURES = ['--enable-feature=exemplar-storage,native-histograms'];
/** Of the trace that the requests to the example belong to, which is sampled. */
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

interface Example {
  readonly url: string;
  readonly process: ChildProcess;
}

/** Runs a file of docs/examples until it says where it listens. */
async function startExample(file: string): Promise<Example> {
  const child = spawn(process.execPath, [`docs/examples/${file}`], {
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout!, 'data');
  return { url: String(line).trim(), process: child };
}

async function ask(
  prometheus: RealPrometheus,
  query: string,
): Promise<{ metric: Record<string, string>; value: number }[]> {
  const body = new URLSearchParams({ query });
  const answer = await fetch(`${prometheus.url}/api/v1/query`, { method: 'POST', body });
  const { data, error } = (await answer.json()) as {
    data?: { result: { metric: Record<string, string>; value: [number, string] }[] };
    error?: string;
  };
  if (data === undefined) throw new Error(`${query}: ${error}`);
  return data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
}

describe.runIf(hasPrometheus)('the services of docs/instrumenting.md', () => {
  let prometheus: RealPrometheus;
  let orders: Example;
  let billing: Example;

  beforeAll(async () => {
    [orders, billing] = (await Promise.all(['prom-client.mjs', 'opentelemetry.mjs'].map(startExample))) as [
      Example,
      Example,
    ];
    const jobs = [
      { job: 'shop', url: orders.url },
      { job: 'billing', url: billing.url },
    ].map(({ job, url }) => `  - job_name: ${job}\n    static_configs: [{ targets: ['${new URL(url).host}'] }]\n`);
    // A subquery has the resolution of the evaluation.
    prometheus = await startPrometheus(
      `global: { scrape_interval: 1s, evaluation_interval: 1s }\nscrape_configs:\n${jobs.join('')}`,
      FEATURES,
    );
  }, 60_000);

  afterAll(async () => {
    await prometheus?.stop();
    for (const example of [orders, billing]) {
      example?.process.kill('SIGKILL');
    }
  });

  async function request(path: string, times: number): Promise<void> {
    const headers = { traceparent: `00-${TRACE}-00f067aa0ba902b7-01` };
    for (let i = 0; i < times; i++)
      for (const url of [`${orders.url}/orders/${path}`, `${billing.url}/invoices/${path}`]) {
        const answer = await fetch(url, { headers });
        await answer.arrayBuffer();
        expect(answer.status).toBe(path.includes('fail') ? 500 : 200);
      }
  }

  it('are read figure by figure by the packs services and jobs', async () => {
    // Each series has to be there before what is counted: a counter is known by its rise.
    await request('1', 1);
    await request('1?fail', 1);
    const seen = () => ask(prometheus, 'count({__name__=~"http_.*_count"})');
    await until(seen, ([one]) => one?.value === 4);
    await request('1', 30);
    await request('1?fail', 10);
    const counted = () => ask(prometheus, 'sum({__name__=~"http_.*_count"})');
    await until(counted, ([one]) => one?.value === 84);

    const packs = [{ pack: 'services' }, { pack: 'jobs' }];
    const keys = { target_packs: packs, cycle: '1s' };
    const { url } = await startService(writeConfiguration({ url: prometheus.url, keys, source: { min_window: '2m' } }));
    await untilReady(url);
    const read = async (): Promise<Summary> =>
      servicesAnswer.parse(await (await fetch(`${url}/api/v1/services/summary`)).json());
    // What is read out of a metric's name by a subquery needs two of its steps, one service sooner than the other.
    const summary = await until(read, ({ silent, services }) => {
      const rates = services.filter(({ figures }) => figures.some(({ metric }) => metric === 'messages_rate'));
      return silent.length === 0 && rates.length === 2;
    });
    const figures = (name: string) =>
      new Map(summary.services.find((one) => one.name === name)!.figures.map((one) => [one.metric, one]));
    const value = (name: string, metric: string) => figures(name).get(metric)!.value;

    for (const service of ['orders', 'billing']) {
      expect(value(service, 'service_health_ratio')).toBe(1);
      expect(value(service, 'messages_rate')).toBeGreaterThan(0.1);
      expect(value(service, 'errors_per_message_ratio')).toBeCloseTo(0.25, 1);
      expect(value(service, 'errors_rate') / value(service, 'messages_rate')).toBeCloseTo(0.25, 1);
      expect(value(service, 'processing_seconds')).toBeLessThan(2);
      expect(value(service, 'processing_p95_seconds')).toBeGreaterThan(value(service, 'processing_seconds'));
      expect(value(service, 'service_memory_bytes')).toBeGreaterThan(20e6);
      expect(value(service, 'active_connections')).toBeGreaterThan(0);
      expect(value(service, 'cache_hit_ratio')).toBeGreaterThan(0.9);
    }
    // Names without a service are about the job.
    for (const job of ['shop', 'billing']) {
      expect(value(job, 'http_requests_rate')).toBeGreaterThan(0.1);
      expect(value(job, 'http_errors_ratio')).toBeCloseTo(0.25, 1);
      const quantiles = ['http_p50_seconds', 'http_p95_seconds', 'http_p99_seconds'].map((name) => value(job, name));
      expect(quantiles).toEqual(quantiles.toSorted((a, b) => a - b));
      expect(quantiles[2]).toBeLessThan(0.5);
    }
    expect(value('orders:refunds', 'business_rate')).toBeGreaterThan(0);
    expect(value('billing:paid', 'business_rate')).toBeGreaterThan(value('orders:refunds', 'business_rate'));
    expect(value('orders', 'jobs_success_ratio')).toBeCloseTo(0.75, 1);
    expect(value('orders', 'jobs_rate')).toBeGreaterThan(0.1);
    expect(value('orders', 'job_seconds')).toBeGreaterThan(0.004);
    expect(value('orders', 'job_p95_seconds')).toBeGreaterThan(0.004);
    expect(figures('orders').get('messages_rate')!.sources).toMatchObject([{ target: 'services' }]);
  }, 120_000);

  it('say with exemplars which trace a slow request belongs to, and keep labels few', async () => {
    const now = Date.now() / 1000;
    const range = new URLSearchParams({
      ...{ query: 'http_request_duration_seconds_bucket', start: `${now - 600}`, end: `${now + 60}` },
    });
    const answer = await fetch(`${prometheus.url}/api/v1/query_exemplars?${range}`);
    const { data } = (await answer.json()) as { data: { exemplars: { labels: { traceId: string } }[] }[] };
    expect(data.flatMap(({ exemplars }) => exemplars.map(({ labels }) => labels.traceId))).toContain(TRACE);
    // What the tests before asked for is scraped once a scrape has begun since.
    await until(
      () => ask(prometheus, 'min(timestamp(up{job="shop"}))'),
      ([one]) => (one?.value ?? 0) > now,
    );
    const before = await ask(prometheus, 'count({job="shop"})');
    for (let i = 100; i < 130; i++) await (await fetch(`${orders.url}/orders/${i}`)).arrayBuffer();
    await until(
      () => ask(prometheus, 'sum(orders_messages_processed_total)'),
      ([one]) => one?.value === 72,
    );
    expect(await ask(prometheus, 'count({job="shop"})')).toEqual(before);
  }, 60_000);

  it('are read from native histograms, too', async () => {
    const now = Math.floor(Date.now() / 1000);
    // 60 requests a minute of 1 to 2 s, and 20 that took 2 to 4 s and failed.
    const histograms = (code: string, first: number, perMinute: number) => ({
      labels: { __name__: 'http_request_duration_seconds', job: 'native', instance: 'a:1', code },
      points: [],
      histograms: Array.from({ length: 11 }, (_, minute) => ({
        ...{
          time: now - 600 + 60 * minute,
          first,
          counts: [perMinute * (minute + 1)],
          sum: perMinute * (minute + 1) * 1.5,
        },
      })),
    });
    await prometheus.write([histograms('200', 1, 60), histograms('500', 2, 20)]);
    const queries = serviceQueries({
      selector: 'job="native"',
      notServices: 'none',
      nativeHistograms: true,
      window: '5m',
    });
    const value = async (query: string) =>
      (await ask(prometheus, query)).map((one) => [one.metric['service'], one.value]);
    const [[service, median]] = (await value(queries.requestQuantile(0.5))) as [[string, number]];
    expect(service).toBe('native');
    expect(median).toBeGreaterThan(1);
    expect(median).toBeLessThan(2);
    const [[, p99]] = (await value(queries.requestQuantile(0.99))) as [[string, number]];
    expect(p99).toBeGreaterThan(2);
    expect(p99).toBeLessThan(4);
    const statuses = await ask(prometheus, queries.requests());
    const rates = Object.fromEntries(statuses.map((one) => [one.metric['status'], one.value]));
    expect(rates['200']).toBeCloseTo(1, 1);
    expect(rates['500']).toBeCloseTo(1 / 3, 1);
  });

  it('are read by the recording rules as by the packs', () => {
    const { prometheusRules, _config } = linborgMixin();
    const { selector, not_services: notServices } = _config.services;
    const { rated, mean, quantile, requests, requestQuantile } = serviceQueries({
      selector,
      notServices,
      nativeHistograms: true,
      window: '5m',
    });
    const rules = prometheusRules.groups.flatMap((group) =>
      group.rules.map(({ rule }) => [rule.record, rule.expr] as const),
    );
    expect(Object.fromEntries(rules)).toMatchObject({
      'service:messages_processed:rate5m': rated('messages_processed_total'),
      'service:processing_duration_seconds:avg_rate5m': mean('processing_duration_seconds'),
      'service:processing_duration_seconds:p95_rate5m': quantile(0.95, 'processing_duration_seconds'),
      'service_status:http_requests:rate5m': requests(),
      'service:http_request_duration_seconds:p95_rate5m': requestQuantile(0.95),
    });
  });
});
