import { appendFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RecordBuffer } from '../../../src/feeders/delivery/buffer.js';
import { decodeRecords, encodeRecords } from '../../../src/feeders/delivery/segment.js';
import type { LinborgRecord } from '../../../src/feeders/records/record.js';
import { CAN_LIMIT, limitFiles } from '../../files/limitFiles.js';
import { record } from '../fixtures/parts.js';

let folder: string;
let damage: number[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'linborg-buffer-'));
  damage = [];
});
afterEach(() => rm(folder, { recursive: true }));

const open = (options: { maxBytes?: number; segmentBytes?: number } = {}) =>
  RecordBuffer.open({
    folder,
    maxBytes: 1_000_000,
    segmentBytes: 1000,
    onDamage: (bytes) => damage.push(bytes),
    ...options,
  });

const records = (count: number, from = 0) => Array.from({ length: count }, (_, i) => record('web1', from + i));

/** All that is left, in batches of `limit`. */
async function drain(buffer: RecordBuffer, limit = 7): Promise<LinborgRecord[]> {
  const all: LinborgRecord[] = [];
  for (;;) {
    const { records: some, end } = await buffer.peek(limit);
    if (some.length === 0) return all;
    all.push(...some);
    await buffer.acknowledge(end);
  }
}

test('gives back what it was given, in order, over many files, of which only the last stays', async () => {
  const buffer = await open();
  for (let i = 0; i < 10; i++) await buffer.append(records(5, i * 5));
  expect((await readdir(folder)).length).toBeGreaterThan(3);
  expect(await drain(buffer)).toEqual(records(50));
  expect(buffer.bytes).toBe(0);
  expect((await readdir(folder)).filter((name) => name.endsWith('.segment'))).toHaveLength(1);
  await buffer.close();
});

test('gives the same again until it is acknowledged, also after a restart', async () => {
  const before = await open();
  await before.append(records(6));
  const { end } = await before.peek(2);
  await before.acknowledge(end);
  await before.peek(3);
  await before.close();
  const after = await open();
  await after.append(records(1, 6));
  expect(await drain(after)).toEqual(records(5, 2));
  await after.close();
});

test('drops a torn end, which a crash in the middle of writing leaves', async () => {
  const before = await open();
  await before.append(records(3));
  await before.close();
  const [name] = (await readdir(folder)).filter((one) => one.endsWith('.segment'));
  await appendFile(join(folder, name!), encodeRecords([record('torn', 0)]).subarray(0, 30));
  const after = await open();
  await after.append(records(1, 3));
  expect(await drain(after)).toEqual(records(4));
  expect(damage).toEqual([]);
  await after.close();
});

test('a changed byte costs the rest of its file, is told, and the next file is read', async () => {
  const before = await open({ segmentBytes: 300 });
  for (let i = 0; i < 3; i++) await before.append(records(4, i * 4));
  await before.close();
  const [first] = (await readdir(folder)).filter((one) => one.endsWith('.segment')).sort();
  const bytes = await readFile(join(folder, first!));
  bytes[bytes.length - 3]! ^= 1;
  await writeFile(join(folder, first!), bytes);
  const after = await open({ segmentBytes: 300 });
  expect(await drain(after, 2)).toEqual([...records(3), ...records(8, 4)]);
  expect(damage).toHaveLength(1);
  await after.close();
});

test('a changed byte in what was sent already costs nothing of what was not', async () => {
  const before = await open();
  await before.append(records(4));
  await before.acknowledge((await before.peek(2)).end);
  await before.close();
  const file = join(folder, (await readdir(folder)).find((name) => name.endsWith('.segment'))!);
  const bytes = await readFile(file);
  bytes[20]! ^= 1;
  await writeFile(file, bytes);
  const after = await open();
  await after.append(records(2, 4));
  expect(await drain(after)).toEqual(records(4, 2));
  expect(damage).toEqual([]);
  await after.close();
});

test('a file that is shorter than what was sent of it takes nothing of what comes next with it', async () => {
  const before = await open();
  await before.append(records(4));
  await before.acknowledge((await before.peek(3)).end);
  await before.close();
  const file = join(folder, (await readdir(folder)).find((name) => name.endsWith('.segment'))!);
  await truncate(file, 40);
  const after = await open();
  expect(after.bytes).toBe(0);
  await after.append(records(2, 4));
  expect(after.bytes).toBeGreaterThan(0);
  expect(await drain(after)).toEqual(records(2, 4));
  await after.close();
});

test('is full at its limit and not once that was sent', async () => {
  const buffer = await open({ maxBytes: 400 });
  expect(buffer.isFull).toBe(false);
  await buffer.append(records(5));
  expect(buffer.isFull).toBe(true);
  await drain(buffer);
  expect(buffer.isFull).toBe(false);
  await buffer.close();
});

test('a record larger than usual is read whole', async () => {
  const buffer = await open();
  const large = record('x'.repeat(5000), 0);
  await buffer.append([large, record('a', 1)]);
  expect(await drain(buffer, 1)).toEqual([large, record('a', 1)]);
  await buffer.close();
});

test('encoded records decode to themselves, and a prefix of them to whole records only', () => {
  const some = fc.array(
    fc.string().map((name) => record(name, 0)),
    { minLength: 1, maxLength: 5 },
  );
  fc.assert(
    fc.property(some, fc.nat(), (all, cut) => {
      const bytes = encodeRecords(all);
      expect(decodeRecords(bytes, all.length)).toEqual({ records: all, bytes: bytes.length, stop: 'done' });
      const part = decodeRecords(bytes.subarray(0, cut % bytes.length), Number.POSITIVE_INFINITY);
      expect(all.slice(0, part.records.length)).toEqual(part.records);
    }),
  );
});

describe.skipIf(!CAN_LIMIT)('a full disk', () => {
  afterEach(() => limitFiles('unlimited'));

  test('takes nothing of an append, and the next one when there is room again', async () => {
    const buffer = await open({ segmentBytes: 100_000 });
    await buffer.append(records(5));
    limitFiles(buffer.bytes + 100);
    await expect(buffer.append(records(5, 5))).rejects.toThrow('EFBIG');
    limitFiles('unlimited');
    await buffer.append(records(5, 10));
    await buffer.close();
    const after = await open();
    expect(await drain(after)).toEqual([...records(5), ...records(5, 10)]);
    expect(damage).toEqual([]);
    await after.close();
  });

  test('cannot note what was sent, which is not given again all the same, and takes no more room', async () => {
    const buffer = await open();
    for (let i = 0; i < 20; i++) await buffer.append(records(5, i * 5));
    const before = (await readdir(folder)).length;
    limitFiles(0);
    for (let i = 0; i < 10; i++) await expect(buffer.acknowledge((await buffer.peek(10)).end)).rejects.toThrow('EFBIG');
    expect((await readdir(folder)).length).toBeLessThan(before);
    limitFiles('unlimited');
    expect((await drain(buffer)).at(-1)).toEqual(records(1, 99)[0]);
    await buffer.close();
  });
});
