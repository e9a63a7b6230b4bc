import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/core/errors.js';
import { RecordBuffer } from '../../src/feeders/delivery/buffer.js';
import { Feeder } from '../../src/feeders/feeder.js';
import type { FeedMetrics } from '../../src/feeders/feedMetrics.js';
import { FeedStateFile } from '../../src/feeders/feedState.js';
import { ReadError, type Reader, type ReadRequest, type ReadResult } from '../../src/feeders/reader.js';
import type { LinborgRecord } from '../../src/feeders/records/record.js';
import { RecordBuilder } from '../../src/feeders/records/recordBuilder.js';
import { timingOf } from '../../src/feeders/records/timing.js';
import { CAN_LIMIT, limitFiles } from '../files/limitFiles.js';
import { feedOf, hurried, newMetrics, SILENT } from './fixtures/parts.js';

const NOW = Date.UTC(2026, 0, 1, 1) / 1000;
const LONG_AGO = NOW - 86_400;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'linborg-feeder-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A table of documents, read from an index on: as simple as a reader can be. */
class TableReader implements Reader {
  readonly requests: ReadRequest[] = [];
  /** Thrown by the next reads, in turn. */
  failures: Error[] = [];
  readonly #rows: number;

  constructor(rows: number) {
    this.#rows = rows;
  }

