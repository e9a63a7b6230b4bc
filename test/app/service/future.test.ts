/** The future in the user's own Prometheus: a stock one with remote_read, as the README shows it. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadConfigFile } from '../../../src/app/configFile.js';
import { Service } from '../../../src/app/service/service.js';
import { codeBlocks } from '../../docs/pages.js';
import { freePort } from '../../sources/fixtures/realPrometheus.js';
import { writeConfiguration } from '../fixtures/configuration.js';
import { type FleetPrometheus, startFleetPrometheus } from '../fixtures/fleet.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { until, untilReady } from '../fixtures/scrape.js';

const SERVERS = 3;
let fleet: FleetPrometheus;
let linborg: Service;
let address: string;

/** An alert on the future: fires as soon as Prometheus evaluates it, for every server has some memory in use. */
const RULES = `
groups:
  - name: future
    interval: 1s
    rules:
      - alert: MemoryBeforeLong
        expr: max_over_time(linborg_future{metric="mem_used_pct", level="p90"}[4h] offset -4h) > 1
      - record: server:linborg_risk_score:max4h_ahead
        expr: max_over_time(linborg_future{metric="risk_score"}[4h] offset -4h)
`;

beforeAll(async () => {
  const port = await freePort();
  const rules = path.join(temporaryFolder(), 'rules.yml');
  writeFileSync(rules, RULES);
  fleet = await startFleetPrometheus({
    servers: SERVERS,
    days: 2,
    until: Date.now() / 1000,
    configuration: `
rule_files: ['${rules}']
global: { external_labels: { cluster: eu } }
remote_read:
  - url: http://127.0.0.1:${port}/api/v1/read
    read_recent: true
    required_matchers: { __name__: linborg_future }
scrape_configs:
  - job_name: linborg
    scrape_interval: 1s
    static_configs: [{ targets: ['127.0.0.1:${port}'] }]
`,
  });
  const keys = {
    web: { listen_address: `127.0.0.1:${port}` },
    // An age and an interval that a test can wait for.
    ...{ cycle: '1s', future: { external_labels: { cluster: 'eu' }, ages: ['2s'], keep_every: '1s' } },
  };
  const readConfig = () => loadConfigFile(file);
  const source = {
    labels: ['zone'],
    labels_from: `label_replace(node_load1{$selector, instance!="${fleet.names[0]}"}, "zone", "east", "", "")`,
  };
  const file = writeConfiguration({ url: fleet.prometheus.url, keys, source });
  const started = await Service.start({ config: await readConfig(), readConfig, log: pino({ level: 'silent' }) });
  linborg = started.service;
  address = started.url;
  await untilReady(started.url);
});

afterAll(async () => {
  await linborg?.stop();
  await fleet?.prometheus.stop();
});

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
}

async function ask(pathAndQuery: string): Promise<Series[]> {
  const answer = await fetch(`${fleet.prometheus.url}/api/v1/${pathAndQuery}`);
  const body = (await answer.json()) as {
    status: string;
    error?: string;
    warnings?: string[];
    data: { result: Series[] };
  };
  expect(body, pathAndQuery).toMatchObject({ status: 'success' });
  expect(body.warnings ?? [], pathAndQuery).toEqual([]);
  return body.data.result;
}

const query = (promql: string) => ask(`query?query=${encodeURIComponent(promql)}`);
const now = () => Date.now() / 1000;

