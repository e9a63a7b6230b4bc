import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { futureFields } from '../../../src/app/options.js';
import { FutureWriter } from '../../../src/app/service/futureWriter.js';
import { ExporterMetrics } from '../../../src/exposition/exporterMetrics.js';
import { renderExporterText } from '../../../src/exposition/exporterText.js';
import { type PublishedCycle, publishCycle } from '../../../src/exposition/publishedCycle.js';
import { AT, DEFAULT_OPTIONS, makeForecast, makeServer, STEP_SECONDS } from '../../exposition/fleet.js';
import { decodeWrite, type ReadSeries } from '../../exposition/future/protocol.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { until } from '../fixtures/scrape.js';
import { hasVictoriaMetrics, type RealVictoriaMetrics, startVictoriaMetrics } from '../fixtures/victoriaMetrics.js';

/** A store that answers as it is told and remembers what it took. */
interface Store {
  readonly url: string;
  readonly headers: IncomingHttpHeaders[];
  readonly taken: ReadSeries[];
  /** Statuses of the next answers; 204 when there is none left. */
  readonly statuses: number[];
}

let server: Server | undefined;
const writers: FutureWriter[] = [];

afterEach(async () => {
  await Promise.all(writers.splice(0).map((writer) => writer.close()));
  server?.close();
  server?.closeAllConnections();
  server = undefined;
});

