import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { WriteAheadLog } from '../../../src/sources/push/writeAheadLog.js';
import { rawRecord } from '../../core/push/records.js';
import { runCli, startCli } from '../fixtures/cli.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { feed, writePushConfiguration } from '../fixtures/push.js';
import { figureOf, samplesOf, scrape, serversOf, until } from '../fixtures/scrape.js';

const SERVERS = Array.from({ length: 20 }, (_, i) => `ppdb${String(i).padStart(3, '0')}`);
/** Batches that are acknowledged before the process is killed, while more are on their way. */
const BATCHES = 40;
const CLIENTS = 4;
/** One moment for all batches: a bucket apart each, whenever they are sent. */
const NOW = Date.now();
/** Its memory in percent tells which record it is. */
const memoryOf = (batch: number) => batch / 10;

/** Sends batches, one after the other, until the process is gone; notes which were acknowledged. */
async function feedUntilGone(url: string, next: () => number, acknowledged: number[]): Promise<void> {
  for (;;) {
    const batch = next();
    const timestamp = new Date(NOW - batch * 300_000).toISOString();
    const records = SERVERS.map((server_name) => rawRecord({ server_name, timestamp, mem_used_pct: memoryOf(batch) }));
    const response = await fetch(`${url}/feed/data`, { method: 'POST', body: JSON.stringify({ records }) }).catch(
      () => undefined,
    );
    if (response === undefined) return;
    if (response.status === 200 && (await response.json().catch(() => undefined))) acknowledged.push(batch);
  }
}

/** Memory of all records on disk, by server. */
async function onDisk(folder: string): Promise<Map<string, Set<number>>> {
  const found = new Map<string, Set<number>>(SERVERS.map((server) => [server, new Set()]));
  const nothing = () => {};
  const events = { onSynced: nothing, onWriteFailed: nothing, onSize: nothing, onDropped: nothing };
  const log = await WriteAheadLog.open(
    { folder, maxBytes: 1 << 30, historySeconds: 8 * 86_400 },
    { ...events, onTorn: nothing, onUnreadable: nothing },
  );
  for await (const { records } of log.replay()) {
    for (const { server_name, mem_used_pct } of records)
      found.get(server_name)?.add(Math.round(mem_used_pct! * 10) / 10);
  }
  await log.close();
  return found;
}

describe('a process that is killed while records come in', () => {
  it('has every acknowledged record after its restart, in the windows too', async () => {
    const data = temporaryFolder();
    const config = writePushConfiguration({ data_dir: data });
    const linborg = startCli(['serve', '--config.file', config]);
    const url = await linborg.listens();
    const acknowledged: number[] = [];
    let batches = 0;
    const clients = Array.from({ length: CLIENTS }, () => feedUntilGone(url, () => batches++, acknowledged));
    await until(
      async () => acknowledged.length,
      (count) => count >= BATCHES,
    );
    linborg.send('SIGKILL');
    await Promise.all(clients);
    await linborg.finished();
    expect(batches).toBeGreaterThan(acknowledged.length);

    const found = await onDisk(path.join(data, 'push'));
    for (const server of SERVERS) {
      expect([...found.get(server)!]).toEqual(expect.arrayContaining(acknowledged.map(memoryOf)));
    }

    const again = startCli(['serve', '--config.file', config]);
    const restarted = await again.listens();
    const text = await until(
      () => scrape(restarted),
      (page) => SERVERS.every((server) => serversOf(page, 'linborg_server_history_seconds').includes(server)),
    );
    // A bucket of five minutes for each record.
    for (const { labels, value } of samplesOf(text, 'linborg_server_history_seconds')) {
      if (SERVERS.includes(labels['server']!)) expect(value).toBeGreaterThanOrEqual(acknowledged.length * 300);
    }
    expect(figureOf(text, 'linborg_push_servers')).toBe(SERVERS.length);
    expect(figureOf(text, 'linborg_push_wal_bytes')).toBeGreaterThan(acknowledged.length * SERVERS.length * 70);
    expect(figureOf(text, 'linborg_push_wal_max_bytes')).toBe(2 ** 30);
  }, 60_000);
});

describe('a second linborg on the same data_dir', () => {
  it('is refused before it touches what the first one writes', async () => {
    const data = temporaryFolder();
    const config = writePushConfiguration({ data_dir: data });
    const first = startCli(['serve', '--config.file', config]);
    const url = await first.listens();
    const { code, stderr } = await runCli(['serve', '--config.file', config]);
    expect(code).toBe(1);
    expect(stderr).toContain(
      `linborg: ${data} is in use by process ${first.child.pid}; give each linborg a data_dir of its own`,
    );
    const timestamp = new Date().toISOString();
    expect(await feed(url, [rawRecord({ server_name: SERVERS[0]!, timestamp, mem_used_pct: 7 })])).toMatchObject({
      accepted: 1,
    });
    first.send('SIGTERM');
    await first.finished();
    expect(readdirSync(data)).toEqual(['push']);
    expect((await onDisk(path.join(data, 'push'))).get(SERVERS[0]!)).toEqual(new Set([7]));
  });
});
