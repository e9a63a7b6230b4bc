import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { AT, makeFrame, makeServer } from '../exposition/fleet.js';
import { startServer } from './running.js';

/** `T` is what the test reads of the body. */
async function getJson<T = unknown>(
  url: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: T }> {
  const response = await fetch(url, { headers });
  expect(response.headers.get('content-type')).toMatch(/^application\/json/);
  return { status: response.status, body: (await response.json()) as T };
}

describe('/health', () => {
  test('counts servers and says when the last cycle was', async () => {
    expect(await getJson(`${await startServer()}/health`)).toEqual({
      status: 200,
      body: {
        status: 'healthy',
        service: 'linborg',
        running: true,
        servers_tracked: 5,
        servers_warmed_up: 4,
        predictions_active: true,
        last_update: '2026-01-05T12:02:00Z',
      },
    });
  });

  test('is healthy but without predictions before the first cycle', async () => {
    const url = await startServer({ view: undefined, totals: { startedAt: AT - 60 } });
    const { status, body } = await getJson(`${url}/health`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'healthy', predictions_active: false, last_update: null, servers_tracked: 0 });
  });

  test('is a 503 when no cycle has succeeded for three intervals', async () => {
    const { status, body } = await getJson(`${await startServer({ now: () => AT + 200 })}/health`);
    expect(status).toBe(503);
    expect(body).toMatchObject({ status: 'unhealthy', predictions_active: false, servers_tracked: 5 });
  });
});

test('/status adds the window, the model and the warm-up', async () => {
  const { body } = await getJson(`${await startServer()}/status`);
  expect(body).toMatchObject({
    status: 'healthy',
    model_loaded: true,
    model_path: 'models/default',
    rolling_window_size: 4 * 8 * 288 + 16,
    tick_count: 60,
    total_records_received: 4711,
    last_prediction: '2026-01-05T12:02:00Z',
    uptime_seconds: 3601,
    warmup_complete: false,
    warmup: { is_warmed_up: false, progress_percent: 89, threshold: 40, current_size: 178, required_size: 200 },
  });
});

describe('/predictions', () => {
  test('current has all scored servers', async () => {
    const { body } = await getJson<{ predictions: object }>(`${await startServer()}/predictions/current`);
    expect(Object.keys(body.predictions)).toEqual(['ppdb-1', 'odd "name"\\x', 'ppweb-2']);
    expect(body).toMatchObject({ summary: { total: 3 } });
  });

  test('of one server has its steps and their timestamps, whatever its name', async () => {
    const url = await startServer();
    for (const name of ['ppdb-1', 'odd "name"\\x']) {
      const door = `${url}/predictions/${encodeURIComponent(name)}`;
      const { status, body } = await getJson<{ server_name: string; timestamps: string[] }>(door);
      expect(status).toBe(200);
      expect(body.server_name).toBe(name);
      expect(body.timestamps).toHaveLength(96);
      expect(Date.parse(body.timestamps[0]!) / 1000).toBeGreaterThan(AT);
    }
  });

  test('of an unknown server is a 404 with close names', async () => {
    expect(await getJson(`${await startServer()}/predictions/ppdb1`)).toEqual({
      status: 404,
      body: { detail: 'unknown server "ppdb1"', closest: ['ppdb-1'] },
    });
  });

  test('of a server that is warming or stale say why there is none', async () => {
    const url = await startServer();
    expect((await getJson(`${url}/predictions/ppml-7`)).body).toMatchObject({
      error: 'insufficient_data',
      message: 'Need at least 40 records per server, have 18',
      server_name: 'ppml-7',
      state: 'warming',
    });
    expect((await getJson(`${url}/predictions/ppetl-3`)).body).toMatchObject({
      message: expect.stringContaining('while its state is stale; its last sample'),
    });
  });

  test('are insufficient before the first forecast', async () => {
    const none = await startServer({ view: undefined, totals: { startedAt: AT - 60 } });
    const expected = { error: 'insufficient_data', predictions: {} };
    for (const path of ['/predictions/current', '/predictions/a', '/api/v1/metrics/predictions']) {
      expect((await getJson(none + path)).body).toMatchObject(expected);
    }
    const frame = makeFrame('a', { state: 'warming', quality: { warmupRatio: 0.5 } });
    const warming = await startServer({ view: { at: AT, servers: [{ frame, forecasts: [] }] } });
    expect((await getJson(`${warming}/predictions/current`)).body).toEqual({
      ...expected,
      message: 'Need at least 40 records per server, have 20',
    });
  });

  test('as a flat list have one row per server, metric and horizon', async () => {
    const { body } = await getJson<{ predictions: unknown[] }>(`${await startServer()}/api/v1/metrics/predictions`);
    expect(body.predictions).toHaveLength(3 * 2 * 4);
  });

  test('are compressed for those who take gzip', async () => {
    const url = await startServer();
    const response = await fetch(`${url}/predictions/current`, { headers: { 'accept-encoding': 'gzip' } });
    expect(response.headers.get('content-encoding')).toBe('gzip');
    const { predictions } = (await response.json()) as { predictions: object };
    expect(Object.keys(predictions)).toHaveLength(3);
  });
});