async function startStore(): Promise<Store> {
  const [headers, taken, statuses]: [IncomingHttpHeaders[], ReadSeries[], number[]] = [[], [], []];
  server = createServer(async (request, response) => {
    headers.push(request.headers);
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const status = statuses.shift() ?? 204;
    if (status < 300) taken.push(...decodeWrite(Buffer.concat(parts)));
    response.writeHead(status).end(status < 300 ? '' : 'not today\n');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, headers, taken, statuses };
}

function startWriter() {
  const exporter = new ExporterMetrics({ version: 'test', engine: 'test', backend: 'test', nodeVersion: 'test' });
  const log: { readonly level: number; readonly msg: string; readonly reason?: string }[] = [];
  const writer = new FutureWriter({
    exporter,
    log: pino({}, { write: (line: string) => log.push(JSON.parse(line) as (typeof log)[number]) }),
    clock: () => AT,
    random: () => 0,
  });
  writers.push(writer);
  const counted = async (name: string) => {
    const text = await renderExporterText(exporter, 'prometheus');
    return Number(new RegExp(`^linborg_future_write${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
  };
  const written = (times: number) =>
    until(
      () => counted('s_total'),
      (count) => count >= times,
    );
  return { writer, log, counted, written };
}

function wishOf(remoteWrite: Record<string, unknown>) {
  return { exported: DEFAULT_OPTIONS, future: futureFields.future.parse({ remote_write: remoteWrite }) };
}

/** Memory that is forecast to be `memory` all the time, at `at`. */
async function cycleAt(at: number, memory = 50): Promise<PublishedCycle> {
  const origin = Math.floor(at / STEP_SECONDS) * STEP_SECONDS;
  const forecasts = [makeForecast('ppweb-2', 'mem_used_pct', () => memory, origin)];
  return publishCycle({ at, servers: [{ ...makeServer('ppweb-2', 12), forecasts }] }, DEFAULT_OPTIONS);
}

/** Enough for five requests. */
async function fleetAt(at: number): Promise<PublishedCycle> {
  const servers = Array.from({ length: 84 }, (_, i) => makeServer(`ppweb-${i}`, 84 - i));
  return publishCycle({ at, servers }, DEFAULT_OPTIONS);
}

describe('a write of the future', () => {
  it('goes to the store with the headers of the protocol and of the configuration', async () => {
    const store = await startStore();
    const password = path.join(temporaryFolder(), 'password');
    writeFileSync(password, 'sesame\n');
    const { writer, written, counted } = startWriter();
    const client = { basic_auth: { username: 'linborg', password_file: password }, headers: { 'X-Scope-OrgID': 'a' } };
    writer.offer(await cycleAt(AT), wishOf({ url: `${store.url}/api/v1/write`, ...client }));
    await written(1);
    expect(store.headers[0]).toMatchObject({
      authorization: `Basic ${Buffer.from('linborg:sesame').toString('base64')}`,
      'x-scope-orgid': 'a',
      'content-type': 'application/x-protobuf',
      'content-encoding': 'snappy',
      'x-prometheus-remote-write-version': '0.1.0',
    });
    expect(store.taken.map(({ labels }) => labels['level'])).toEqual(['p10', 'p50', 'p90']);
    expect(await counted('_samples_total')).toBe(3 * 96);
    expect(await counted('_last_success_timestamp_seconds')).toBe(AT);
    expect(await counted('s_failed_total')).toBe(0);
  });

  it('happens every so often, and not at all where no store is configured', async () => {
    const store = await startStore();
    const { writer, written } = startWriter();
    writer.offer(await cycleAt(AT), { exported: DEFAULT_OPTIONS, future: futureFields.future.parse({}) });
    for (let minute = 0; minute <= 20; minute++) {
      writer.offer(await cycleAt(AT + 60 * minute), wishOf({ url: store.url, every: '10m' }));
      await written(1 + Math.floor(minute / 10));
    }
    expect(store.headers).toHaveLength(3);
  });

  it('does not wait until a clock that was set back has come to its former time', async () => {
    const store = await startStore();
    const { writer, written } = startWriter();
    const wish = wishOf({ url: store.url, every: '10m' });
    writer.offer(await cycleAt(AT), wish);
    await written(1);
    writer.offer(await cycleAt(AT - 86_400), wish);
    await written(2);
  }, 10_000);

  it('is tried again while the store is away for a moment', async () => {
    const store = await startStore();
    store.statuses.push(503, 429);
    const { writer, written, counted, log } = startWriter();
    writer.offer(await cycleAt(AT), wishOf({ url: store.url }));
    await written(1);
    expect(store.taken).toHaveLength(3);
    expect(await counted('s_failed_total')).toBe(0);
    expect(log).toEqual([]);
  });

  it('is given up at once where the store refuses, which is said once, and once that it works again', async () => {
    const store = await startStore();
    store.statuses.push(400, 400);
    const { writer, written, counted, log } = startWriter();
    for (let i = 0; i < 3; i++) {
      writer.offer(await cycleAt(AT + 3600 * i), wishOf({ url: store.url }));
      await written(i + 1);
    }
    expect(store.headers).toHaveLength(3);
    expect(await counted('s_failed_total')).toBe(2);
    expect(log.map(({ msg, reason }) => [msg, reason])).toEqual([
      ['the future could not be written; the next time tries again', 'HTTP 400 not today'],
      ['the future is written again', undefined],
    ]);
  });

  it('goes on without a request that the store refuses, and counts as failed', async () => {
    const store = await startStore();
    store.statuses.push(204, 400);
    const { writer, written, counted, log } = startWriter();
    writer.offer(await fleetAt(AT), wishOf({ url: store.url }));
    await written(1);
    expect(store.headers).toHaveLength(5);
    expect(new Set(store.taken.map(({ labels }) => labels['server'])).size).toBe(84 - 18);
    expect(await counted('s_failed_total')).toBe(1);
    expect(await counted('_samples_total')).toBe((84 - 18) * 6 * 96);
    expect(log.map(({ reason }) => reason)).toEqual(['HTTP 400 not today']);
  });

  it('is given up where the store refuses one request after the other', async () => {
    const store = await startStore();
    store.statuses.push(...Array.from({ length: 5 }, () => 400));
    const { writer, written, counted } = startWriter();
    writer.offer(await fleetAt(AT), wishOf({ url: store.url }));
    await written(1);
    expect(store.headers).toHaveLength(3);
    expect(await counted('_samples_total')).toBe(0);
  });

  it('ends when it is closed, also while it waits for a store that is away', async () => {
    const { writer, counted } = startWriter();
    writer.offer(await cycleAt(AT), wishOf({ url: 'http://127.0.0.1:9' }));
    const before = performance.now();
    await writer.close();
    // With the shortest pauses, its tries alone take nearly eight seconds.
    expect(performance.now() - before).toBeLessThan(5000);
    expect(await counted('s_total')).toBe(0);
  });
});

describe.skipIf(!hasVictoriaMetrics)('a real VictoriaMetrics', () => {
  let victoria: RealVictoriaMetrics;
  beforeAll(async () => {
    victoria = await startVictoriaMetrics();
  });
  afterAll(() => victoria?.stop());

  it('takes the future, looks ahead by PromQL, and keeps the newest of several forecasts', async () => {
    const { writer, written, counted } = startWriter();
    const now = Date.now() / 1000;
    const wish = wishOf({ url: `${victoria.url}/api/v1/write`, every: '1m' });
    for (const [i, memory] of [80, 60].entries()) {
      writer.offer(await cycleAt(now - 900 + 900 * i, memory), wish);
      await written(i + 1);
    }
    expect(await counted('s_failed_total')).toBe(0);
    await (await fetch(`${victoria.url}/internal/force_flush`)).text();
    const query = 'max_over_time(linborg_future{metric="mem_used_pct",level="p50"}[3h] offset -4h)';
    const ask = async () => {
      const answer = await fetch(`${victoria.url}/api/v1/query?query=${encodeURIComponent(query)}`);
      const body = (await answer.json()) as { data: { result: { metric: object; value: [number, string] }[] } };
      return body.data.result;
    };
    const [result] = await until(ask, (found) => found.length > 0);
    expect(result!.metric).toMatchObject({ server: 'ppweb-2', profile: 'web_api' });
    expect(result!.value[1]).toBe('60');
  });
});
