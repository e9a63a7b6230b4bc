import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RecordBuffer } from '../../../src/feeders/delivery/buffer.js';
import { complaintOf } from '../../../src/feeders/delivery/culprits.js';
import { Door } from '../../../src/feeders/delivery/door.js';
import { Sender } from '../../../src/feeders/delivery/sender.js';
import type { FeedMetrics } from '../../../src/feeders/feedMetrics.js';
import type { LinborgRecord } from '../../../src/feeders/records/record.js';
import { feedOf, hurried, newMetrics, record, SILENT } from '../fixtures/parts.js';
import { type Answer, Receiver } from '../fixtures/receiver.js';

const COLUMNS = new Set(['cpu_user_pct', 'mem_used_pct']);
/** What the clock of the feeder says. */
const AT = hurried().clock();
const invalid = (...errors: string[]): Answer => ({
  status: 422,
  body: { status: 'error', message: 'Validation failed', errors, detail: errors },
});

let folder: string;
let receiver: Receiver;
let buffer: RecordBuffer;
let metrics: FeedMetrics;
let pauses: number[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'linborg-sender-'));
  receiver = await Receiver.listen();
  buffer = await RecordBuffer.open({ folder, maxBytes: 1e6, segmentBytes: 1e5, onDamage: () => undefined });
  metrics = newMetrics();
  pauses = [];
});
afterEach(async () => {
  await receiver.close();
  await buffer.close();
  await rm(folder, { recursive: true });
});

interface Sending {
  readonly batchRecords?: number;
  readonly keys?: string;
}

async function send({ batchRecords = 10, keys = '' }: Sending, until: (stop: AbortSignal) => Promise<void>) {
  const { options } = feedOf(`linborg: { url: ${receiver.url}${keys} }\nmetrics: { cpu_user_pct: a }`);
  const surroundings = hurried(pauses);
  const door = await Door.open(options.linborg, surroundings.clock);
  const parts = { buffer, door, batchRecords, columns: COLUMNS, metrics, log: SILENT, surroundings };
  const stop = new AbortController();
  const running = new Sender(parts).run(stop.signal);
  await until(stop.signal);
  stop.abort();
  await running;
  door.close();
}

/** Sends until nothing is left in the buffer. */
const sendAll = (sending: Sending = {}) =>
  send(sending, async (stop) => {
    while (buffer.bytes > 0) await buffer.untilChanged(stop);
  });

/** Sends until that many requests were answered. */
const sendRequests = (count: number) => send({}, () => receiver.until(() => receiver.requests.length >= count));

const ten = Array.from({ length: 10 }, (_, minute) => record('web1', minute));
const counter = async (name: string) => {
  const found = await metrics.registry.getSingleMetric(`linborg_feed_${name}`)!.get();
  return found.values.reduce((sum, { value }) => sum + value, 0);
};

test('sends the buffer in batches, with the key, and empties it', async () => {
  await buffer.append(ten);
  await sendAll({ batchRecords: 4, keys: ', api_key: abc' });
  expect(receiver.accepted).toEqual(ten);
  expect(receiver.requests.map(({ records }) => records.length)).toEqual([4, 4, 2]);
  expect(receiver.requests[0]?.apiKey).toBe('abc');
  expect(await counter('records_sent_total')).toBe(10);
});

describe('while linborg is away', () => {
  test('it tries again after growing pauses, never sooner than Retry-After says, and loses nothing', async () => {
    const answers: Answer[] = [
      { status: 503, body: {} },
      { status: 500, body: {} },
      { status: 429, body: { detail: 'Rate limit exceeded.' }, headers: { 'Retry-After': '20' } },
      { status: 503, body: {}, headers: { 'Retry-After': 'Thu, 01 Jan 2026 01:00:40 GMT' } },
    ];
    receiver.answer = () => answers.shift();
    await buffer.append(ten);
    await sendAll();
    expect(receiver.accepted).toEqual(ten);
    expect(pauses).toEqual([0.75, 1.5, 21, 42]);
    expect(await counter('posts_failed_total')).toBe(4);
  });

  test('a Retry-After in the far future, as clocks that differ make it, is waited for an hour', async () => {
    const answers: Answer[] = [
      { status: 503, body: {}, headers: { 'Retry-After': '99999999' } },
      { status: 503, body: {}, headers: { 'Retry-After': 'Thu, 01 Jan 2099 00:00:00 GMT' } },
    ];
    receiver.answer = () => answers.shift();
    await buffer.append(ten);
    await sendAll();
    expect(pauses).toEqual([3602.5, 3602.5]);
  });

  test('a refused key keeps the records until it is right', async () => {
    let isOpen = false;
    receiver.answer = () => (isOpen ? undefined : { status: 403, body: { detail: 'Invalid API key' } });
    await buffer.append(ten);
    await sendRequests(3);
    expect(buffer.bytes).toBeGreaterThan(0);
    isOpen = true;
    await sendAll();
    expect(receiver.accepted).toEqual(ten);
  });

  test('nothing that is no linborg is believed', async () => {
    receiver.answer = () => ({ status: 200, body: '<html>login</html>' });
    await buffer.append(ten);
    await sendRequests(2);
    expect(await counter('records_sent_total')).toBe(0);
    expect(buffer.bytes).toBeGreaterThan(0);
  });
});

