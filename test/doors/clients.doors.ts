/** Old clients of both generations, unchanged, against a real linborg: hours of the first one's in half a minute. */
import { execFile, execFileSync } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { REPOSITORY, startCli } from '../app/fixtures/cli.js';
import { writeConfiguration } from '../app/fixtures/configuration.js';
import { temporaryFolder } from '../app/fixtures/folder.js';
import { until, untilReady } from '../app/fixtures/scrape.js';
import { type ScrapedFleet, startScrapedFleet } from '../app/fixtures/scrapedFleet.js';

const run = promisify(execFile);
let fleet: ScrapedFleet;

beforeAll(async () => {
  fleet = await startScrapedFleet();
});

afterAll(() => fleet?.prometheus.stop());

/** Whether the clients can run here. */
const hasPython = (() => {
  try {
    execFileSync('python3', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

interface Said {
  readonly problems: readonly string[];
  readonly [fact: string]: unknown;
}

/** Runs a client to its end; what it says must hold no problem. */
async function client(program: string, ...args: readonly string[]): Promise<Said> {
  const file = path.join(REPOSITORY, 'test/clients', program);
  const { stdout } = await run('python3', [file, ...args], { encoding: 'utf8' }).catch(
    (error: { readonly stdout: string; readonly stderr: string }) => {
      throw new Error(`${program} found fault:\n${error.stdout}\n${error.stderr}`);
    },
  );
  return JSON.parse(stdout) as Said;
}

test('a feeder and a dashboard of the first generation see five hours, warm-up included, and forecasts at the end', async ({
  skip,
}) => {
  if (!hasPython) return skip('python3 is not in PATH');
  const configuration = {
    push: { enabled: true },
    cycle: '1s',
    // Five hours are sent within seconds.
    web: {
      listen_address: '127.0.0.1:0',
      rate_limits: { feed_per_minute: 0, predictions_per_minute: 0, alerts_per_minute: 0 },
    },
    data_dir: temporaryFolder(),
  };
  const linborg = startCli([
    'serve',
    '--config.file',
    writeConfiguration({ url: fleet.prometheus.url, keys: { ...configuration, sources: [] } }),
  ]);
  const url = await linborg.listens();
  const args = [
    '--ticks=300',
    '--tick-seconds=60',
    '--pause-seconds=0.02',
    '--poll-every=20',
    '--until-drawn-seconds=30',
  ];
  const said = await client('first_generation.py', url, ...args);
  expect(said).toMatchObject({
    drawn: 7,
    problems: [],
    last: { status: 'accepted', servers_tracked: 7, servers_ready: 7, tick: 311, rolling_window_size: 2100 },
  });
  expect(linborg.stderr).not.toContain('route failed');
});

test('a dashboard of the second generation finds every door, with pulled and pushed servers side by side', async ({
  skip,
}) => {
  if (!hasPython) return skip('python3 is not in PATH');
  const configuration = {
    push: { enabled: true },
    cycle: '2s',
    web: { listen_address: '127.0.0.1:0', api_key: 'open sesame' },
    data_dir: temporaryFolder(),
  };
  const linborg = startCli([
    'serve',
    '--config.file',
    writeConfiguration({ url: fleet.prometheus.url, keys: configuration }),
  ]);
  const url = await linborg.listens();
  await untilReady(url);
  fleet.scrapeFrom(url);
  const headers = { 'X-API-Key': 'open sesame' };
  // What was scraped is asked for at full quarters of a minute.
  await until(
    async () => {
      const query = encodeURIComponent('count(linborg_risk_score)');
      const answer = await fetch(`${fleet.prometheus.url}/api/v1/query?query=${query}&time=${Date.now() / 1000 - 16}`);
      return ((await answer.json()) as { data: { result: unknown[] } }).data.result.length;
    },
    (count) => count > 0,
  );
  const said = await client('second_generation.py', url, '--key=open sesame');
  expect(said.problems).toEqual([]);
  expect(said['points']).toBeGreaterThan(0);
  const { servers } = (await (await fetch(`${url}/debug/warmup`, { headers })).json()) as {
    servers: { server: string; source: string }[];
  };
  expect(servers.filter(({ source }) => source === 'push').map(({ server }) => server)).toEqual(['ppml901', 'ppml902']);
  expect(servers.filter(({ source }) => source === 'prometheus').map(({ server }) => server)).toEqual(fleet.names);
  expect(linborg.stderr).not.toContain('route failed');
});
