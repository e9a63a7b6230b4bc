/** The doors of the past, over a real Prometheus that scrapes linborg and has earlier samples of two replicas. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SHARED_SECONDS } from '../../../src/exposition/historical/timeRange.js';
import { startCli } from '../fixtures/cli.js';
import { writeConfiguration } from '../fixtures/configuration.js';
import { until, untilReady } from '../fixtures/scrape.js';
import { type ScrapedFleet, startScrapedFleet } from '../fixtures/scrapedFleet.js';

let fleet: ScrapedFleet;

beforeAll(async () => {
  fleet = await startScrapedFleet();
});

afterAll(() => fleet?.prometheus.stop());

/** Starts linborg, and where asked lets Prometheus scrape it. */
async function serve(historical: { readonly selector: string }): Promise<string> {
  const keys = {
    historical,
    cycle: '1s',
    web: { listen_address: '127.0.0.1:0', rate_limits: { historical_per_minute: 0 } },
  };
  return startCli(['serve', '--config.file', writeConfiguration({ url: fleet.prometheus.url, keys })]).listens();
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly body: Record<string, unknown> & { readonly points: Record<string, unknown>[] };
}

async function ask(url: string): Promise<Answer> {
  const answer = await fetch(url);
  const text = await answer.text();
  const isJson = answer.headers.get('content-type') === 'application/json';
  return { status: answer.status, text, body: isJson ? (JSON.parse(text) as Answer['body']) : ({} as Answer['body']) };
}

/** How many series there were at the newest moment that the doors ask for. */
async function countRecorded(expr: string): Promise<number> {
  const time = Math.floor(Date.now() / 1000 / SHARED_SECONDS) * SHARED_SECONDS;
  const query = encodeURIComponent(`count(${expr})`);
  const answer = await fetch(`${fleet.prometheus.url}/api/v1/query?query=${query}&time=${time}`);
  const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
  return Number(data.result[0]?.value[1] ?? 0);
}

/** Samples every minute of the hours before now, of two replicas that differ by a point. */
async function writePast(now: number): Promise<void> {
  const hours = 30;
  const replicas = [0, 1].map((replica) => ({ job: 'past', instance: `linborg-${replica}` }));
  const minutes = Array.from({ length: 60 * hours }, (_, i) => now - 60 * (60 * hours - i));
  const series = (name: string, labels: Record<string, string>, valueAt: (secondsAgo: number) => number) =>
    replicas.map((replica, i) => ({
      labels: { __name__: name, ...replica, ...labels },
      points: minutes.map((time) => [time, valueAt(now - time) + (name === 'linborg_risk_score' ? i : 0)] as const),
    }));
  const hour = 3600;
  const old = { server: '=cmd "x", y', profile: 'database' };
  const calm = { server: 'calm', profile: 'nonsense' };
  await fleet.prometheus.write([
    // Two hours of it, from six hours ago; its peak lasts ten minutes.
    ...series('linborg_risk_score', old, (ago) =>
      ago > 6 * hour || ago <= 4 * hour ? 10 : ago > 5 * hour && ago <= 5 * hour + 600 ? 89 : 64,
    ),
    ...series('linborg_risk_score', calm, () => 20),
    ...series('linborg_risk_score', { server: 'queue', profile: 'generic' }, () => 99),
    ...[old, calm].flatMap(({ server }) => series('linborg_server_state', { server, state: 'ok' }, () => 1)),
    ...['30m', '1h', '4h', '8h'].flatMap((horizon, i) =>
      [old, calm].flatMap(({ server }, j) =>
        series('linborg_incident_probability_ratio', { server, horizon }, () => 0.1 * (i + 1) + 0.2 * j),
      ),
    ),
    ...series('linborg_risk_level', { server: old.server, color: 'red' }, () => 1),
    ...series('linborg_metric_value', { server: old.server, metric: 'mem_used_pct' }, () => 77),
  ]);
}

it('answer from what Prometheus scraped: the same risk, and no more servers than there are', async () => {
  const url = await serve({ selector: 'job="linborg"' });
  await untilReady(url);
  expect((await ask(`${url}/historical/summary?time_range=8h`)).body).toMatchObject({
    count: 0,
    points: [],
    message: expect.stringContaining('does it scrape linborg'),
  });
  fleet.scrapeFrom(url);
  await until(
    () => countRecorded('linborg_risk_score{job="linborg"}'),
    (count) => count === fleet.names.length,
  );
  const { status, body } = await ask(`${url}/historical/summary?time_range=30m`);
  expect(status).toBe(200);
  const { summary } = (await ask(`${url}/predictions/current`)).body as unknown as {
    summary: Record<string, number>;
  };
  const newest = body.points.at(-1)!;
  expect(newest).toMatchObject({ total_servers: fleet.names.length });
  expect(newest['max_risk_score']).toBeCloseTo(summary['max_risk_score']!, 0);
  const server = await ask(`${url}/historical/server/${fleet.names[0]}`);
  expect(server.body.points.at(-1)).toMatchObject({ metrics: { mem_used_pct: expect.any(Number) } });
  // Up to a quarter of a minute passes until a full one has been scraped.
}, 60_000);

