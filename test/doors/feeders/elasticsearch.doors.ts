/** The feeder of Elasticsearch and OpenSearch against a node of OpenSearch. */
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client } from '@opensearch-project/opensearch';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ReadError } from '../../../src/feeders/reader.js';
import { tryFeed } from '../../../src/feeders/trial.js';
import { temporaryFolder } from '../../app/fixtures/folder.js';
import { hasPeer, type JavaPeer, startPeer } from '../../feeders/fixtures/javaPeer.js';
import { openFeed, readAll } from '../../feeders/fixtures/reading.js';
import { freePort } from '../../sources/fixtures/realPrometheus.js';

const END = Date.UTC(2026, 0, 1, 12) / 1000;
const isThere = await hasPeer('opensearch');

/**
 * Stands before OpenSearch and makes it look like Elasticsearch: the media types of its client are turned into JSON, and every answer says
 * which product it is. Requests and answers are otherwise those of the node.
 */
async function listenAsElasticsearch(port: number): Promise<Server> {
  const server = createServer((asked, response) => {
    const headers = { ...asked.headers, accept: 'application/json' };
    if (headers['content-type'] !== undefined) headers['content-type'] = 'application/json';
    const sent = request({ port, host: '127.0.0.1', path: asked.url, method: asked.method, headers }, (answer) => {
      response.writeHead(answer.statusCode!, {
        ...answer.headers,
        'content-type': 'application/vnd.elasticsearch+json;compatible-with=8',
        'x-elastic-product': 'Elasticsearch',
      });
      answer.pipe(response);
    });
    asked.pipe(sent);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

describe.runIf(isThere)('documents of an index', () => {
  let peer: JavaPeer;
  let client: Client;
  let elasticsearch: Server;
  const addresses = () => ({
    opensearch: `http://127.0.0.1:${peer.port}`,
    elasticsearch: `http://127.0.0.1:${(elasticsearch.address() as AddressInfo).port}`,
  });
  let index: string;
  let count = 0;

  beforeAll(async () => {
    peer = await startPeer('opensearch', temporaryFolder(), String(await freePort()));
    client = new Client({ node: `http://127.0.0.1:${peer.port}` });
    elasticsearch = await listenAsElasticsearch(peer.port);
  }, 180_000);
  afterAll(async () => {
    await client?.close();
    elasticsearch?.closeAllConnections();
    elasticsearch?.close();
    await peer?.stop();
  });
  beforeEach(() => {
    index = `metricbeat-${count++}`;
  });

  async function write(documents: readonly object[], type = 'date'): Promise<void> {
    const mappings = { properties: { '@timestamp': { type } } } as const;
    const { body: isKnown } = await client.indices.exists({ index });
    if (!isKnown) await client.indices.create({ index, body: { mappings: mappings as object } });
    const body = documents.flatMap((document) => [{ index: { _index: index } }, document]);
    const { body: answer } = await client.bulk({ refresh: true, body });
    expect(answer.errors).toBe(false);
  }

  const openIndex = (distribution: 'elasticsearch' | 'opensearch', keys = '', mapping = '') =>
    openFeed(
      {
        kind: 'elasticsearch',
        folder: temporaryFolder(),
        text: `${mapping || "server: host\ntimestamp: '@timestamp'\nmetrics: { cpu_user_pct: n }"}\nelasticsearch: { url: ${addresses()[distribution]}, distribution: ${distribution}, index: ${index} ${keys} }\n`,
      },
      () => END,
    );
  const atSecond = (n: number) => new Date((END - 600 + n) * 1000).toISOString();

  describe.each(['opensearch', 'elasticsearch'] as const)('with the client library of %s', (distribution) => {
    it('are read to the end in small bites, nothing twice and nothing left out, however many share a moment', async () => {
      const sizes = [1, 3, 17, 2, 1, 9, 4];
      await write(
        sizes.flatMap((size, at) => Array.from({ length: size }, (_, n) => ({ '@timestamp': atSecond(at), at, n }))),
      );
      const { reader } = await openIndex(distribution);
      const { documents, bookmark, reads } = await readAll(reader, { limit: 4, until: END });
      const found = documents.map(({ at, n }) => `${String(at)} ${String(n)}`);
      expect(new Set(found).size).toBe(sizes.reduce((a, b) => a + b));
      expect(found).toHaveLength(new Set(found).size);
      expect(reads).toBeGreaterThan(2);
      await write([{ '@timestamp': atSecond(30), n: 30 }]);
      const next = await readAll(reader, { bookmark, limit: 4, until: END });
      await reader.close();
      expect(next.documents.map(({ n }) => n)).toEqual([30]);
    });

    it('of an index that is not there are none, and refused requests say why', async () => {
      const none = await openIndex(distribution);
      expect((await readAll(none.reader, { limit: 4, until: END })).documents).toEqual([]);
      await none.reader.close();
      await write([{ '@timestamp': atSecond(0) }]);
      const faulty = await openIndex(distribution, ', query: { nonsense: {} }');
      const reading = faulty.reader.read({
        bookmark: undefined,
        limit: 1,
        until: END,
        signal: new AbortController().signal,
      });
      await expect(reading).rejects.toThrow(ReadError);
      await expect(reading).rejects.toThrow(/cannot be searched.*unknown query \[nonsense\]/);
      await faulty.reader.close();
    });
  });

  it('whose times have nanoseconds are told apart by them', async () => {
    const times = [1, 2, 3, 4].map((n) => `2026-01-01T11:55:00.00000000${n}Z`);
    await write(
      times.map((at, n) => ({ '@timestamp': at, n })),
      'date_nanos',
    );
    const { reader } = await openIndex('opensearch');
    const { documents, reads } = await readAll(reader, { limit: 2, until: END });
    await reader.close();
    expect(documents.map(({ n }) => n)).toEqual([0, 1, 2, 3]);
    expect(reads).toBe(4);
  });

  it('of Metricbeat become records, the metricsets of a server put together', async () => {
    const set = (at: number, system: object, more: object = {}) => ({
      '@timestamp': atSecond(at),
      host: { name: 'ppdb001' },
      system,
      ...more,
    });
    const minute = (at: number, bytes: number) => [
      set(at + 1, {
        cpu: {
          cores: 4,
          user: { norm: { pct: 0.2 } },
          system: { norm: { pct: 0.05 } },
          iowait: { norm: { pct: 0.01 } },
          idle: { norm: { pct: 0.74 } },
        },
      }),
      set(at + 1, { memory: { actual: { used: { pct: 0.6 } }, swap: { used: { pct: 0.1 } } } }),
      set(at + 2, { filesystem: { mount_point: '/', type: 'ext4', used: { pct: 0.7 } } }),
      set(at + 2, { filesystem: { mount_point: '/run', type: 'tmpfs', used: { pct: 1 } } }),
      set(at + 3, { network: { name: 'eth0', in: { bytes }, out: { bytes: bytes / 2 } } }),
      set(at + 3, { network: { name: 'lo', in: { bytes: 9 * bytes }, out: { bytes: 9 * bytes } } }),
      set(at + 4, { load: { 1: 1.5 } }),
      set(at + 4, { uptime: { duration: { ms: 864_000_000 } } }),
      set(at + 5, { process: { cpu: { total: { norm: { pct: 0.11 } } } } }, { process: { name: 'java', pid: 7 } }),
      set(at + 5, { process: { cpu: { total: { norm: { pct: 0.02 } } } } }, { process: { name: 'java', pid: 8 } }),
      set(at + 5, { socket: { summary: { tcp: { all: { close_wait: 3 } } } } }),
    ];
    await write([...minute(0, 0), ...minute(60, 120_000_000)]);
    const feed = await openIndex('opensearch', '', 'mapping: metricbeat');
    const { records, implausible } = await tryFeed(feed, END, new AbortController().signal);
    await feed.reader.close();
    expect(implausible).toEqual([]);
    expect(records.at(-1)).toEqual({
      timestamp: atSecond(60),
      server_name: 'ppdb001',
      profile: 'database',
      cpu_user_pct: 20,
      cpu_sys_pct: 5,
      cpu_iowait_pct: 1,
      cpu_idle_pct: 74,
      java_cpu_pct: 13,
      mem_used_pct: 60,
      swap_used_pct: 10,
      disk_usage_pct: 70,
      net_in_mb_s: 2,
      net_out_mb_s: 1,
      back_close_wait: 3,
      load_average: 1.5,
      uptime_days: 10,
    });
  });

  it('cannot be read from what is no Elasticsearch by its library, which says so', async () => {
    await write([{ '@timestamp': atSecond(0) }]);
    const text = `server: host\ntimestamp: '@timestamp'\nmetrics: { cpu_user_pct: n }\nelasticsearch: { url: ${addresses().opensearch}, index: ${index} }\n`;
    const feed = await openFeed({ kind: 'elasticsearch', folder: temporaryFolder(), text }, () => END);
    const reading = feed.reader.read({
      bookmark: undefined,
      limit: 1,
      until: END,
      signal: new AbortController().signal,
    });
    await expect(reading).rejects.toThrow(/distribution: opensearch/);
    await feed.reader.close();
  });
});
