import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { negotiateFormat } from '../../src/web/negotiateFormat.js';
import { AT } from '../exposition/fleet.js';
import { freePort } from '../sources/fixtures/realPrometheus.js';
import { startServer } from './running.js';

describe('the format of /metrics', () => {
  test.each([
    ['', 'prometheus'],
    ['*/*', 'prometheus'],
    ['text/html,application/xhtml+xml,*/*;q=0.8', 'prometheus'],
    // Prometheus 2.42
    [
      'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
      'openmetrics',
    ],
    // Prometheus 3
    [
      'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
      'openmetrics',
    ],
    ['application/openmetrics-text; version=0.0.1', 'prometheus'],
    ['application/openmetrics-text;q=0', 'prometheus'],
    ['text/plain;version=0.0.4;q=0.9,application/openmetrics-text;version=1.0.0;q=0.5', 'prometheus'],
  ])('for Accept %j is %s', (accept, format) => {
    expect(negotiateFormat(accept)).toBe(format);
  });
});

describe('/metrics', () => {
  test('has the content type of its format and says what it depends on', async () => {
    const url = await startServer();
    const plain = await fetch(`${url}/metrics`);
    expect(plain.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(plain.headers.get('vary')).toBe('Accept, Accept-Encoding');
    const open = await fetch(`${url}/metrics`, { headers: { accept: 'application/openmetrics-text; version=1.0.0' } });
    expect(open.headers.get('content-type')).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    expect((await open.text()).endsWith('# EOF\n')).toBe(true);
  });

  test('is compressed for those who take gzip, and for no one else', async () => {
    const url = await startServer();
    const compressed = await fetch(`${url}/metrics`, { headers: { 'accept-encoding': 'gzip' } });
    expect(compressed.headers.get('content-encoding')).toBe('gzip');
    expect(await compressed.text()).toContain('linborg_risk_score{server="ppdb-1",profile="database"} 86.5');
    for (const encoding of ['identity', 'gzip;q=0', 'br']) {
      const plain = await fetch(`${url}/metrics`, { headers: { 'accept-encoding': encoding } });
      expect(plain.headers.get('content-encoding')).toBeNull();
    }
  });

  test('withdraws the series of servers when no cycle has succeeded for three intervals', async () => {
    let now = AT + 180;
    const url = await startServer({ now: () => now });
    const scrape = async () => (await fetch(`${url}/metrics`)).text();
    expect(await scrape()).toContain('linborg_risk_score{');
    now = AT + 181;
    const later = await scrape();
    expect(later).not.toContain('server="');
    expect(later).toContain('linborg_build_info{');
  });

  test('answers HEAD without a body', async () => {
    const url = await startServer();
    const head = await fetch(`${url}/metrics`, { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(1000);
    expect(await head.text()).toBe('');
  });
});

test('a real Prometheus records what /metrics shows', { timeout: 60_000 }, async () => {
  const url = await startServer();
  const folder = await mkdtemp(join(tmpdir(), 'linborg-scrape-'));
  const scrape = { job_name: 'linborg', scrape_interval: '1s', static_configs: [{ targets: [new URL(url).host] }] };
  await writeFile(join(folder, 'prometheus.yml'), JSON.stringify({ scrape_configs: [scrape] }));
  execFileSync('promtool', ['check', 'config', join(folder, 'prometheus.yml')]);
  const address = `127.0.0.1:${await freePort()}`;
  const prometheus = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=${address}`,
    ],
    { stdio: 'ignore' },
  );
  try {
    const risk = await pollQuery(address, 'linborg_risk_score{profile="generic"}');
    expect(risk).toMatchObject([{ metric: { server: 'odd "name"\\x' }, value: [expect.anything(), '41'] }]);
    const forecast = 'linborg_forecast_value{server="ppdb-1",metric="mem_used_pct",horizon="4h",level="p90"}';
    expect(await pollQuery(address, forecast)).toMatchObject([{ value: [expect.anything(), '64'] }]);
    expect(await pollQuery(address, 'linborg_cycles_total')).toHaveLength(1);
    expect(await pollQuery(address, 'up{job="linborg"}')).toMatchObject([{ value: [expect.anything(), '1'] }]);
  } finally {
    const exited = once(prometheus, 'exit');
    prometheus.kill('SIGKILL');
    await exited;
    await rm(folder, { recursive: true });
  }
});

interface Sample {
  readonly metric: Record<string, string>;
  readonly value: [number, string];
}

/** The answer of an instant query, as soon as there is one. */
async function pollQuery(address: string, query: string): Promise<Sample[]> {
  for (;;) {
    const response = await fetch(`http://${address}/api/v1/query?query=${encodeURIComponent(query)}`).catch(
      () => undefined,
    );
    if (response?.ok) {
      const { data } = (await response.json()) as { data: { result: Sample[] } };
      if (data.result.length > 0) return data.result;
    }
    await delay(100);
  }
}
