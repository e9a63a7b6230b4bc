import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { PushFeed } from '../../src/app/service/pushFeed.js';
import { loadConfig } from '../../src/config/load.js';
import { validationFailure } from '../../src/exposition/answers/common.js';
import { feedAnswer, warmupAnswer } from '../../src/exposition/answers/feed.js';
import { ExporterMetrics } from '../../src/exposition/exporterMetrics.js';
import { WriteAheadLog } from '../../src/sources/push/writeAheadLog.js';
import { temporaryFolder } from '../app/fixtures/folder.js';
import { figureOf, samplesOf, scrape } from '../app/fixtures/scrape.js';
import { rawRecord, without } from '../core/push/records.js';
import { pushed } from '../sources/push/pushed.js';
import { BUILD, startServer } from './running.js';

const NOON = Date.UTC(2026, 0, 1, 12) / 1000;

interface Door {
  readonly url: string;
  /** Resolves when what was accepted before has been read. */
  readonly loading: Promise<void>;
  /** Sends a body as it is. */
  post(body: string | Buffer, headers?: Record<string, string>): Promise<Answer>;
  /** Sends records as the older daemons' clients do. */
  feed(...records: readonly unknown[]): Promise<Answer>;
}

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

const opened: PushFeed[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((feed) => feed.close()));
});

