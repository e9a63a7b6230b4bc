import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadPack } from '../../src/mapping/pack.js';
import { type Client, createClient } from '../../src/sources/client.js';
import { createPrometheusSource } from '../../src/sources/prometheus.js';
import type { Source } from '../../src/sources/source.js';
import { runHere } from '../app/fixtures/cli.js';
import { temporaryFolder } from '../app/fixtures/folder.js';
import { nodeExporterSeries } from './fixtures/fleet.js';
import { type GrafanaProxy, startGrafanaProxy } from './fixtures/grafanaProxy.js';
import { hasPrometheus, type RealPrometheus, startPrometheus } from './fixtures/realPrometheus.js';
import { collect, optionsOf, PACKS_DIR, surroundings } from './fixtures/support.js';

const HOUR = 3600;
const NOW = Math.floor(Date.now() / 300_000) * 300 - 900 + 130;
const variable = (name: string) => `\${${name}}`;
const TOKEN = 'glsa_3ZJxAvPb0d1HkXyq_5ad2f6b1';

describe.runIf(hasPrometheus)('a Prometheus behind the data-source proxy of Grafana', () => {
  let prometheus: RealPrometheus;
  let grafana: GrafanaProxy;
  let client: Client | undefined;
  let source: Source | undefined;
  const locked = createServer((_, answer) => answer.writeHead(401).end('no'));

  beforeAll(async () => {
    prometheus = await startPrometheus();
    await prometheus.write(nodeExporterSeries({ instance: 'web1:9100', from: NOW - 6 * HOUR, to: Date.now() / 1000 }));
    locked.listen(0, '127.0.0.1');
    await once(locked, 'listening');
    grafana = await startGrafanaProxy({
      tokens: new Map([
        [TOKEN, { mayQuery: true, isViewer: true }],
        ['no-role', { mayQuery: true, isViewer: false }],
        ['no-permission', { mayQuery: false, isViewer: true }],
      ]),
      dataSources: new Map([
        ['prom-1', prometheus.url],
        ['elsewhere', `${prometheus.url}/no/api`],
        ['down', 'http://127.0.0.1:1'],
        ['locked', `http://127.0.0.1:${(locked.address() as { port: number }).port}`],
      ]),
    });
  });

  afterEach(() => {
    client?.close();
    source?.close();
    vi.unstubAllEnvs();
  });

  afterAll(async () => {
    locked.close();
    await grafana?.stop();
    await prometheus?.stop();
  });

  const behind = (written: Record<string, unknown> = {}, uid = 'prom-1', token = TOKEN) =>
    optionsOf({
      url: grafana.url,
      grafana: { datasource_uid: uid },
      authorization: { credentials: token },
      selector: 'job="node"',
      ...written,
    });

  async function ask(...written: Parameters<typeof behind>) {
    client = await createClient(behind(...written), surroundings());
    return client.instant('count(node_load1)', NOW);
  }

  it('brings the same history as the Prometheus itself', async () => {
    const pack = await loadPack({ pack: 'node_exporter' }, PACKS_DIR);
    const historyOf = async (options: ReturnType<typeof optionsOf>) => {
      source = await createPrometheusSource(options, pack, surroundings());
      const collected = await collect(source.history(NOW, 6 * HOUR));
      source.close();
      return collected;
    };
    const direct = await historyOf(optionsOf({ url: prometheus.url, selector: 'job="node"' }));
    const through = await historyOf(behind());
    expect(through.summary).toMatchObject({ queriesFailed: 0, failures: [], servers: 1 });
    expect(through.summary.source).toBe(`prometheus ${grafana.url}/api/datasources/proxy/uid/prom-1`);
    expect(through.values).toEqual(direct.values);
    expect(through.values.get('web1:9100 mem_used_pct')!.size).toBe(73);
  });

  it('is asked by POST with the token, which Grafana keeps to itself', async () => {
    await ask({ headers: { 'X-Grafana-Org-Id': '2' } });
    const { method, path: asked, headers } = grafana.passedOn.at(-1)!;
    expect([method, asked]).toEqual(['POST', '/api/v1/query']);
    expect(headers).not.toHaveProperty('authorization');
    expect(headers['x-grafana-org-id']).toBe('2');
  });

  it('lets a token without a role ask by GET, and says so where it tried to POST', async () => {
    await expect(ask({}, 'prom-1', 'no-role')).rejects.toThrow(
      `Grafana at ${grafana.url} does not let the token query data source prom-1 (HTTP 403: plugin proxy route access denied); without the role Viewer it may only GET: set http_method: GET, or give its service account that role`,
    );
    const [series] = await ask({ http_method: 'GET' }, 'prom-1', 'no-role');
    expect(series!.values[0]).toBe(1);
  });

  it('passes on what Prometheus itself says of a query', async () => {
    client = await createClient(behind(), surroundings());
    await expect(client.instant('sum(', NOW)).rejects.toMatchObject({
      kind: 'bad_query',
      message: expect.stringMatching(/^HTTP 400 from .*\/uid\/prom-1: .*parse error/),
    });
  });

  it.each([
    ['a wrong token', 'prom-1', 'wrong', /does not accept the token \(HTTP 401: Invalid API key\); expected that of a/],
    [
      'no permission',
      'prom-1',
      'no-permission',
      /not let the token query data source prom-1 \(HTTP 403: You'll need.*; give its service account the permission datasources:query on it/,
    ],
    [
      'an unknown uid',
      'prom-2',
      TOKEN,
      /knows no data source prom-2 \(HTTP 404: Data source not found\); its uid stands/,
    ],
    [
      'no API',
      'elsewhere',
      TOKEN,
      /has data source elsewhere, but no Prometheus API answers behind it \(HTTP 404: 404 page not found\)/,
    ],
    ['a data source that is down', 'down', TOKEN, /gets no answer from data source down \(HTTP 502\); is it up\?/],
    ['a data source that lets Grafana not in', 'locked', TOKEN, /is not let in by data source locked \(HTTP 400: Auth/],
  ])('is told in clear words from %s', async (_, uid, token, words) => {
    await expect(ask({}, uid, token)).rejects.toThrow(words);
  });

  it('is told in clear words from a login page, whether Grafana leads to it or shows it', async () => {
    const root = grafana.url.replace('/grafana', '');
    await expect(ask({ url: `${root}/other` })).rejects.toThrow(
      `Grafana at ${root}/other redirects to /grafana/login (HTTP 302); something wants a login there; expected an address where a token is enough`,
    );
    await expect(ask({ url: `${root}/page` })).rejects.toThrow(
      /\/page\/api\/.* answers with a page \("<!DOCTYPE html> .*"\), not with JSON; expected Grafana's own address as url/,
    );
  });

  it('waits and tries again where the data source is down, not where Grafana refuses', async () => {
    const pauses: number[] = [];
    client = await createClient(behind({}, 'down'), surroundings(pauses));
    await expect(client.instant('up', NOW)).rejects.toMatchObject({ kind: 'overloaded' });
    expect(pauses).toHaveLength(2);
    client = await createClient(behind({}, 'prom-2'), surroundings(pauses));
    await expect(client.instant('up', NOW)).rejects.toMatchObject({ kind: 'refused' });
    expect(pauses).toHaveLength(2);
  });

  it('is examined by check mappings, with address and token out of the environment, and neither shows the token', async () => {
    const file = path.join(temporaryFolder(), 'linborg.yml');
    writeFileSync(
      file,
      [
        'sources:',
        '  - prometheus:',
        `      url: ${variable('GRAFANA_URL')}`,
        `      grafana: { datasource_uid: ${variable('GRAFANA_UID')} }`,
        `      authorization: { credentials: ${variable('GRAFANA_TOKEN')} }`,
        '      selector: job="node"',
      ].join('\n'),
    );
    vi.stubEnv('GRAFANA_URL', grafana.url);
    vi.stubEnv('GRAFANA_UID', 'prom-1');
    vi.stubEnv('GRAFANA_TOKEN', TOKEN);
    const good = await runHere('check', 'mappings', '--config.file', file);
    expect(good.code, good.stderr).toBe(0);
    expect(good.stdout).toMatch(/^mem_used_pct +1\/1 /m);
    expect(good.stdout).toContain(`${grafana.url}/api/datasources/proxy/uid/prom-1, pack node_exporter`);
    vi.stubEnv('GRAFANA_TOKEN', 'glsa_revoked');
    const bad = await runHere('check', 'mappings', '--config.file', file);
    expect(bad.code).toBe(1);
    expect(bad.stderr).toContain('does not accept the token (HTTP 401: Invalid API key)');
    vi.stubEnv('GRAFANA_UID', 'https://grafana/d/1');
    const misused = await runHere('check', 'config', file);
    expect(misused.stderr).toContain(
      `${file}:4:34 sources[0].prometheus.grafana.datasource_uid is "\${GRAFANA_UID}"; expected`,
    );
    for (const { stdout, stderr } of [good, bad, misused]) expect(stdout + stderr).not.toContain('glsa_');
  });

  it('has its graphs in Explore', async () => {
    source = await createPrometheusSource(
      behind(),
      await loadPack({ pack: 'node_exporter' }, PACKS_DIR),
      surroundings(),
    );
    await collect(source.history(NOW, HOUR));
    const [query] = source.queries!();
    const page = new URL(query!.page);
    expect(page.pathname).toBe('/grafana/explore');
    const panes = JSON.parse(page.searchParams.get('panes')!);
    expect(panes.linborg).toMatchObject({ datasource: 'prom-1', queries: [{ expr: query!.expr }] });
  });
});
