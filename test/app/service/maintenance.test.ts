import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfigFile } from '../../../src/app/configFile.js';
import { openSources } from '../../../src/app/openSources.js';
import { DataFolder } from '../../../src/app/service/dataFolder.js';
import { Maintenance } from '../../../src/app/service/maintenance.js';
import { profileOf } from '../../../src/core/profiles.js';
import type { Source } from '../../../src/sources/source.js';
import { type RealPrometheus, startPrometheus } from '../../sources/fixtures/realPrometheus.js';
import { writeConfiguration } from '../fixtures/configuration.js';
import { temporaryFolder } from '../fixtures/folder.js';

const HOUR = 3600;
const DAY = 24 * HOUR;
/** The full hour before the last one. */
const NOW = Math.floor(Date.now() / 1000 / HOUR) * HOUR - HOUR;
const SERVERS = ['db-1', 'db-2', 'web-1'].map((server) => ({ server, profile: 'generic' as const }));

let prometheus: RealPrometheus;

/** A mode that is on for [from, to) and else off, a sample a minute. */
const mode = (instance: string, from: number, to: number, [first, last]: readonly [number, number]) => ({
  labels: { __name__: 'planned', instance },
  points: Array.from({ length: (last - first) / 60 }, (_, i) => {
    const at = first + i * 60;
    return [at, at >= from && at < to ? 1 : 0] as const;
  }),
});

beforeAll(async () => {
  prometheus = await startPrometheus();
  const recent = [NOW - 4 * HOUR, NOW + HOUR] as const;
  await prometheus.write([
    mode('db-1', NOW - 2 * HOUR, NOW - HOUR, recent),
    mode('db-2', NOW - 600, NOW + 600, recent),
    mode('web-1', NOW - 600, NOW + 600, recent),
    mode('old-1', NOW - 12 * DAY, NOW - 12 * DAY + HOUR, [NOW - 12 * DAY - HOUR, NOW - 12 * DAY + 2 * HOUR]),
    { labels: { __name__: 'nameless' }, points: [[NOW - 30, 1]] },
  ]);
});

afterAll(() => prometheus?.stop());

async function open(
  maintenance: readonly unknown[],
  dataFolder = temporaryFolder(),
  past?: ReturnType<Maintenance['past']>,
) {
  const file = writeConfiguration({ url: prometheus.url, keys: { maintenance, data_dir: dataFolder } });
  const config = await loadConfigFile(file);
  const sources = await openSources(config);
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const data = new DataFolder(config, log);
  const opened = await Maintenance.open({
    config,
    sources,
    log,
    isPushed: false,
    takeFolder: () => data.take(),
    profileOf: (server) => profileOf(server),
    ...(past === undefined ? {} : { past }),
  });
  const messages = () => lines.map(({ msg, window }) => [msg, window]);
  return { opened, sources, messages, lines, dataFolder };
}

const everyone = () => true;
const PLANNED = { name: 'planned', servers: 'db-.*|old-.*', expr: 'planned # as the orchestrator says' };
const NIGHTS = {
  name: 'nights',
  servers: 'web-.*',
  time_intervals: [{ times: [{ start_time: '02:00', end_time: '04:00' }] }],
};

describe('maintenance by expression', () => {
  it('covers who is named with a value above 0 now, knows the past weeks, and says when it begins and ends', async () => {
    const { opened, messages } = await open([PLANNED]);
    const statusAt = async (at: number) => {
      await opened.update(at, everyone);
      return opened.status(SERVERS, at);
    };
    expect(await statusAt(NOW)).toEqual([{ window: 'planned', servers: 1 }]);
    expect(await statusAt(NOW + 900)).toEqual([{ window: 'planned', servers: 0 }]);
    expect(messages()).toEqual([
      ['maintenance began', 'planned'],
      ['maintenance ended', 'planned'],
    ]);
    const spans = opened.excluded(SERVERS, NOW + 900);
    // web-1 was named, but is not meant.
    expect(spans.map(({ server }) => server).sort()).toEqual(['db-1', 'db-2', 'old-1']);
    const past = spans.find(({ server }) => server === 'db-1');
    // In steps of five minutes, rather too much than too little.
    expect(Math.abs(past!.from - (NOW - 2 * HOUR))).toBeLessThanOrEqual(300);
    expect(past!.to).toBeGreaterThanOrEqual(NOW - HOUR);
    expect(past!.to).toBeLessThanOrEqual(NOW - HOUR + 600);
    expect(past!.reason).toBe('maintenance planned');
  });

  it('asks for what it missed when the source is back', async () => {
    const { opened } = await open([PLANNED]);
    await opened.update(NOW - 3 * HOUR, everyone);
    await opened.update(NOW - 1.5 * HOUR, () => false);
    await opened.update(NOW + 0.5 * HOUR, everyone);
    const servers = opened.excluded(SERVERS, NOW + 0.5 * HOUR).map(({ server }) => server);
    expect(servers).toEqual(expect.arrayContaining(['db-1', 'db-2']));
  });

  it('holds the last answer for ten minutes where the next one fails, and says once that the window is not known', async () => {
    const { opened, sources, messages } = await open([PLANNED]);
    await opened.update(NOW, everyone);
    sources[0]!.close();
    const statusAt = async (at: number) => {
      await opened.update(at, everyone);
      return opened.excluded(SERVERS, at).some(({ server, to }) => server === 'db-2' && to === at);
    };
    expect(await statusAt(NOW + 60)).toBe(true);
    expect(await statusAt(NOW + 600)).toBe(true);
    expect(await statusAt(NOW + 720)).toBe(false);
    expect(opened.status(SERVERS, NOW + 720)).toEqual([]);
    expect(messages()).toEqual([['a maintenance window is not known', 'planned']]);
  });

  it('says so where the result names no server, or cannot be had', async () => {
    const { opened, lines } = await open([
      { name: 'nameless', expr: 'nameless' },
      { name: 'broken', expr: 'planned ==' },
    ]);
    await opened.update(NOW, everyone);
    expect(opened.status(SERVERS, NOW)).toEqual([]);
    const reasons = Object.fromEntries(lines.map(({ window, reason }) => [window, reason]));
    expect(reasons).toMatchObject({
      nameless: expect.stringContaining('has no label instance: nameless'),
      broken: expect.stringMatching(/does not answer: .*parse error/),
    });
  });
});