describe('a stock Prometheus with remote_read', () => {
  it('looks 4 hours ahead with a negative offset, for every server', async () => {
    const result = await query('max_over_time(linborg_future{metric="mem_used_pct",level="p90"}[4h] offset -4h)');
    expect(result.map(({ metric }) => metric['server']).sort()).toEqual(fleet.names);
    for (const { value } of result) {
      expect(Number(value![1])).toBeGreaterThan(0);
      expect(Number(value![1])).toBeLessThanOrEqual(100);
    }
  });

  it('agrees with the forecasts on /metrics', async () => {
    const ahead = await query('linborg_future{metric="mem_used_pct",level="p50"} offset -1h');
    const gauges = await until(
      () => query('linborg_forecast_value{metric="mem_used_pct",level="p50",horizon="1h"}'),
      (result) => result.length === SERVERS,
    );
    expect(ahead).toHaveLength(SERVERS);
    for (const { metric, value } of gauges) {
      const same = ahead.find((one) => one.metric['server'] === metric['server'])!;
      // The step may have changed between the cycle and now.
      expect(Math.abs(Number(same.value![1]) - Number(value![1]))).toBeLessThan(5);
    }
  });

  it('joins the future with present metrics', async () => {
    const result = await query(
      'max_over_time(linborg_future{metric="risk_score"}[8h] offset -8h) - on (server, profile) linborg_risk_score',
    );
    expect(result.map(({ metric }) => metric['server']).sort()).toEqual(fleet.names);
  });

  it('ranks by topk and aggregates by label', async () => {
    const top = await query('topk(2, max_over_time(linborg_future{metric="cpu_user_pct",level="p50"}[8h] offset -8h))');
    expect(top).toHaveLength(2);
    const levels = await query('count by (level) (linborg_future{metric="cpu_user_pct"} offset -2h)');
    expect(levels.map(({ metric, value }) => [metric['level'], value![1]]).sort()).toEqual([
      ['p10', '3'],
      ['p50', '3'],
      ['p90', '3'],
    ]);
  });

  it('evaluates subqueries over the future', async () => {
    const result = await query(
      'max_over_time(avg_over_time(linborg_future{metric="cpu_user_pct",level="p50"}[30m])[3h:15m] offset -4h)',
    );
    expect(result).toHaveLength(SERVERS);
  });

  it('matches by regular expression and by exclusion', async () => {
    const [first, ...others] = fleet.names;
    const escaped = others.join('|');
    const only = await query(`linborg_future{server=~"${escaped}|x.*y",metric="load_average",level="p50"} offset -1h`);
    expect(only.map(({ metric }) => metric['server']).sort()).toEqual(others);
    const not = await query(`linborg_future{server!="${first}",metric!~".*_.*_.*|[^l].*",level="p50"} offset -1h`);
    expect(new Set(not.map(({ metric }) => metric['metric']))).toEqual(new Set(['load_average']));
  });

  it('draws a range that ends 8 hours from now, past and future in one graph, one sample per step', async () => {
    const at = now();
    const range = (promql: string) =>
      ask(`query_range?query=${encodeURIComponent(promql)}&start=${at - 3600}&end=${at + 8 * 3600}&step=300`);
    const [server] = fleet.names;
    const future = await range(`linborg_future{server="${server}",metric="mem_used_pct"}`);
    expect(future.map(({ metric }) => metric['level']).sort()).toEqual(['p10', 'p50', 'p90']);
    for (const { values } of future) {
      expect(values![0]![0]).toBeGreaterThan(at - 600);
      expect(values!.at(-1)![0]).toBeGreaterThan(at + 7.5 * 3600);
      expect(values!.length).toBeGreaterThan(90);
    }
    const past = await range(
      `node_memory_MemAvailable_bytes{instance="${server}"} or linborg_future{server="${server}",level="p50"}`,
    );
    expect(new Set(past.map(({ metric }) => metric['__name__'] ?? metric['metric']))).toContain('linborg_future');
    expect(past.some(({ metric }) => metric['__name__'] === 'node_memory_MemAvailable_bytes')).toBe(true);
  });

  it('names the series of the future', async () => {
    const answer = await fetch(
      `${fleet.prometheus.url}/api/v1/series?match[]=linborg_future{metric="risk_score"}&start=${now()}&end=${now() + 3600}`,
    );
    const { data } = (await answer.json()) as { data: Record<string, string>[] };
    expect(data.map(({ server }) => server).sort()).toEqual(fleet.names);
    expect(Object.keys(data.find(({ server }) => server === fleet.names[0])!).sort()).toEqual([
      '__name__',
      'metric',
      'profile',
      'server',
    ]);
  });

  it('carries labels of the scraped series, ahead and by a join on /metrics', async () => {
    const [, ...zoned] = fleet.names;
    const ahead = await query('linborg_future{metric="risk_score", zone="east"} offset -1h');
    expect(ahead.map(({ metric }) => metric['server']).sort()).toEqual(zoned);
    const joined = await until(
      () => query('linborg_risk_score * on (server) group_left (zone) linborg_server_info'),
      (result) => result.length === zoned.length,
    );
    expect(new Set(joined.map(({ metric }) => metric['zone']))).toEqual(new Set(['east']));
  });

  it('fires an alert on the future and records a rule on it', async () => {
    const firing = await until(
      () => query('ALERTS{alertname="MemoryBeforeLong",alertstate="firing"}'),
      (result) => result.length === SERVERS,
    );
    expect(firing.map(({ metric }) => metric['server']).sort()).toEqual(fleet.names);
    await until(
      () => query('server:linborg_risk_score:max4h_ahead'),
      (result) => result.length === SERVERS,
    );
  });

  it('still has the forecasts that were made some time ago, under their age', async () => {
    const aged = await until(
      () => query('linborg_future{age="2s",metric="mem_used_pct",level="p50"} offset -1h'),
      (result) => result.length === SERVERS,
    );
    expect(aged.map(({ metric }) => metric['server']).sort()).toEqual(fleet.names);
    const risks = await query('linborg_future{age="2s",metric="risk_score"} offset -1h');
    expect(risks.map(({ metric }) => metric['server']).sort()).toEqual(fleet.names);
    expect((await query('count by (age) (linborg_future{age!="2s"} offset -1h)')).map(({ metric }) => metric)).toEqual([
      {},
    ]);
  });

  it('finds nothing of a server that there is not, and nothing under an age that is not kept yet', async () => {
    expect(await query('linborg_future{server="nobody"} offset -1h')).toEqual([]);
    expect(await query('linborg_future{age="4h"}')).toEqual([]);
  });
});

describe('the activity page of the same linborg', () => {
  it('leads to queries that Prometheus answers, and has the cycles', async () => {
    const page = await (await fetch(`${address}/activity`)).text();
    const links = [...page.matchAll(/href="([^"]+\/graph\?g0\.expr=[^"]+)"/g)].map(([, href]) =>
      href!.replaceAll('&amp;', '&'),
    );
    expect(links.length).toBeGreaterThan(10);
    for (const link of links) {
      const url = new URL(link);
      expect(url.origin).toBe(fleet.prometheus.url);
      expect((await query(url.searchParams.get('g0.expr')!)).length, link).toBeGreaterThan(0);
    }
    expect(page).toMatch(/The last \d+ cycles/);
    // linborg itself is a subject of each cycle, and no server.
    expect(page).toMatch(
      new RegExp(`<td class="number"[^>]*>${SERVERS}</td><td[^>]*><span class="pill green">ok</span>`),
    );
  });

  it('and the page of its model have what the model folder says', async () => {
    const page = await (await fetch(`${address}/model`)).text();
    expect(page).toContain('Model default');
    expect(page).toContain('azure_vm');
  });
});

describe('the README', () => {
  it('shows the remote_read that was tested here', () => {
    const shown = codeBlocks().find(({ text, where }) => where.startsWith('README.md') && text.includes('remote_read'));
    expect(parse(shown?.text ?? '')).toMatchObject({
      remote_read: [{ read_recent: true, required_matchers: { __name__: 'linborg_future' } }],
    });
  });
});
