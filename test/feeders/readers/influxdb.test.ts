import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadFeed } from '../../../src/app/feed/loadFeed.js';
import { type Bookmark, ReadError, type Reader } from '../../../src/feeders/reader.js';
import { openReader } from '../../../src/feeders/readers/openReader.js';
import { tryFeed } from '../../../src/feeders/trial.js';
import { freePort } from '../../sources/fixtures/realPrometheus.js';

const END = Date.UTC(2026, 0, 1, 12) / 1000;
/** Two servers, a point of each measurement every 10 s for 10 minutes. */
const SERVERS = ['web1', 'db1'];
const STEPS = 60;
const hasInflux = spawnSync('influxd', ['version']).status === 0;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'linborg-influx-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function openFeed(influxdb: string) {
  const path = join(folder, 'feed.yml');
  await writeFile(path, `mapping: telegraf\ninfluxdb: ${influxdb}\n`);
  const loaded = await loadFeed(path);
  return { ...loaded, reader: await openReader('influxdb', { feed: loaded.options, file: path }, () => END) };
}

/** Everything up to a moment, a few points at a time. */
async function readAll(reader: Reader, bookmark: Bookmark | undefined, limit: number, until = END) {
  const documents = [];
  let next = bookmark;
  for (let isAtEnd = false; !isAtEnd; ) {
    const result = await reader.read({ bookmark: next, limit, until, signal: new AbortController().signal });
    documents.push(...result.documents);
    next = JSON.parse(JSON.stringify(result.bookmark)) as Bookmark;
    isAtEnd = result.isAtEnd;
  }
  return { documents, bookmark: next! };
}

/** What Telegraf writes, in line protocol. */
function telegrafLines(step: number): string[] {
  const nanoseconds = `${END - 600 + step * 10}000000000`;
  return SERVERS.flatMap((host, s) => [
    `cpu,cpu=cpu-total,host=${host} usage_user=${20 + s},usage_system=5,usage_iowait=1,usage_idle=${74 - s} ${nanoseconds}`,
    `cpu,cpu=cpu0,host=${host} usage_user=99,usage_system=0,usage_iowait=0,usage_idle=1 ${nanoseconds}`,
    `mem,host=${host} available_percent=40,used_percent=55 ${nanoseconds}`,
    `swap,host=${host} used_percent=10 ${nanoseconds}`,
    `disk,host=${host},path=/,fstype=ext4 used_percent=70 ${nanoseconds}`,
    `disk,host=${host},path=/run,fstype=tmpfs used_percent=100 ${nanoseconds}`,
    `net,host=${host},interface=eth0 bytes_recv=${step * 20_000_000}i,bytes_sent=${step * 10_000_000}i ${nanoseconds}`,
    `net,host=${host},interface=lo bytes_recv=${step * 90_000_000}i,bytes_sent=0i ${nanoseconds}`,
    `net,host=${host},interface=all tcp_activeopens=5i ${nanoseconds}`,
    `system,host=${host} load1=1.5,n_cpus=4i,uptime=864000i ${nanoseconds}`,
  ]);
}

const EXPECTED = {
  cpu_user_pct: 20,
  cpu_sys_pct: 5,
  cpu_iowait_pct: 1,
  cpu_idle_pct: 74,
  mem_used_pct: 60,
  swap_used_pct: 10,
  disk_usage_pct: 70,
  net_in_mb_s: 2,
  net_out_mb_s: 1,
  load_average: 1.5,
  uptime_days: 10,
};