describe('what is remembered of maintenance', () => {
  it('survives a restart, whatever is configured or recorded then', async () => {
    const { opened, dataFolder } = await open([PLANNED, NIGHTS]);
    await opened.update(NOW, everyone);
    const before = opened.excluded(SERVERS, NOW);
    await opened.save(NOW, true);
    const { opened: after } = await open([], dataFolder);
    await after.update(NOW, everyone);
    const sorted = (spans: typeof before) => spans.map((span) => JSON.stringify(span)).sort();
    expect(sorted(after.excluded(SERVERS, NOW))).toEqual(sorted(before));
    expect(before.filter(({ server }) => server === 'web-1').length).toBeGreaterThanOrEqual(29);
  });

  it('is handed on in a reload, where a window that is gone still counts for the past', async () => {
    const { opened } = await open([PLANNED, NIGHTS]);
    await opened.update(NOW, everyone);
    const { opened: next } = await open([], temporaryFolder(), opened.past(NOW));
    await next.update(NOW + 60, everyone);
    expect(next.excluded(SERVERS, NOW + 60)).toHaveLength(opened.excluded(SERVERS, NOW).length);
    expect(next.status(SERVERS, NOW + 60)).toEqual([]);
  });

  it('is written every ten minutes at most, and not where there is nothing', async () => {
    const { opened, dataFolder } = await open([PLANNED]);
    const file = path.join(dataFolder, 'maintenance.json');
    await opened.save(NOW);
    expect(() => readFileSync(file)).toThrow(/ENOENT/);
    await opened.update(NOW, everyone);
    await opened.save(NOW);
    const first = readFileSync(file, 'utf8');
    await opened.update(NOW + 300, everyone);
    await opened.save(NOW + 300);
    expect(readFileSync(file, 'utf8')).toBe(first);
    await opened.save(NOW + 600);
    expect(readFileSync(file, 'utf8')).not.toBe(first);
  });

  it('is written by the end of a service and by a cycle at once, one after the other', async () => {
    const { opened, lines, dataFolder } = await open([PLANNED, NIGHTS]);
    await opened.update(NOW, everyone);
    const { length } = opened.past(NOW);
    await Promise.all([opened.save(NOW), opened.save(NOW - HOUR, true), opened.save(NOW, true)]);
    expect(lines.map(({ msg }) => msg)).toEqual([]);
    const { opened: after } = await open([], dataFolder);
    expect(after.past(NOW)).toHaveLength(length);
  });

  it('costs only itself where its file is broken or cannot be written', async () => {
    const dataFolder = temporaryFolder();
    const file = path.join(dataFolder, 'maintenance.json');
    writeFileSync(file, '{"format":1,"spans":[{}]}');
    const { opened, lines } = await open([PLANNED], dataFolder);
    expect(lines).toMatchObject([{ msg: 'past maintenance is not known', reason: expect.stringContaining(file) }]);
    await opened.update(NOW, everyone);
    mkdirSync(`${file}.tmp`);
    await opened.save(NOW, true);
    await opened.save(NOW + 60, true);
    expect(lines.map(({ msg }) => msg)).toEqual([
      'past maintenance is not known',
      'past maintenance cannot be written down; a restart may not know of it',
    ]);
  });

  it('is written by one linborg only: a second one on the folder says once that it does not', async () => {
    const { opened, lines, dataFolder } = await open([NIGHTS]);
    writeFileSync(path.join(dataFolder, 'lock'), String(process.ppid));
    await opened.update(NOW, everyone);
    await opened.save(NOW, true);
    await opened.save(NOW + 60, true);
    expect(readdirSync(dataFolder)).toEqual(['lock']);
    expect(lines).toMatchObject([{ reason: expect.stringContaining(`is in use by process ${process.ppid}`) }]);
  });

  it('names all servers at once where a window means all', async () => {
    const all = {
      name: 'all',
      start: new Date((NOW - HOUR) * 1000).toISOString(),
      end: new Date(NOW * 1000).toISOString(),
    };
    const { opened } = await open([all]);
    await opened.update(NOW + 1, (_: Source) => false);
    expect(opened.excluded(SERVERS, NOW + 1)).toEqual([
      { server: '*', from: NOW - HOUR, to: NOW, reason: 'maintenance all' },
    ]);
  });
});
