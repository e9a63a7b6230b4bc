import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { METRIC_NAMES } from '../../../src/core/metrics.js';
import { REPOSITORY, runCli, startCli } from '../fixtures/cli.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { samplesOf, scrape, until, untilReady } from '../fixtures/scrape.js';
import { startService } from '../fixtures/serviceHere.js';

const SERVERS = ['ppdb001', 'web1'];
/** One a minute: enough for a first forecast. */
const MINUTES = 240;

let folder: string;
let url: string;

beforeEach(async () => {
  folder = temporaryFolder();
  await writeFile(path.join(folder, 'metrics.log'), linesUntil(Date.now()));
  const configuration = path.join(folder, 'linborg.yml');
  await writeFile(
    configuration,
    stringify({
      push: { enabled: true, optional_metrics: ['back_close_wait', 'front_close_wait'] },
      data_dir: path.join(folder, 'data'),
      model: path.join(REPOSITORY, 'models/default'),
      ...{ workers: 1, cycle: '1s' },
      web: { listen_address: '127.0.0.1:0' },
    }),
  );
  url = (await startService(configuration)).url;
  await untilReady(url);
});

/** The last four hours of two servers: what is no counter in one line, traffic in another. */
function linesUntil(now: number): string {
  return Array.from({ length: MINUTES }, (_, minute) => minute)
    .flatMap((minute) => {
      const ts = new Date(now - (MINUTES - minute) * 60_000).toISOString();
      return SERVERS.flatMap((host) => [
        {
          ts,
          host,
          cpu: { user: 0.4, system: 0.1, iowait: 0.01, idle: 0.49 },
          mem: 60,
          swap: 1,
          disk: 70,
          load: 1.5,
          up: 86_400,
        },
        { ts, host, rx: minute * 120e6, tx: minute * 60e6 },
      ]);
    })
    .map((line) => `${JSON.stringify(line)}\n`)
    .join('');
}

async function configure(fill: Readonly<Record<string, unknown>>): Promise<string> {
  const file = path.join(folder, 'feed.yml');
  const share = (field: string) => ({ field, unit: 'ratio' });
  await writeFile(
    file,
    stringify({
      linborg: { url, batch_records: 100 },
      state_dir: path.join(folder, 'state'),
      server: 'host',
      timestamp: 'ts',
      metrics: {
        cpu_user_pct: share('cpu.user'),
        cpu_sys_pct: share('cpu.system'),
        cpu_iowait_pct: share('cpu.iowait'),
        cpu_idle_pct: share('cpu.idle'),
        mem_used_pct: 'mem',
        swap_used_pct: 'swap',
        disk_usage_pct: 'disk',
        net_in_mb_s: { field: 'rx', unit: 'bytes', rate: true },
        net_out_mb_s: { field: 'tx', unit: 'bytes', rate: true },
        load_average: 'load',
        uptime_days: { field: 'up', unit: 'seconds' },
      },
      fill,
      file: { paths: [path.join(folder, 'metrics.log')] },
    }),
  );
  return file;
}

/** Records of different times that linborg has, of all servers. */
async function recordsThere(): Promise<number> {
  const { servers } = (await (await fetch(`${url}/debug/warmup`)).json()) as { servers: { records: number }[] };
  return servers.reduce((sum, { records }) => sum + records, 0);
}

describe('a feeder before the door of a real linborg', () => {
  it('keeps its records while that wants a column which the feed never has, and says which', async () => {
    const feeder = startCli(['feed', 'file', '--config', await configure({}), '--live']);
    await until(
      async () => feeder.stderr,
      (text) => text.includes('linborg refuses the records'),
    );
    expect(feeder.stderr).toContain("Missing required columns: ['java_cpu_pct'");
    feeder.send('SIGTERM');
    expect((await feeder.finished()).code).toBe(0);
    expect(await recordsThere()).toBe(0);
  });

  it('brings what is enough for risk and forecasts, and nothing twice when everything is read again', async () => {
    const config = await configure({ java_cpu_pct: 0 });
    // The first minute has no rates yet, and the door wants them.
    const records = (MINUTES - 1) * SERVERS.length;
    for (const round of ['first', 'again']) {
      const { code, stderr } = await runCli(['feed', 'file', '--config', config, '--live', '--once']);
      expect([round, code]).toEqual([round, 0]);
      expect(stderr).toContain('linborg refused records, which were left out');
      expect(await recordsThere()).toBe(records);
      await rm(path.join(folder, 'state'), { recursive: true });
    }
    const text = await until(
      () => scrape(url),
      (page) =>
        new Set(samplesOf(page, 'linborg_risk_score').map(({ labels }) => labels['server'])).size === SERVERS.length,
    );
    const values = samplesOf(text, 'linborg_metric_value').filter(({ labels }) => labels['server'] === 'ppdb001');
    const found = Object.fromEntries(values.map(({ labels, value }) => [labels['metric'], value]));
    expect(Object.keys(found).sort()).toEqual(METRIC_NAMES.filter((name) => !name.endsWith('close_wait')).sort());
    expect(found['cpu_user_pct']).toBeCloseTo(40, 3);
    expect(found['net_in_mb_s']).toBeCloseTo(2, 3);
    expect(found['uptime_days']).toBeCloseTo(1, 3);
  });
});