describe.skipIf(!hasInflux)('a real InfluxDB 1 with what Telegraf writes', () => {
  let influxd: ChildProcess;
  let url: string;

  beforeAll(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    influxd = spawn('influxd', [], {
      stdio: 'ignore',
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        INFLUXDB_HTTP_BIND_ADDRESS: `127.0.0.1:${port}`,
        INFLUXDB_BIND_ADDRESS: '127.0.0.1:0',
        INFLUXDB_META_DIR: join(folder, 'meta'),
        INFLUXDB_DATA_DIR: join(folder, 'data'),
        INFLUXDB_DATA_WAL_DIR: join(folder, 'wal'),
        INFLUXDB_REPORTING_DISABLED: 'true',
        INFLUXDB_MONITOR_STORE_ENABLED: 'false',
      },
    });
    await untilUp(`${url}/ping`);
    await post(`${url}/query?q=${encodeURIComponent('CREATE DATABASE telegraf')}`, '');
    await write(Array.from({ length: STEPS }, (_, step) => telegrafLines(step)).flat());
  });
  afterAll(async () => {
    const ended = new Promise((resolve) => influxd.once('exit', resolve));
    influxd.kill();
    await ended;
  });

  const write = (lines: readonly string[]) => post(`${url}/write?db=telegraf`, lines.join('\n'));

  test('becomes records of every metric that Telegraf has', async () => {
    const { reader, options, mapping } = await openFeed(`{ url: ${url}, database: telegraf }`);
    const trial = await tryFeed(
      { reader, mapping, options: { ...options, read_limit: 10_000 } },
      END,
      new AbortController().signal,
    );
    await reader.close();
    const web1 = trial.records.filter((record) => record.server_name === 'web1');
    expect(web1).toHaveLength(10);
    for (const record of web1) expect(record).toMatchObject(EXPECTED);
    expect(trial.implausible).toEqual([]);
  });

  test('is read point by point, also where many lie at one moment, over restarts, nothing twice and nothing left out', async () => {
    const first = await openFeed(`{ url: ${url}, database: telegraf }`);
    // 8 measurements: two points of each at a time, although six of disk and net lie at one moment.
    const { documents, bookmark } = await readAll(first.reader, undefined, 16, END - 300);
    const second = await openFeed(`{ url: ${url}, database: telegraf }`);
    const rest = await readAll(second.reader, bookmark, 100);
    const keys = [...documents, ...rest.documents].map((one) =>
      JSON.stringify([one['measurement'], one['time'], one['host'], one['path'], one['interface'], one['cpu']]),
    );
    // All but cpu0, which is not asked for.
    expect(keys).toHaveLength(9 * SERVERS.length * STEPS);
    expect(new Set(keys).size).toBe(keys.length);
    expect(documents.every((one) => Date.parse(String(one['time'])) / 1000 < END - 300)).toBe(true);
    expect((await readAll(second.reader, rest.bookmark, 100)).documents).toEqual([]);
  });

  test('that refuses says why', async () => {
    const { reader } = await openFeed(`{ url: ${url}, database: nosuch }`);
    await expect(readAll(reader, undefined, 100)).rejects.toThrow(
      /refused the query of cpu: database not found: nosuch/,
    );
    const { reader: away } = await openFeed('{ url: http://127.0.0.1:1, database: x }');
    await expect(readAll(away, undefined, 100)).rejects.toThrow(ReadError);
  });
});

describe('the API of InfluxDB 2, as its client library speaks it', () => {
  let server: Server;
  let queries: { query: string; authorization: string | undefined }[];
  let answer: { status: number; headers?: Record<string, string>; body: string };

  beforeAll(async () => {
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { query } = JSON.parse(Buffer.concat(chunks).toString()) as { query: string };
        queries.push({ query, authorization: request.headers.authorization });
        response.writeHead(answer.status, answer.headers).end(queries.length === 1 ? answer.body : '');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const open = () =>
    openFeed(
      `{ url: 'http://127.0.0.1:${(server.address() as AddressInfo).port}', org: ops, bucket: telegraf, token: abc, measurements: [{ name: cpu, where: { cpu: 'cpu-"total"' } }] }`,
    );

  test('is asked in Flux for pivoted points, which come as those of InfluxQL do', async () => {
    queries = [];
    // Annotated CSV as the documentation of InfluxDB 2 shows it.
    answer = {
      status: 200,
      body: `#datatype,string,long,dateTime:RFC3339,dateTime:RFC3339,dateTime:RFC3339,string,string,string,double,double
#group,false,false,false,false,false,false,false,false,false,false
#default,_result,,,,,,,,,
,result,table,_start,_stop,_time,_measurement,cpu,host,usage_user,usage_idle
,,0,2026-01-01T11:00:00Z,2026-01-01T12:00:00Z,2026-01-01T11:59:00.123456789Z,cpu,cpu-total,web1,12.5,80
`,
    };
    const { reader } = await open();
    const { documents } = await readAll(reader, undefined, 100);
    expect(documents).toEqual([
      {
        time: '2026-01-01T11:59:00.123456789Z',
        cpu: 'cpu-total',
        host: 'web1',
        usage_user: 12.5,
        usage_idle: 80,
        measurement: 'cpu',
      },
    ]);
    expect(queries[0]).toMatchSnapshot();
  });

  test('that is busy says when to come again', async () => {
    queries = [];
    answer = {
      status: 429,
      headers: { 'Retry-After': '9' },
      body: '{"code":"too many requests","message":"slow down"}',
    };
    const { reader } = await open();
    const failure: unknown = await readAll(reader, undefined, 100).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ReadError);
    expect((failure as ReadError).retryAfterSeconds).toBe(9);
    expect((failure as ReadError).message).toContain('slow down');
  });
});

test.each(['database: x', 'org: ops, bucket: x, token: abc'])(
  'a query that hangs ends when the feeder is stopped, for { %s }',
  async (keys) => {
    const stop = new AbortController();
    // Asked, it never answers.
    const server = createServer(() => stop.abort());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { reader } = await openFeed(`{ url: 'http://127.0.0.1:${(server.address() as AddressInfo).port}', ${keys} }`);
    const request = { bookmark: undefined, limit: 100, until: END, signal: stop.signal };
    await expect(reader.read(request)).rejects.toThrow();
    await reader.close();
    // No connection is left that would hold the process.
    await new Promise((resolve) => server.close(resolve));
  },
  // Its own timeout is thirty seconds.
  20_000,
);

async function untilUp(url: string): Promise<void> {
  for (;;) {
    const isUp = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function post(url: string, body: string): Promise<void> {
  const answer = await fetch(url, { method: 'POST', body });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
}