describe('a batch that linborg finds faulty', () => {
  test('goes without the records that it names', async () => {
    receiver.answer = (records) => {
      const bad = records.findIndex((one) => one.cpu_user_pct === 99);
      return bad === -1 ? undefined : invalid(`records[${bad}].cpu_user_pct is 99; expected less`);
    };
    await buffer.append(ten.map((one, minute) => ({ ...one, cpu_user_pct: minute % 5 === 3 ? 99 : 10 })));
    await sendAll();
    expect(receiver.accepted).toHaveLength(8);
    expect(await counter('records_rejected_total')).toBe(2);
  });

  test('is halved until the faulty record stands alone, where it names none', async () => {
    receiver.answer = (records) =>
      records.some((one) => one.server_name === 'odd') ? invalid('something is wrong') : undefined;
    await buffer.append([...ten.slice(0, 6), record('odd', 6), ...ten.slice(7)]);
    await sendAll();
    expect(receiver.accepted).toHaveLength(9);
    expect(receiver.accepted.every((one) => one.server_name === 'web1')).toBe(true);
    expect(await counter('records_rejected_total')).toBe(1);
  });

  test('is kept whole when it lacks a column that this feed never has', async () => {
    receiver.answer = () => invalid("Missing required columns: ['java_cpu_pct']");
    await buffer.append(ten);
    await sendRequests(3);
    expect(receiver.requests.every(({ records }) => records.length === 10)).toBe(true);
    expect(await counter('records_rejected_total')).toBe(0);
    expect(buffer.bytes).toBeGreaterThan(0);
  });

  test('waits where its times are past here and ahead of the clock of linborg', async () => {
    let refusals = 3;
    receiver.answer = () =>
      refusals-- > 0
        ? invalid('records[9].timestamp is "2026-01-01T00:09:00.000Z"; expected a time up to 2026-01-01T00:08:30.000Z')
        : undefined;
    await buffer.append(ten);
    await sendAll();
    expect(receiver.accepted).toEqual(ten);
    expect(await counter('records_rejected_total')).toBe(0);
  });

  test('goes without a record whose time is ahead here, too', async () => {
    receiver.answer = (records) =>
      records.length === 10
        ? invalid('records[9].timestamp is "2099-01-01T00:00:00Z"; expected a time up to 2026-01-01T01:05:00.000Z')
        : undefined;
    await buffer.append([...ten.slice(0, 9), { ...ten[9]!, timestamp: '2099-01-01T00:00:00Z' }]);
    await sendAll();
    expect(receiver.accepted).toEqual(ten.slice(0, 9));
    expect(await counter('records_rejected_total')).toBe(1);
  });

  test('goes in smaller ones where it is too large', async () => {
    receiver.answer = (records) => (records.length > 3 ? { status: 413, body: {} } : undefined);
    await buffer.append(ten);
    await sendAll();
    expect(receiver.accepted).toEqual(ten);
  });
});

describe('a batch of which a lenient linborg takes the good records', () => {
  /** Takes what is not later than a minute, which moves on with every request. */
  function takeUntil(minutes: number[]) {
    const taken: LinborgRecord[] = [];
    receiver.answer = (records) => {
      const limit = record('web1', minutes.shift() ?? 59).timestamp;
      const good = records.filter(({ timestamp }) => timestamp <= limit);
      const errors = records.flatMap(({ timestamp }, i) =>
        timestamp > limit ? [`records[${i}].timestamp is "${timestamp}"; expected a time up to ${limit}`] : [],
      );
      taken.push(...good);
      const rejected = records.length - good.length;
      // As the door does: the lines are cut.
      return { status: 200, body: { accepted: good.length, rejected, errors: errors.slice(0, 1) } };
    };
    return taken;
  }

  test('keeps the rest while their times are ahead of the clock of linborg alone', async () => {
    const taken = takeUntil([6, 6, 8]);
    await buffer.append(ten);
    await sendAll();
    expect(receiver.requests.map(({ records }) => records.length)).toEqual([10, 3, 3, 1]);
    expect(taken).toEqual(ten);
    expect(await counter('records_sent_total')).toBe(10);
    expect(await counter('records_rejected_total')).toBe(0);
    expect(pauses).toEqual([0.75, 1.5, 3]);
  });

  test('does not wait for a time that is ahead here, too', async () => {
    const taken = takeUntil([]);
    await buffer.append([...ten.slice(0, 9), { ...ten[9]!, timestamp: '2099-01-01T00:00:00Z' }]);
    await sendAll();
    expect(taken).toEqual(ten.slice(0, 9));
    expect(await counter('records_rejected_total')).toBe(1);
  });

  test('is sent again by the next start if the feeder ends meanwhile', async () => {
    takeUntil(Array.from({ length: 100 }, () => 6));
    await buffer.append(ten);
    await sendRequests(2);
    const taken = takeUntil([]);
    await sendAll();
    expect(taken).toEqual(ten);
  });
});

test('a complaint of missing columns is about the records that lack them', () => {
  const records = [record('a', 0, { mem_used_pct: 1 }), record('b', 0)];
  expect(complaintOf(records, ["Missing required columns: ['mem_used_pct']"], COLUMNS, AT)).toEqual({
    kind: 'records',
    indices: new Set([1]),
  });
  expect(complaintOf(records, ["Missing required columns: ['uptime_days', 'mem_used_pct']"], COLUMNS, AT)).toEqual({
    kind: 'columns',
    missing: ['uptime_days'],
  });
  expect(complaintOf(records, ['no'], COLUMNS, AT)).toEqual({ kind: 'batch' });
});