  async read(request: ReadRequest): Promise<ReadResult> {
    this.requests.push(request);
    const failure = this.failures.shift();
    if (failure) throw failure;
    const from = Number(request.bookmark?.['row'] ?? 0);
    const to = Math.min(from + request.limit, this.#rows);
    const documents = Array.from({ length: to - from }, (_, i) => ({
      host: `web${(from + i) % 3}`,
      ts: LONG_AGO + (from + i) * 20,
      cpu: (from + i) % 100,
      rx: (from + i) ** 2,
    }));
    return { documents, bookmark: { row: to }, isAtEnd: to === this.#rows };
  }

  async close(): Promise<void> {
    // Nothing is open.
  }
}

interface Opened {
  readonly feeder: Feeder;
  readonly buffer: RecordBuffer;
  readonly state: FeedStateFile;
  readonly metrics: FeedMetrics;
}

interface Opening {
  readonly name?: string;
  readonly maxBytes?: number;
  readonly yaml?: string;
  readonly pauses?: number[];
}

async function open(
  reader: Reader,
  { name = 'state', maxBytes = 1e6, yaml = '', pauses = [] }: Opening = {},
): Promise<Opened> {
  const { options, mapping } = feedOf(
    `read_limit: 7\nmetrics: { cpu_user_pct: cpu, net_in_mb_s: { field: rx, unit: megabytes, rate: true } }\n${yaml}`,
  );
  const state = await FeedStateFile.open(join(folder, name), yaml);
  const before = await state.read();
  const buffer = await RecordBuffer.open({
    folder: join(folder, name, 'buffer'),
    maxBytes,
    segmentBytes: 4000,
    onDamage: () => undefined,
  });
  const metrics = newMetrics();
  const builder = new RecordBuilder(mapping, timingOf(options), before?.builder);
  const surroundings = hurried(pauses);
  const parts = { reader, builder, state, buffer, options, metrics, log: SILENT, surroundings };
  return { feeder: new Feeder(parts, before?.bookmark), buffer, state, metrics };
}

/** Takes all that is in a buffer, as the sender does, whenever something is there. */
function takeAll(buffer: RecordBuffer, stop: AbortSignal): Promise<LinborgRecord[]> {
  return (async () => {
    const all: LinborgRecord[] = [];
    while (!stop.aborted) {
      const { records, end } = await buffer.peek(5);
      all.push(...records);
      if (records.length > 0) await buffer.acknowledge(end);
      else await buffer.untilChanged(stop);
    }
    return all;
  })();
}

/** What a feeder that nobody disturbs makes of all rows. */
async function undisturbed(rows: number, name = 'undisturbed'): Promise<readonly LinborgRecord[]> {
  const { feeder, buffer, state } = await open(new TableReader(rows), { name });
  const stop = new AbortController();
  const taking = takeAll(buffer, stop.signal);
  await feeder.runOnce(stop.signal);
  stop.abort();
  await state.close();
  await buffer.close();
  return await taking;
}

const byKey = (records: readonly LinborgRecord[]) =>
  new Map(records.map((one) => [`${one.timestamp} ${one.server_name}`, one] as const));

test('a feeder reads to the end, has everything in the buffer, and a next one begins where it ended', async () => {
  const records = await undisturbed(50);
  expect(records).toHaveLength(50);
  expect(byKey(records).size).toBe(50);
  const reader = new TableReader(50);
  const { feeder, buffer, state } = await open(reader, { name: 'undisturbed' });
  await feeder.runOnce(new AbortController().signal);
  expect(reader.requests.map(({ bookmark }) => bookmark)).toEqual([{ row: 50 }]);
  expect(buffer.bytes).toBe(0);
  await state.close();
  await buffer.close();
});

test('killed after any step and started again, it makes the same records', async () => {
  const expected = byKey(await undisturbed(60));
  const found: LinborgRecord[] = [];
  for (let life = 0; life < 12; life++) {
    // A life ends when its third read would begin: what it has appended stays, its state may be older.
    const reader = new TableReader(60);
    const name = 'killed';
    const { feeder, buffer, state } = await open(reader, { name });
    const stop = new AbortController();
    const taking = takeAll(buffer, stop.signal);
    const isLast = life === 11;
    if (isLast) await feeder.runOnce(stop.signal);
    else {
      reader.failures = [];
      const read = reader.read.bind(reader);
      let reads = 0;
      reader.read = async (request) => {
        if (++reads > 2) throw new Error('killed');
        return await read(request);
      };
      await expect(feeder.run(stop.signal)).rejects.toThrow('killed');
    }
    stop.abort();
    found.push(...(await taking));
    await state.close();
    await buffer.close();
  }
  expect(byKey(found)).toEqual(expected);
  for (const one of found) expect(one).toEqual(expected.get(`${one.timestamp} ${one.server_name}`));
});

test('reading waits while the buffer is full, and goes on once there is room', async () => {
  const reader = new TableReader(300);
  const { feeder, buffer, state } = await open(reader, { maxBytes: 2000 });
  const stop = new AbortController();
  const running = feeder.runOnce(stop.signal);
  while (!buffer.isFull) await buffer.untilChanged(stop.signal);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const reads = reader.requests.length;
  expect(reads).toBeLessThan(10);
  const taking = takeAll(buffer, stop.signal);
  await running;
  expect(reader.requests.length).toBeGreaterThan(reads);
  stop.abort();
  expect(byKey(await taking).size).toBe(300);
  await state.close();
  await buffer.close();
});

describe.skipIf(!CAN_LIMIT)('a disk without room', () => {
  afterEach(() => limitFiles('unlimited'));

  test('is waited for: nothing that was read is lost, and the feeder stays up', async () => {
    const expected = await undisturbed(50);
    const { feeder, buffer, state } = await open(new TableReader(50), {
      // The first pause is the one for the disk.
      pauses: Object.assign([], { push: () => limitFiles('unlimited') }),
    });
    const stop = new AbortController();
    const taking = takeAll(buffer, stop.signal);
    limitFiles(0);
    await feeder.runOnce(stop.signal);
    stop.abort();
    expect(byKey(await taking)).toEqual(byKey(expected));
    await state.close();
    await buffer.close();
  });

  test('that stays so until the end costs nothing but reading again', async () => {
    const reader = new TableReader(50);
    const stop = new AbortController();
    const { feeder, buffer, state } = await open(reader, {
      pauses: Object.assign([], { push: () => stop.abort() }),
    });
    limitFiles(0);
    await feeder.run(stop.signal);
    limitFiles('unlimited');
    expect(await state.read()).toBeUndefined();
    await state.close();
    await buffer.close();
  });
});

describe('a source that cannot be read', () => {
  test('is tried again after growing pauses, and not before it asked for', async () => {
    const pauses: number[] = [];
    const reader = new TableReader(5);
    reader.failures = [new ReadError('away'), new ReadError('busy', { retryAfterSeconds: 30 }), new ReadError('away')];
    const { feeder, buffer, state, metrics } = await open(reader, { pauses });
    const stop = new AbortController();
    const taking = takeAll(buffer, stop.signal);
    await feeder.runOnce(stop.signal);
    stop.abort();
    expect(await taking).toHaveLength(5);
    expect(pauses).toEqual([0.75, 31.5, 3]);
    expect(await metrics.registry.metrics()).toMatch(/^linborg_feed_reads_failed_total 3$/m);
    await state.close();
    await buffer.close();
  });

  test('for a reason that a person must see to ends the feeder', async () => {
    const reader = new TableReader(5);
    reader.failures = [new ConfigError('no such index')];
    const { feeder, buffer, state } = await open(reader);
    await expect(feeder.run(new AbortController().signal)).rejects.toThrow('no such index');
    await state.close();
    await buffer.close();
  });
});

test('documents that are younger than delay are not asked for', async () => {
  const reader = new TableReader(1);
  const { feeder, buffer, state } = await open(reader, { yaml: 'delay: 20s' });
  const stop = new AbortController();
  const taking = takeAll(buffer, stop.signal);
  await feeder.runOnce(stop.signal);
  stop.abort();
  await taking;
  expect(reader.requests[0]?.until).toBe(NOW - 20);
  await state.close();
  await buffer.close();
});

test('two feeders of the same source, each with a state of its own, make the same records', async () => {
  const [one, other] = await Promise.all(['one', 'other'].map((name) => undisturbed(40, name)));
  expect(byKey(other!)).toEqual(byKey(one!));
});

describe('the state of a feeder', () => {
  test('of a mapping that was changed keeps the bookmark, and drops what was half put together', async () => {
    const first = await FeedStateFile.open(join(folder, 'state'), '');
    await first.write({ bookmark: { row: 3 }, builder: { servers: [] } });
    await first.close();
    const same = await FeedStateFile.open(join(folder, 'state'), '');
    expect(await same.read()).toEqual({ bookmark: { row: 3 }, builder: { servers: [] } });
    await same.close();
    const changed = await FeedStateFile.open(join(folder, 'state'), 'another mapping');
    expect(await changed.read()).toEqual({ bookmark: { row: 3 }, builder: undefined });
    await changed.close();
  });

  test('that cannot be read is no reason to begin anew unasked', async () => {
    const state = await FeedStateFile.open(join(folder, 'state'), '');
    await writeFile(join(folder, 'state', 'state.json'), '{"version":7}');
    await expect(state.read()).rejects.toThrow(
      /state\.json is no state of a feeder of this version; delete it to begin anew/,
    );
    await state.close();
  });

  test('whose lock was left by a process that is no more is taken over', async () => {
    const state = await FeedStateFile.open(join(folder, 'state'), '');
    await writeFile(join(folder, 'state', 'lock'), '4194305');
    await (await FeedStateFile.open(join(folder, 'state'), '')).close();
    await writeFile(join(folder, 'state', 'lock'), '1');
    await expect(FeedStateFile.open(join(folder, 'state'), '')).rejects.toThrow('in use by process 1');
    await state.close();
  });
});