/** A door on a real socket, at noon, with the `push:` block and the `web:` block of a configuration. */
async function openDoor(
  push: Record<string, unknown> = {},
  web: Record<string, unknown> = {},
  data = temporaryFolder(),
): Promise<Door> {
  const config = loadConfig(JSON.stringify({ push: { enabled: true, ...push }, data_dir: data }), 'linborg.yml', {});
  const exporter = new ExporterMetrics(BUILD);
  const feed = await PushFeed.open({
    ...{ config, log: pino({ level: 'silent' }) },
    clock: () => NOON,
    pulledWarmth: () => undefined,
    onLoading: () => {},
  });
  feed.publish(exporter);
  opened.push(feed);
  const loading = feed.load();
  const url = await startServer({
    push: feed,
    exporter,
    web: { rate_limits: { feed_per_minute: 0 }, ...web },
  });
  const post = async (body: string | Buffer, headers: Record<string, string> = {}) => {
    const response = await fetch(`${url}/feed/data`, { method: 'POST', body, headers });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  return { url, post, loading, feed: (...records) => post(JSON.stringify({ records })) };
}

/** Records of one server, one each minute up to noon. */
function minutes(count: number, fields: Record<string, unknown> = {}) {
  return Array.from({ length: count }, (_, i) =>
    rawRecord({ timestamp: new Date((NOON - i * 60) * 1000).toISOString(), ...fields }),
  );
}

async function pushMetrics(url: string) {
  const text = await scrape(url);
  const records = samplesOf(text, 'linborg_push_records_total').map(({ labels, value }) => [labels['outcome'], value]);
  const value = (name: string) => samplesOf(text, name)[0]?.value;
  return {
    records: Object.fromEntries(records) as Record<string, number>,
    requests: value('linborg_push_requests_total'),
    failed: value('linborg_push_requests_failed_total'),
    clamped: value('linborg_push_records_clamped_total'),
    servers: value('linborg_push_servers'),
  };
}

describe('POST /feed/data', () => {
  it('takes records in and says how far the fleet is', async () => {
    const { feed } = await openDoor();
    const { status, body } = await feed(rawRecord(), rawRecord({ server_name: 'ppml001' }));
    expect(status).toBe(200);
    expect(feedAnswer.parse(body)).toEqual({
      status: 'warming_up',
      accepted: 2,
      rejected: 0,
      records_received: 2,
      dropped_too_old: 0,
      warning_count: 0,
      tick: 1,
      rolling_window_size: 2,
      window_size: 2,
      servers_tracked: 2,
      servers_ready: 0,
      warmup_complete: false,
      progress: '0% (need 150 records minimum)',
    });
  });

  it('goes through the warm-up to accepted', async () => {
    const { feed } = await openDoor();
    const half = await feed(...minutes(75));
    expect(half.body).toMatchObject({ status: 'warming_up', progress: '50% (need 150 records minimum)' });
    const { body } = await feed(...minutes(150));
    expect(body).toMatchObject({
      status: 'accepted',
      warmup_complete: true,
      servers_ready: 1,
      rolling_window_size: 150,
    });
    expect(body).not.toHaveProperty('progress');
    const more = await feed(rawRecord({ server_name: 'ppweb007' }));
    expect(more.body).toMatchObject({ status: 'warming_up', servers_tracked: 2, servers_ready: 1 });
  });

  it('needs two hours of history besides, however dense the records are', async () => {
    const { feed } = await openDoor({ warmup_records_per_server: 12 });
    const { body } = await feed(...minutes(60));
    expect(body).toMatchObject({ status: 'warming_up', servers_ready: 0 });
    expect(body['progress']).toBe('54% (need records over min_history per server minimum)');
  });

  it('repeated after a timeout changes nothing', async () => {
    const { feed } = await openDoor();
    const batch = minutes(20);
    const first = await feed(...batch);
    const again = await feed(...batch);
    expect(again.body).toEqual({ ...first.body, tick: 2 });
  });

  it('ignores an empty batch', async () => {
    const { feed } = await openDoor();
    const { status, body } = await feed();
    expect(status).toBe(200);
    expect(feedAnswer.parse(body)).toEqual({ status: 'ignored', reason: 'empty batch' });
  });

  it('cuts long uptimes and drops what is older than the window, and counts both', async () => {
    const { url, feed } = await openDoor();
    const old = rawRecord({ timestamp: '2019-06-01T00:00:00' });
    const { body } = await feed(rawRecord({ uptime_days: 1000 }), old);
    expect(body).toMatchObject({ accepted: 1, rejected: 0, records_received: 2, warning_count: 1, dropped_too_old: 1 });
    expect(await pushMetrics(url)).toEqual({
      ...{ requests: 1, failed: 0, clamped: 1, servers: 1 },
      records: { accepted: 1, rejected: 0, too_old: 1 },
    });
  });
});

describe('a start with many records on disk', () => {
  it('takes records in while it reads them, answers in between, and knows both in the end, each once', async () => {
    const data = temporaryFolder();
    const folder = path.join(data, 'push');
    const nothing = () => {};
    const events = { onSynced: nothing, onWriteFailed: nothing, onSize: nothing, onDropped: nothing, onTorn: nothing };
    const log = await WriteAheadLog.open(
      { folder, maxBytes: 1 << 28, historySeconds: 8 * 86_400 },
      { ...events, onUnreadable: nothing },
    );
    const [servers, each] = [20, 2000];
    for (let minute = each; minute > 0; minute -= 50) {
      const records = Array.from({ length: 50 * servers }, (_, i) =>
        pushed({ server_name: `db${i % servers}`, timestamp: NOON - 60 * (minute - Math.floor(i / servers)) }),
      );
      await log.append(records, NOON);
    }
    await log.close();

    const { url, feed, loading } = await openDoor({}, {}, data);
    let isLoaded = false;
    void loading.then(() => {
      isLoaded = true;
    });
    const { status, body } = await feed(...minutes(1, { server_name: 'db0' }), ...minutes(1, { server_name: 'new' }));
    expect(isLoaded).toBe(false);
    expect({ status, body }).toMatchObject({ status: 200, body: { accepted: 2, records_received: 2 } });
    await loading;
    const { servers: known } = warmupAnswer.parse(await (await fetch(`${url}/debug/warmup`)).json());
    const recordsOf = Object.fromEntries(known.map(({ server, records }) => [server, records]));
    expect(recordsOf).toMatchObject({ db0: each + 1, db19: each, new: 1 });
    expect(figureOf(await scrape(url), 'linborg_push_servers')).toBe(servers + 1);
  });
});

describe('records that cannot be written to disk', () => {
  it('are not accepted, and are told to be sent again', async () => {
    const data = temporaryFolder();
    const { url, feed } = await openDoor({}, {}, data);
    rmSync(path.join(data, 'push'), { recursive: true });
    const { status, body } = await feed(rawRecord());
    expect(status).toBe(503);
    expect(body).toEqual({ detail: expect.stringMatching(/^pushed records cannot be written to /) });
    mkdirSync(path.join(data, 'push'));
    expect((await feed(rawRecord())).body).toMatchObject({ accepted: 1, tick: 1, rolling_window_size: 1 });
    expect(await pushMetrics(url)).toMatchObject({ requests: 2, failed: 1, records: { accepted: 1 } });
  });
});

describe('a faulty record', () => {
  it('refuses its whole batch by default, with every fault', async () => {
    const { url, feed } = await openDoor();
    const bad = rawRecord({ cpu_user_pct: 140, status: 'unknown' });
    const { status, body } = await feed(rawRecord(), without('cpu_iowait_pct'), rawRecord(), bad);
    expect(status).toBe(422);
    expect(validationFailure.parse(body)).toEqual({
      status: 'error',
      message: 'Validation failed',
      errors: [
        "Missing required columns: ['cpu_iowait_pct']",
        "Invalid status value 'unknown' - must be one of: critical_issue, healthy, heavy_load, idle, maintenance, morning_spike, offline, recovery",
        'records[3].cpu_user_pct is 140; expected 0–100',
      ],
      detail: [
        "records[1]: Missing required columns: ['cpu_iowait_pct']",
        expect.stringMatching(/^records\[3\]\.status: Invalid status value/),
        'records[3].cpu_user_pct is 140; expected 0–100',
      ],
    });
    expect((await feed(rawRecord())).body).toMatchObject({ accepted: 1, rolling_window_size: 1, tick: 1 });
    expect(await pushMetrics(url)).toMatchObject({ requests: 2, failed: 1, records: { accepted: 1, rejected: 4 } });
  });

  it('is left out alone where validation is lenient', async () => {
    const { feed } = await openDoor({ validation: 'lenient' });
    const { status, body } = await feed(rawRecord(), without('cpu_iowait_pct'), 5);
    expect(status).toBe(200);
    expect(feedAnswer.parse(body)).toMatchObject({
      ...{ accepted: 1, rejected: 2, records_received: 3, rolling_window_size: 1 },
      errors: [
        "Missing required columns: ['cpu_iowait_pct']",
        'records[2] is 5; expected an object with the fields of a record',
      ],
    });
  });

  it('is none where a metric is missing that push.optional_metrics names', async () => {
    const { feed } = await openDoor({ optional_metrics: ['cpu_iowait_pct'] });
    expect((await feed(without('cpu_iowait_pct'))).body).toMatchObject({ accepted: 1 });
    expect((await feed(without('java_cpu_pct'))).body['errors']).toEqual([
      "Missing required columns: ['java_cpu_pct']",
    ]);
  });

  it('is one of a new server beyond push.max_servers; those that are known go on', async () => {
    const { feed } = await openDoor({ max_servers: 1 });
    await feed(rawRecord());
    const { status, body } = await feed(rawRecord({ server_name: 'other' }));
    expect(status).toBe(422);
    expect(body['errors']).toEqual([
      'records[0].server_name is "other"; expected one of the 1 servers that are known already (push.max_servers)',
    ]);
    expect((await feed(rawRecord())).status).toBe(200);
  });

  it('of many thousands is told in little text', async () => {
    const { post } = await openDoor();
    const body = JSON.stringify({ records: Array.from({ length: 5000 }, () => without('load_average')) });
    const answer = await post(body);
    expect(answer.status).toBe(422);
    expect(JSON.stringify(answer.body).length).toBeLessThan(5000);
  });
});

describe('a body that is none', () => {
  it.each([
    ['of nothing', '', 'the body is empty; expected {"records": [{…}]}'],
    ['of null', 'null', 'records is missing or no list; expected {"records": [{…}]}'],
    ['of a list', '[]', 'records is missing or no list; expected {"records": [{…}]}'],
    ['whose records are no list', '{"records": {}}', 'records is missing or no list; expected {"records": [{…}]}'],
    ['of broken JSON', '{"records": [{]}', 'the body is no JSON ('],
    ['with NaN', '{"records": [{"a": NaN}]}', '; JSON has no NaN and no Infinity: send null'],
    ['with Infinity', '{"records": [{"a": -Infinity}]}', '; JSON has no NaN and no Infinity: send null'],
    ['of brackets', `{"records": ${'['.repeat(1_000_000)}`, 'the body is nested more than 16 deep'],
    [
      'of blocks in blocks',
      `{"records": [${'{"a":'.repeat(50)}1${'}'.repeat(50)}]}`,
      'the body is nested more than 16 deep',
    ],
  ])('%s is refused with a reason', async (_, text, reason) => {
    const { post } = await openDoor();
    const { status, body } = await post(text);
    expect(status).toBe(422);
    expect(validationFailure.parse(body).errors).toEqual([expect.stringContaining(reason)]);
  });

  it('may have brackets and quotes in its texts all the same', async () => {
    const { feed } = await openDoor();
    const name = `${'['.repeat(50)}\\"{{{"`;
    expect((await feed(rawRecord({ server_name: name, note: '\\' }))).status).toBe(200);
  });

  it('with a number too large for a number is refused by its place', async () => {
    const { post } = await openDoor();
    const text = JSON.stringify({ records: [rawRecord()] }).replace('"cpu_user_pct":40', '"cpu_user_pct":1e999');
    expect((await post(text)).body['errors']).toEqual(['records[0].cpu_user_pct is Infinity; expected 0–100']);
  });

  it('in another encoding is refused', async () => {
    const { post } = await openDoor();
    const latin = Buffer.from(JSON.stringify({ records: [rawRecord({ server_name: 'größe' })] }), 'latin1');
    expect(await post(latin)).toMatchObject({ status: 422, body: { errors: ['the body is no UTF-8'] } });
    const utf16 = Buffer.from(`\ufeff${JSON.stringify({ records: [] })}`, 'utf16le');
    expect((await post(utf16)).status).toBe(422);
    const charset = await post('{}', { 'Content-Type': 'application/json; charset=iso-8859-1' });
    expect(charset).toMatchObject({ status: 415, body: { detail: 'the body is in iso-8859-1; expected UTF-8' } });
    const brotli = await post('{}', { 'Content-Encoding': 'br' });
    expect(brotli).toMatchObject({
      status: 415,
      body: { detail: 'the body is encoded by br; expected gzip or nothing' },
    });
  });

  it('of gzip is unpacked, up to the limit', async () => {
    const { post } = await openDoor({}, { max_body_bytes: 10_000 });
    const gzip = { 'Content-Encoding': 'gzip' };
    expect((await post(gzipSync(JSON.stringify({ records: [rawRecord()] })), gzip)).body).toMatchObject({
      accepted: 1,
    });
    const bomb = gzipSync(Buffer.alloc(5_000_000, ' '));
    expect(await post(bomb, gzip)).toMatchObject({
      status: 413,
      body: { detail: 'the body unpacks to more than 10000 bytes, the limit (web.max_body_bytes)' },
    });
    expect(await post('no gzip', gzip)).toMatchObject({
      status: 422,
      body: { errors: [expect.stringMatching(/^the body is no gzip \(/)] },
    });
  });

  it('of 200 MB is refused before it is sent', async () => {
    const { url } = await openDoor();
    const answer = await announce(`${url}/feed/data`, 200_000_000);
    expect(answer.status).toBe(413);
    expect(answer.body).toEqual({ detail: 'the body has 200000000 bytes; the limit is 10485760 (web.max_body_bytes)' });
    expect(answer.sentBytes).toBeLessThan(1_000_000);
  });
});

describe('whatever was refused', () => {
  it('leaves /metrics valid, and counts', async () => {
    const { url, post, feed } = await openDoor();
    const late = new Date((NOON + 6 * 60) * 1000).toISOString();
    const answers = [
      await feed(without('mem_used_pct')),
      await feed(rawRecord({ mem_used_pct: 'full' })),
      await feed(rawRecord({ timestamp: late })),
      await feed(rawRecord({ server_name: `"\n\u2028${'x'.repeat(4000)}` })),
      await post(`{"records": [${'{"a":'.repeat(50)}1${'}'.repeat(50)}]}`),
      await post(Buffer.from('\ufeff{"records": []}', 'utf16le')),
      await post('no gzip', { 'Content-Encoding': 'gzip' }),
    ];
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 422));
    expect(answers[2]!.body['errors']).toEqual([expect.stringContaining(`records[0].timestamp is "${late}"`)]);
    expect((await feed(rawRecord({ timestamp: '1970-01-01T00:00:00Z' }))).body).toMatchObject({ dropped_too_old: 1 });
    const text = await scrape(url);
    expect(execFileSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' })).toBe('');
    expect((await pushMetrics(url)).records).toEqual({ accepted: 0, rejected: 4, too_old: 1 });
  });
});

describe('a server name', () => {
  it.each(['db "quoted"', 'back\\slash', 'größe {x="y"}', 'x'.repeat(255)])('%.20j is taken', async (name) => {
    const { url, feed } = await openDoor();
    expect((await feed(rawRecord({ server_name: name }))).status).toBe(200);
    const warmup = (await (await fetch(`${url}/debug/warmup`)).json()) as { servers: { server: string }[] };
    expect(warmup.servers.map(({ server }) => server)).toContain(name);
  });

  it.each(['a\nb', '', 'x'.repeat(4000), '\ud800'])('%.20j is refused', async (name) => {
    const { feed } = await openDoor();
    const { status, body } = await feed(rawRecord({ server_name: name }));
    expect(status).toBe(422);
    expect(body['errors']).toEqual([
      expect.stringMatching(/^records\[0\]\.server_name is .*; expected 1–255 characters/),
    ]);
  });
});

describe('who may push', () => {
  it('is whoever has the key', async () => {
    const { post } = await openDoor({}, { api_key: 'secret' });
    const body = JSON.stringify({ records: [rawRecord()] });
    expect((await post(body)).status).toBe(401);
    expect((await post(body, { 'X-API-Key': 'guess' })).status).toBe(403);
    expect((await post(body, { 'X-API-Key': 'secret' })).status).toBe(200);
  });

  it('is no page of another site', async () => {
    const { post } = await openDoor();
    expect((await post('{}', { Origin: 'http://example.org' })).status).toBe(403);
  });

  it('is nobody too often', async () => {
    const { url } = await openDoor({}, { rate_limits: { feed_per_minute: 2 } });
    const ask = () => fetch(`${url}/feed/data`, { method: 'POST', body: '{"records":[]}' });
    expect([(await ask()).status, (await ask()).status]).toEqual([200, 200]);
    const refused = await ask();
    expect(refused.status).toBe(429);
    expect(refused.headers.get('Retry-After')).toMatch(/^\d+$/);
    expect(await refused.json()).toEqual({ detail: expect.stringMatching(/^Rate limit exceeded\. /) });
  });

  it('is nobody where it is not enabled', async () => {
    const url = await startServer();
    const refused = await fetch(`${url}/feed/data`, { method: 'POST', body: '{"records":[]}' });
    expect(refused.status).toBe(404);
    expect(await refused.json()).toEqual({ detail: expect.stringMatching(/set push\.enabled: true/) });
  });
});

describe('GET /debug/warmup', () => {
  it('tells for each server how far it is, where its samples come from, and since when', async () => {
    const { url, feed } = await openDoor();
    await feed(...minutes(30, { server_name: 'ppweb001' }));
    const { servers, ...all } = warmupAnswer.parse(await (await fetch(`${url}/debug/warmup`)).json());
    expect(all).toEqual({ warmup_complete: false, servers_tracked: 6, servers_ready: 4 });
    expect(servers.find(({ server }) => server === 'ppweb001')).toEqual({
      ...{ server: 'ppweb001', records: 30, required: 150, percent: 20, ready: false },
      ...{ source: 'push', since: '2026-01-01T11:31:00Z' },
    });
    expect(servers[0]).toMatchObject({ source: 'prometheus', ready: true, percent: 100 });
  });
});

/** Announces a body of `bytes`, sends it bit by bit, and stops when there is an answer. */
function announce(url: string, bytes: number): Promise<Answer & { readonly sentBytes: number }> {
  return new Promise((resolve, reject) => {
    let isAnswered = false;
    let sentBytes = 0;
    const sent = request(url, { method: 'POST', headers: { 'Content-Length': bytes } }, async (response) => {
      isAnswered = true;
      const parts: Buffer[] = [];
      for await (const part of response) parts.push(part as Buffer);
      resolve({ status: response.statusCode!, body: JSON.parse(Buffer.concat(parts).toString()), sentBytes });
    });
    sent.on('error', (error) => isAnswered || reject(error));
    const piece = Buffer.alloc(65_536, ' ');
    const send = () => {
      if (isAnswered || sentBytes >= bytes) return;
      sentBytes += piece.length;
      sent.write(piece, () => setTimeout(send, 5));
    };
    send();
  });
}