it('answer about the past of two replicas, and about servers that are gone', async () => {
  await writePast(Math.floor(Date.now() / 1000));
  const url = await serve({ selector: 'job="past"' });
  await untilReady(url);
  const day = (await ask(`${url}/historical/summary?time_range=1d`)).body;
  expect(day).toMatchObject({ time_range: '1d', step_seconds: 900 });
  expect(day.points.length).toBeGreaterThan(90);
  // The worse replica counts, subjects of extra targets do not, and the peak between two moments is not missed.
  expect(new Set(day.points.map(({ total_servers }) => total_servers))).toEqual(new Set([2]));
  expect(Math.max(...day.points.map(({ max_risk_score }) => max_risk_score as number))).toBe(90);
  expect(day.points.at(-1)).toMatchObject({ avg_risk_score: 16, healthy_count: 2, fleet_health: 100, prob_30m: 0.2 });
  const warnings = day.points.filter(({ warning_count }) => warning_count === 1);
  expect(warnings.length).toBeGreaterThanOrEqual(6);

  const environment = (await ask(`${url}/historical/environment?time_range=8h`)).body;
  expect(environment.points.at(-1)).toMatchObject({
    ...{ prob_8h: 0.5, incident_probability_8h: 0.5, expected_incidents_8h: 1 },
    ...{ total_servers: 2, high_risk_servers: 1 },
  });

  const alerts = (await ask(`${url}/historical/alerts?time_range=8h`)).body;
  expect(alerts).toMatchObject({
    count: 1,
    truncated: false,
    alerts: [{ server_name: '=cmd "x", y', profile: 'Database', level: 'critical', max_risk_score: 90 }],
  });
  const [alert] = alerts['alerts'] as { duration_minutes: number }[];
  expect(Math.abs(alert!.duration_minutes - 120)).toBeLessThanOrEqual(10);

  const server = (await ask(`${url}/historical/server/${encodeURIComponent('=cmd "x", y')}?time_range=1w`)).body;
  expect(server.points.at(-1)).toMatchObject({
    ...{ risk_score: 11, level: 'healthy', incident_probability_4h: 0.3, metrics: { mem_used_pct: 77 } },
  });
  expect(await ask(`${url}/historical/server/${fleet.names[0]}x`)).toMatchObject({
    status: 404,
    body: { detail: expect.stringContaining('unknown server'), closest: [fleet.names[0]] },
  });

  const file = await fetch(`${url}/historical/export/servers?time_range=30m`);
  expect(file.headers.get('content-type')).toMatch(/^text\/csv/);
  expect(file.headers.get('content-disposition')).toBe('attachment; filename="linborg-servers-30m.csv"');
  const lines = (await file.text()).split('\r\n');
  expect(lines[0]).toBe('timestamp,server_name,profile,risk_score,level');
  expect(lines.find((line) => line.includes('cmd'))).toMatch(/Z,"'=cmd ""x"", y",Database,11,healthy$/);
  expect(lines.some((line) => line.endsWith(',calm,Generic,21,healthy'))).toBe(true);
  const json = (await ask(`${url}/historical/export/summary?time_range=1d&format=json`)).body;
  expect(json).toMatchObject({ table: 'summary', rows: day.points });
});

it('refuse what they do not know, and say so when Prometheus is away', async () => {
  const url = await serve({ selector: 'job="past"' });
  await untilReady(url);
  const words = 'is "2h"; expected one of 30m, 1h, 8h, 1d, 1w, 1M';
  expect(await ask(`${url}/historical/summary?time_range=2h`)).toMatchObject({
    status: 422,
    body: { status: 'error', errors: [`time_range: ${words}`], detail: [`time_range: ${words}`] },
  });
  expect((await ask(`${url}/historical/export/summary?format=xls`)).status).toBe(422);
  for (const table of ['sumary', 'constructor']) {
    expect((await ask(`${url}/historical/export/${table}`)).status).toBe(404);
  }
  await fleet.prometheus.stop();
  const away = await ask(`${url}/historical/summary?time_range=1M`);
  expect(away).toMatchObject({ status: 503, body: { detail: expect.stringContaining(fleet.prometheus.url) } });
});
