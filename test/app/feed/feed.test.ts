import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Receiver } from '../../feeders/fixtures/receiver.js';
import { freePort } from '../../sources/fixtures/realPrometheus.js';

const run = promisify(execFile);
const started: ChildProcess[] = [];

let folder: string;
let receiver: Receiver;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'linborg-feed-'));
  receiver = await Receiver.listen();
});
afterEach(async () => {
  for (const child of started.splice(0))
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  await receiver.close();
  await rm(folder, { recursive: true, force: true });
});

async function configure(more = '', name = '*.log'): Promise<string> {
  const path = join(folder, 'feed.yml');
  await writeFile(
    path,
    `linborg: { url: ${receiver.url} }
state_dir: ${join(folder, 'state')}
poll: 1s
server: host
timestamp: ts
metrics:
  cpu_user_pct: cpu
  mem_used_pct: { field: memory.used, divide_by: memory.total, unit: ratio }
  net_in_mb_s: { field: rx, unit: bytes, rate: true }
file: { paths: ['${join(folder, name)}'] }
${more}`,
  );
  return path;
}

const feed = (...args: string[]) =>
  run(process.execPath, ['bin/linborg.js', 'feed', 'file', '--config', join(folder, 'feed.yml'), ...args]).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );

function startFeeder(): ChildProcess {
  const child = spawn(
    process.execPath,
    ['bin/linborg.js', 'feed', 'file', '--config', join(folder, 'feed.yml'), '--live', '--log.level', 'warn'],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  started.push(child);
  return child;
}

const SAMPLE = [
  { host: 'db1', ts: '2026-01-01T00:00:10Z', cpu: 11, memory: { used: 5, total: 10 }, rx: 0 },
  { host: 'db1', ts: '2026-01-01T00:01:10Z', cpu: 12, memory: { used: 6, total: 10 }, rx: 60_000_000 },
  { host: 'db1', ts: '2026-01-01T00:02:10Z', cpu: 312, rx: 180_000_000 },
  { ts: '2026-01-01T00:02:10Z', cpu: 1 },
]
  .map((document) => `${JSON.stringify(document)}\n`)
  .join('');

describe('--test', () => {
  test('prints what it found, the records, what is missing, and sends nothing', async () => {
    await configure('fill: { java_cpu_pct: 0 }');
    await writeFile(join(folder, 'a.log'), `${SAMPLE}no line\n`);
    const { code, stdout } = await feed('--test', '--limit', '2');
    await expect(stdout).toMatchFileSnapshot('golden/test.txt');
    expect(code).toBe(0);
    expect(receiver.requests).toEqual([]);
  });

  test('fails where no record comes out, and says why', async () => {
    await configure();
    await writeFile(join(folder, 'a.log'), '{"hostname":"db1"}\n');
    const { code, stdout } = await feed();
    expect(code).toBe(1);
    expect(stdout).toContain('1 name no server');
    expect(stdout).toContain('DRY RUN, nothing sent');
  });
});

describe('the command', () => {
  test.each([
    [['--test', '--live'], '--test and --live stand side by side'],
    [['--once'], '--once stands without --live'],
    [['--live', '--log.level', 'loud'], '--log.level is loud'],
  ])('refuses %j', async (flags, message) => {
    await configure();
    const { code, stderr } = await feed(...flags);
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
  });

  test('names every fault of feed.yml with its line', async () => {
    await configure('fill: { java_cpu: 0 }\nmapping: nosuch\nrecords: { step: 1m }\n');
    const { stderr } = await feed();
    expect(stderr.replaceAll(folder, '')).toMatchInlineSnapshot(`
      "linborg: /feed.yml has 2 errors:
      /feed.yml:11:9 fill.java_cpu is no known key; expected one of cpu_user_pct, cpu_sys_pct, cpu_iowait_pct, cpu_idle_pct, java_cpu_pct, mem_used_pct, swap_used_pct, disk_usage_pct, net_in_mb_s, net_out_mb_s, back_close_wait, front_close_wait, load_average, uptime_days
      /feed.yml:13:1 records is no known key; did you mean record?
      "
    `);
  });
});

describe('--live', () => {
  test('with --once reads a backlog, sends it all, and ends; a second run sends nothing', async () => {
    await configure('', '*.gz');
    await writeFile(join(folder, 'old.gz'), gzipSync(SAMPLE));
    expect((await feed('--live', '--once')).code).toBe(0);
    expect([...receiver.latest.values()]).toMatchObject([
      { cpu_user_pct: 11, mem_used_pct: 50 },
      { cpu_user_pct: 12, mem_used_pct: 60, net_in_mb_s: 1 },
      { net_in_mb_s: 2 },
    ]);
    const requests = receiver.requests.length;
    expect((await feed('--live', '--once')).code).toBe(0);
    expect(receiver.requests).toHaveLength(requests);
  });

  test('loses nothing and makes up nothing while files rotate, linborg is away, and it is killed', async () => {
    await configure('', 'metrics.log*');
    const LINES = 2400;
    receiver.answer = () => (receiver.requests.length % 5 === 2 ? { status: 503, body: {} } : undefined);
    let feeder = startFeeder();
    const writer = spawn(process.execPath, [join(import.meta.dirname, 'rotatingWriter.mjs'), folder, String(LINES)]);
    started.push(writer);
    for (const count of [1, 500, 1300]) {
      await receiver.until(() => receiver.latest.size >= count);
      feeder.kill('SIGKILL');
      await once(feeder, 'exit');
      feeder = startFeeder();
    }
    await receiver.until(() => receiver.latest.size >= LINES);
    feeder.kill('SIGTERM');
    const [code] = await once(feeder, 'exit');
    expect(code).toBe(0);
    const found = [...receiver.latest.values()].sort((a, b) => Date.parse(a.timestamp) - Date.parse(b.timestamp));
    expect(found.map(({ cpu_user_pct }) => cpu_user_pct)).toEqual(Array.from({ length: LINES }, (_, n) => n % 100));
    for (const record of receiver.accepted)
      expect(record).toEqual(receiver.latest.get(`${record.server_name} ${record.timestamp}`));
  }, 60_000);

  test('ends with a fault that nothing can be done about, its metrics too, so that whoever started it can start it again', async () => {
    await configure(`metrics_listen_address: 127.0.0.1:${await freePort()}`);
    await writeFile(join(folder, 'a.log'), SAMPLE);
    receiver.answer = () => ({ status: 503, body: {} });
    const exited = once(startFeeder(), 'exit');
    await receiver.until(() => receiver.requests.length > 0);
    const buffer = join(folder, 'state', 'buffer');
    const segments = (await readdir(buffer)).filter((name) => name.endsWith('.segment'));
    for (const name of segments) await rm(join(buffer, name));
    const [code] = await exited;
    expect(code).toBe(1);
  });

  test('serves metrics of its own', async () => {
    const port = await freePort();
    await configure(`metrics_listen_address: 127.0.0.1:${port}`);
    await writeFile(join(folder, 'a.log'), SAMPLE);
    const feeder = startFeeder();
    await receiver.until(() => receiver.latest.size >= 2);
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    expect(text).toMatch(/^linborg_feed_documents_read_total 4$/m);
    expect(text).toMatch(/^linborg_feed_documents_unused_total\{reason="no_server"\} 1$/m);
    expect(text).toMatch(/^linborg_feed_values_implausible_total\{metric="cpu_user_pct"\} 1$/m);
    const page = await readFile('docs/feeders.md', 'utf8');
    for (const [, name] of text.matchAll(/^# HELP (linborg_feed_\w+)/gm)) expect(page).toContain(`\`${name}\``);
    const second = await feed('--live');
    expect(second.stderr).toContain(`in use by process ${feeder.pid}`);
    feeder.kill('SIGTERM');
    await once(feeder, 'exit');
  });
});
