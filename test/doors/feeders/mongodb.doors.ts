/** The feeder of MongoDB against a server of its protocol. */
import { BSON, MongoClient } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ReadError } from '../../../src/feeders/reader.js';
import { tryFeed } from '../../../src/feeders/trial.js';
import { temporaryFolder } from '../../app/fixtures/folder.js';
import { hasPeer, type JavaPeer, startPeer } from '../../feeders/fixtures/javaPeer.js';
import { openFeed, readAll } from '../../feeders/fixtures/reading.js';

const END = Date.UTC(2026, 0, 1, 12) / 1000;
const isThere = await hasPeer('mongodb');

describe.runIf(isThere)('a collection', () => {
  let peer: JavaPeer;
  let client: MongoClient;
  const samples = () => client.db('monitoring').collection('samples');

  beforeAll(async () => {
    peer = await startPeer('mongodb');
    client = await MongoClient.connect(`mongodb://127.0.0.1:${peer.port}`);
  });
  afterAll(async () => {
    await client?.close();
    await peer?.stop();
  });
  beforeEach(() => samples().deleteMany({}));

  const openCollection = (more = '', keys = 'time_field: at') =>
    openFeed(
      {
        kind: 'mongodb',
        folder: temporaryFolder(),
        text: `server: host\ntimestamp: at\n${more || 'metrics: { cpu_user_pct: n }'}\nmongodb: { uri: 'mongodb://127.0.0.1:${peer.port}', database: monitoring, collection: samples, ${keys} }\n`,
      },
      () => END,
    );
  const atSecond = (n: number) => new Date((END - 600 + n) * 1000);

  it('is read to its end in small bites, nothing twice and nothing left out, however many documents share a moment', async () => {
    const sizes = [1, 3, 17, 2, 1, 9, 4];
    await samples().insertMany(
      sizes.flatMap((size, at) => Array.from({ length: size }, (_, n) => ({ at: atSecond(at), n }))),
    );
    const { reader } = await openCollection();
    const { documents, reads } = await readAll(reader, { limit: 4, until: END });
    await reader.close();
    const found = documents.map(({ at, n }) => `${String((at as Date).getTime())} ${String(n)}`);
    expect(new Set(found).size).toBe(sizes.reduce((a, b) => a + b));
    expect(found).toHaveLength(new Set(found).size);
    expect(reads).toBeGreaterThan(2);
  });

  it('is read on from the bookmark, and documents younger than the wanted moment are left for later', async () => {
    await samples().insertMany([0, 10, 20].map((at) => ({ at: atSecond(at), n: at })));
    const { reader } = await openCollection();
    const first = await readAll(reader, { limit: 100, until: END - 600 + 15 });
    expect(first.documents.map(({ n }) => n)).toEqual([0, 10]);
    await samples().insertOne({ at: atSecond(25), n: 25 });
    const second = await readAll(reader, { bookmark: first.bookmark, limit: 100, until: END });
    expect(second.documents.map(({ n }) => n)).toEqual([20, 25]);
    const third = await readAll(reader, { bookmark: second.bookmark, limit: 100, until: END });
    expect(third).toMatchObject({ documents: [], bookmark: second.bookmark });
    await reader.close();
  });

  it.each([
    ['iso', (at: Date) => at.toISOString()],
    ['seconds', (at: Date) => at.getTime() / 1000],
    ['milliseconds', (at: Date) => BSON.Long.fromNumber(at.getTime())],
  ] as const)('whose times are kept as %s is read by them', async (format, stored) => {
    await samples().insertMany([-4000, 5, 6].map((at) => ({ at: stored(atSecond(at)), n: at })));
    const { reader } = await openCollection('', `time_field: at, time_format: ${format}`);
    const { documents, bookmark } = await readAll(reader, { limit: 2, until: END });
    expect(documents.map(({ n }) => n)).toEqual([5, 6]);
    expect((await readAll(reader, { bookmark, limit: 2, until: END })).documents).toEqual([]);
    await reader.close();
  });

  it('becomes records, whatever types of its own MongoDB has, and only documents that meet the filter do', async () => {
    const decimal = BSON.Decimal128.fromString('41.5');
    await samples().insertMany([
      {
        at: atSecond(0),
        host: 'db1',
        kind: 'host',
        cpu: { user: decimal },
        rx: BSON.Long.fromString('9007199254740993'),
      },
      { at: atSecond(60), host: 'db1', kind: 'host', cpu: { user: 50 }, rx: BSON.Long.fromString('9007199374740993') },
      { at: atSecond(60), host: 'db1', kind: 'noise', cpu: { user: 99 } },
    ]);
    const feed = await openCollection(
      'metrics: { cpu_user_pct: cpu.user, net_in_mb_s: { field: rx, unit: bytes, rate: true } }',
      'time_field: at, filter: { kind: host, at: { $gte: { $date: "2026-01-01T00:00:00Z" } } }',
    );
    const { records } = await tryFeed(feed, END, new AbortController().signal);
    await feed.reader.close();
    expect(records).toEqual([
      { timestamp: atSecond(0).toISOString(), server_name: 'db1', profile: 'database', cpu_user_pct: 41.5 },
      {
        timestamp: atSecond(60).toISOString(),
        server_name: 'db1',
        profile: 'database',
        cpu_user_pct: 50,
        net_in_mb_s: 2,
      },
    ]);
  });

  it('on a server that is away is told as such, without the password', async () => {
    const feed = await openFeed(
      {
        kind: 'mongodb',
        folder: temporaryFolder(),
        text: `server: host\ntimestamp: at\nmetrics: { cpu_user_pct: n }\nmongodb: { uri: 'mongodb://me:open-sesame@127.0.0.1:1', database: a, collection: b, timeout: 1s }\n`,
      },
      () => END,
    );
    const reading = feed.reader.read({
      bookmark: undefined,
      limit: 1,
      until: END,
      signal: new AbortController().signal,
    });
    const error = await reading.catch((cause: unknown) => cause);
    await feed.reader.close();
    expect(error).toBeInstanceOf(ReadError);
    expect(String(error)).toMatch(/MongoDB's a\.b cannot be read \(connect ECONNREFUSED/);
    expect(String(error)).not.toContain('open-sesame');
  });
});