describe('/alerts/active and /alerts', () => {
  test('have every server whose level is not healthy, with what explains most of its risk', async () => {
    const url = await startServer();
    const { status, body } = await getJson<{ alerts: unknown }>(`${url}/alerts/active`);
    expect(status).toBe(200);
    expect(body).toEqual({
      timestamp: '2026-01-05T12:02:00Z',
      count: 1,
      alerts: [
        {
          server_name: 'ppdb-1',
          level: 'critical',
          risk_score: 86.5,
          profile: 'Database',
          message: 'mem_used_pct 91 reaches 95 in 1 h 50 min (p50)',
          time_to_issue: 6600,
        },
      ],
    });
    expect((await getJson(`${url}/alerts`)).body).toEqual(body);
    expect((await getJson<{ alerts: unknown }>(`${url}/predictions/current`)).body.alerts).toEqual(body.alerts);
  });

  test.each([
    [49.9, []],
    [50, ['degraded']],
    [60, ['warning']],
    [80, ['critical']],
  ])('call a risk of %d as the older dashboards do', async (score, levels) => {
    const url = await startServer({ view: { at: AT, servers: [makeServer('a', score)] } });
    const { body } = await getJson<{ alerts: { level: string }[] }>(`${url}/alerts`);
    expect(body.alerts.map(({ level }) => level)).toEqual(levels);
  });

  test('have none, and say why, before the first cycle', async () => {
    const url = await startServer({ view: undefined, totals: { startedAt: AT - 60 } });
    expect((await getJson(`${url}/alerts/active`)).body).toEqual({
      timestamp: '2026-01-05T12:02:01Z',
      count: 0,
      alerts: [],
      error: 'insufficient_data',
      message: expect.stringContaining('no cycle has succeeded yet'),
    });
  });
});

describe('the API key', () => {
  const paths = [
    '/predictions/current',
    '/predictions/ppdb-1',
    '/api/v1/metrics/predictions',
    '/alerts',
    '/alerts/active',
  ];

  test('is wanted by the predictions where one is configured, and by nothing else', async () => {
    const url = await startServer({ web: { api_key: 'open sesame' } });
    for (const path of paths) {
      expect((await getJson(url + path)).status).toBe(401);
      expect((await getJson(url + path, { 'x-api-key': 'open says me' })).status).toBe(403);
      expect((await getJson(url + path, { 'x-api-key': 'open sesame' })).status).toBe(200);
    }
    for (const path of ['/health', '/status', '/metrics', '/-/ready', '/'])
      expect((await fetch(url + path)).status).toBe(200);
  });

  test('may come from a file, in which a line feed at the end does not count', async () => {
    const path = join(tmpdir(), `linborg-key-${process.pid}`);
    await writeFile(path, 'from a file\n');
    const url = await startServer({ web: { api_key_file: path } });
    expect((await getJson(url + paths[0], { 'x-api-key': 'from a file' })).status).toBe(200);
    await writeFile(path, ' \n');
    await expect(startServer({ web: { api_key_file: path } })).rejects.toThrow('is empty; expected the key in it');
    await expect(startServer({ web: { api_key_file: `${path}.missing` } })).rejects.toThrow('web.api_key_file');
  });

  test('being absent, a request under a foreign host name is refused even from this machine', async () => {
    const url = await startServer();
    const request = get(`${url}/predictions/current`, { headers: { host: 'linborg.example.com' } });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.resume();
    expect(response.statusCode).toBe(403);
  });

  test.each([
    ['X-Forwarded-For', '203.0.113.7'],
    ['Forwarded', 'for=203.0.113.7'],
    ['X-Real-IP', '203.0.113.7'],
    ['Via', '1.1 proxy'],
  ])('being absent, what a proxy on this machine passes on is refused: %s', async (name, value) => {
    const url = await startServer();
    expect((await getJson(url + paths[0])).status).toBe(200);
    expect((await getJson(url + paths[0], { [name]: value })).status).toBe(403);
  });
});

describe('the rate limit', () => {
  test('holds per client and minute and says when to come back', async () => {
    let now = AT;
    const url = await startServer({ web: { rate_limits: { predictions_per_minute: 2 } }, now: () => now });
    const ask = () => fetch(`${url}/predictions/ppdb-1`);
    expect([(await ask()).status, (await ask()).status]).toEqual([200, 200]);
    now = AT + 20;
    const refused = await ask();
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('40');
    expect(await refused.json()).toMatchObject({ detail: expect.stringMatching(/^Rate limit exceeded\. /) });
    now = AT + 60;
    expect((await ask()).status).toBe(200);
  });

  test('shuts nobody out for as long as the clock was set back', async () => {
    let now = AT;
    const url = await startServer({
      web: { rate_limits: { predictions_per_minute: 1 } },
      now: () => now,
      totals: { lastSuccessAt: AT - 3600 },
    });
    const ask = async () => (await fetch(`${url}/predictions/ppdb-1`)).status;
    expect([await ask(), await ask()]).toEqual([200, 429]);
    now = AT - 3600;
    expect([await ask(), await ask()]).toEqual([200, 429]);
  });

  test('of one family of doors leaves the others alone', async () => {
    const limits = { predictions_per_minute: 1, alerts_per_minute: 2 };
    const url = await startServer({ web: { rate_limits: limits } });
    const statuses = async (path: string) =>
      [await fetch(url + path), await fetch(url + path)].map(({ status }) => status);
    expect(await statuses('/predictions/current')).toEqual([200, 429]);
    expect(await statuses('/cascade/status')).toEqual([200, 429]);
    expect(await statuses('/alerts')).toEqual([200, 200]);
    expect((await fetch(`${url}/alerts/active`)).status).toBe(429);
    expect((await fetch(`${url}/health`)).status).toBe(200);
  });

  test('of 0 is none', async () => {
    const url = await startServer({ web: { rate_limits: { predictions_per_minute: 0 } } });
    const answers = await Promise.all(Array.from({ length: 40 }, () => fetch(`${url}/predictions/ppdb-1`)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  });
});
