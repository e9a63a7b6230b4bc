import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ConfigError, SourceError } from '../../../src/core/errors.js';
import type { PushRecord } from '../../../src/core/push/record.js';
import { encodeEntry } from '../../../src/sources/push/walEntry.js';
import { WriteAheadLog } from '../../../src/sources/push/writeAheadLog.js';
import { temporaryFolder } from '../../app/fixtures/folder.js';
import { countingTurns } from '../../exposition/future/countingTurns.js';
import { CAN_LIMIT, limitFiles } from '../../files/limitFiles.js';
import { pushed } from './pushed.js';

const DAY = 86_400;
const NOON = Date.UTC(2026, 0, 1, 12) / 1000;

/** Hears nothing of what a log says. */
const DEAF = {
  onSynced: () => {},
  onWriteFailed: () => {},
  onSize: () => {},
  onDropped: () => {},
  onTorn: () => {},
  onUnreadable: () => {},
};

/** A log that has been read, with what it said. */
async function openLog(folder: string, { maxBytes = 1 << 24, at = NOON } = {}) {
  const said = {
    ...{ synced: 0, failed: 0, bytes: 0, segments: 0 },
    ...{ dropped: [] as [string, number][], torn: [] as number[], unreadable: [] as string[] },
  };
  const log = await WriteAheadLog.open(
    { folder, maxBytes, historySeconds: 8 * DAY },
    {
      onSynced: () => said.synced++,
      onWriteFailed: () => said.failed++,
      onSize: (bytes, segments) => Object.assign(said, { bytes, segments }),
      onDropped: (reason, segments) => said.dropped.push([reason, segments]),
      onTorn: (_, bytes) => said.torn.push(bytes),
      onUnreadable: (file) => said.unreadable.push(path.basename(file)),
    },
  );
  const found = await replayOf(log);
  await log.dropPast(at);
  return { log, found, said };
}

const timeOf = ({ timestamp }: PushRecord) => timestamp;
const at = (...seconds: number[]) => seconds.map((second) => pushed({ timestamp: NOON + second }));
const times = (...seconds: number[]) => seconds.map((second) => NOON + second);
const segmentsOf = (folder: string) =>
  readdirSync(folder)
    .sort()
    .map((name) => path.join(folder, name));

/** A segment for each list of seconds, with an entry for each of them. */
async function writeSegments(folder: string, ...segments: readonly (readonly number[])[]): Promise<void> {
  for (const seconds of segments) {
    const { log } = await openLog(folder);
    for (const second of seconds) await log.append(at(second), NOON);
    await log.close();
  }
}

async function replayOf(log: WriteAheadLog): Promise<number[]> {
  const found: number[] = [];
  for await (const { records } of log.replay()) found.push(...records.map(timeOf));
  return found;
}

describe('the write-ahead file', () => {
  it('has after a restart what was appended, in its order', async () => {
    const folder = path.join(temporaryFolder(), 'made', 'anew');
    const { log } = await openLog(folder);
    await Promise.all([log.append(at(1, 2), NOON), log.append(at(3), NOON), log.append(at(4), NOON)]);
    await log.append(at(5), NOON);
    expect(await replayOf(log)).toEqual(times(1, 2, 3, 4, 5));
    await log.close();
    const { log: next, found, said } = await openLog(folder);
    expect(found).toEqual(times(1, 2, 3, 4, 5));
    expect(said.torn).toEqual([]);
    await next.append(at(6), NOON);
    expect(await replayOf(next)).toEqual(times(1, 2, 3, 4, 5, 6));
    await next.close();
    expect((await openLog(folder)).found).toEqual(times(1, 2, 3, 4, 5, 6));
  });

  it('writes together what comes while it writes', async () => {
    const { log, said } = await openLog(temporaryFolder());
    await Promise.all(Array.from({ length: 100 }, (_, i) => log.append(at(i), NOON)));
    expect(said.synced).toBeLessThan(10);
    expect(await replayOf(log)).toHaveLength(100);
    await log.close();
  });

  it('is read in slices, with others in between, and to the end of what is appended meanwhile', async () => {
    const folder = temporaryFolder();
    const { log } = await openLog(folder);
    for (let from = 0; from < 30_000; from += 5000)
      await log.append(at(...Array.from({ length: 5000 }, (_, i) => from + i)), NOON);
    const { turn, stop } = countingTurns();
    const reader = log.reader();
    const found: number[] = [];
    const appended = [30_000, 30_001, 30_002];
    while (!reader.isAtEnd) {
      const before = turn();
      const { records, done, total } = await reader.next();
      expect(turn()).toBeGreaterThan(before);
      expect(records.length).toBeLessThanOrEqual(1000);
      expect(done).toBeLessThanOrEqual(total);
      found.push(...records.map(timeOf));
      if (appended.length > 0 && found.length > 5000) await log.append(at(appended.shift()!), NOON);
    }
    await stop();
    expect(found).toEqual(times(...Array.from({ length: 30_003 }, (_, i) => i)));
    await log.append(at(30_003), NOON);
    expect(reader.isAtEnd).toBe(false);
    expect((await reader.next()).records.map(timeOf)).toEqual(times(30_003));
    await log.close();
  });

  it('loses a file that cannot be read, says which, and has the others', async () => {
    const folder = temporaryFolder();
    await writeSegments(folder, [1], [2], [3]);
    const unreadable: string[] = [];
    const onUnreadable = (file: string) => unreadable.push(path.basename(file));
    const log = await WriteAheadLog.open({ folder, maxBytes: 1 << 24, historySeconds: DAY }, { ...DEAF, onUnreadable });
    const [, second, third] = segmentsOf(folder);
    rmSync(second!);
    mkdirSync(second!);
    rmSync(third!);
    // One that is gone was dropped.
    expect(await replayOf(log)).toEqual(times(1));
    expect(unreadable).toEqual([path.basename(second!)]);
    await log.close();
  });

  it('keeps a file that could not be read, for the next start', async () => {
    const folder = temporaryFolder();
    await writeSegments(folder, [1], [2]);
    const [first] = segmentsOf(folder);
    const aside = path.join(temporaryFolder(), 'aside');
    const log = await WriteAheadLog.open({ folder, maxBytes: 1 << 24, historySeconds: DAY }, DEAF);
    renameSync(first!, aside);
    mkdirSync(first!);
    expect(await replayOf(log)).toEqual(times(2));
    rmdirSync(first!);
    renameSync(aside, first!);
    await log.dropPast(NOON);
    await log.close();
    expect((await openLog(folder)).found).toEqual(times(1, 2));
  });

  it('damaged from its first entry on is left to a person', async () => {
    const folder = temporaryFolder();
    await writeSegments(folder, [1], [2]);
    const [first] = segmentsOf(folder);
    const bytes = readFileSync(first!);
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(first!, bytes);
    const { log, found } = await openLog(folder);
    expect(found).toEqual(times(2));
    expect(segmentsOf(folder)[0]).toBe(first);
    await log.close();
  });

  it('torn at any byte loses the torn entry alone, and goes on behind the others', async () => {
    const folder = temporaryFolder();
    const { log } = await openLog(folder);
    for (const second of [1, 2, 3]) await log.append(at(second), NOON);
    await log.close();
    const [segment] = segmentsOf(folder);
    const bytes = readFileSync(segment!);
    const entry = encodeEntry(at(1)).length;
    const head = bytes.length - 3 * entry;
    for (let length = 0; length < bytes.length; length++) {
      const torn = temporaryFolder();
      writeFileSync(path.join(torn, path.basename(segment!)), bytes.subarray(0, length));
      const whole = Math.max(0, Math.floor((length - head) / entry));
      const { log: next, found, said } = await openLog(torn);
      expect(found, `${length} bytes`).toEqual(times(1, 2, 3).slice(0, whole));
      expect(said.torn).toEqual(length > head && (length - head) % entry > 0 ? [(length - head) % entry] : []);
      await next.close();
      // Each costs the disk's time.
      if (length % 16 !== 0) continue;
      const { log: more } = await openLog(torn);
      await more.append(at(9), NOON);
      await more.close();
      const { log: last, found: again, said: nothing } = await openLog(torn);
      expect(again).toEqual([...found, NOON + 9]);
      expect(nothing.torn).toEqual([]);
      await last.close();
    }
  });

  it.each(['old', 'newest'])('damaged in the middle of the %s segment loses the damaged entry alone', async (which) => {
    const folder = temporaryFolder();
    await writeSegments(folder, [1, 2, 3], ...(which === 'old' ? [[4]] : []));
    const [first] = segmentsOf(folder);
    const bytes = readFileSync(first!);
    const entry = encodeEntry(at(1)).length;
    bytes[bytes.length - entry - 1]! ^= 1;
    writeFileSync(first!, bytes);
    for (const start of ['first', 'second']) {
      const { log, found, said } = await openLog(folder);
      expect(found, start).toEqual(which === 'old' ? times(1, 3, 4) : times(1, 3));
      expect(said.torn).toEqual([entry]);
      expect(statSync(first!).size).toBe(bytes.length);
      await log.close();
    }
  });

  it('whose lengths are damaged in the middle of an old segment keeps what is before, and the later segments', async () => {
    const folder = temporaryFolder();
    await writeSegments(folder, [1, 2, 3], [4], [5]);
    const [first] = segmentsOf(folder);
    const bytes = readFileSync(first!);
    const entry = encodeEntry(at(1)).length;
    bytes[bytes.length - 2 * entry]! ^= 1;
    writeFileSync(first!, bytes);
    const { log, found, said } = await openLog(folder);
    expect(found).toEqual(times(1, 4, 5));
    expect(said.torn).toHaveLength(1);
    expect(statSync(first!).size).toBe(bytes.length);
    await log.close();
  });

  it('stays within its size, and drops the oldest segments first', async () => {
    const folder = temporaryFolder();
    const maxBytes = 20_000;
    const { log, said } = await openLog(folder, { maxBytes });
    for (let i = 0; i < 1000; i += 10) {
      await log.append(at(...Array.from({ length: 10 }, (_, k) => i + k)), NOON);
      expect(segmentsOf(folder).reduce((sum, file) => sum + statSync(file).size, 0)).toBeLessThanOrEqual(maxBytes);
    }
    const kept = await replayOf(log);
    expect(kept.length).toBeGreaterThan(150);
    expect(kept).toEqual(times(...Array.from({ length: kept.length }, (_, i) => 1000 - kept.length + i)));
    const onDisk = segmentsOf(folder);
    expect(said).toMatchObject({
      segments: onDisk.length,
      bytes: onDisk.reduce((sum, file) => sum + statSync(file).size, 0),
    });
    expect(said.dropped.every(([reason]) => reason === 'size')).toBe(true);
    await log.close();
    // A smaller bound holds from the start.
    const { log: small } = await openLog(folder, { maxBytes: 8000 });
    expect(segmentsOf(folder).reduce((sum, file) => sum + statSync(file).size, 0)).toBeLessThanOrEqual(8000);
    await small.close();
  });

  it('drops segments whose records have all left the window', async () => {
    const folder = temporaryFolder();
    const { log } = await openLog(folder);
    await log.append(at(0, 60), NOON);
    await log.close();
    const later = await openLog(folder, { at: NOON + 8 * DAY + 60 });
    expect(later.said.dropped).toEqual([]);
    await later.log.close();
    const { log: last, said } = await openLog(folder, { at: NOON + 8 * DAY + 61 });
    expect(said.dropped).toEqual([['history', 1]]);
    expect(segmentsOf(folder)).toEqual([]);
    await last.close();
  });

  it('keeps to other bounds as soon as they are in force', async () => {
    const folder = temporaryFolder();
    const { log, said } = await openLog(folder);
    const hour = at(...Array.from({ length: 60 }, (_, i) => 60 * i));
    for (let batch = 0; batch < 20; batch++) await log.append(hour, NOON);
    expect(said.dropped).toEqual([]);
    log.adopt({ maxBytes: 16_000, historySeconds: DAY });
    await log.append(hour, NOON);
    expect(said.dropped).toEqual([['size', 1]]);
    await log.append(at(2 * DAY), NOON + 2 * DAY);
    expect(said.dropped).toEqual([
      ['size', 1],
      ['history', 1],
    ]);
    await log.close();
  });

  it('says so when it cannot write, and goes on when it can again', async () => {
    const folder = path.join(temporaryFolder(), 'wal');
    const { log, said } = await openLog(folder);
    rmSync(folder, { recursive: true });
    await expect(log.append(at(1), NOON)).rejects.toThrow(SourceError);
    await expect(log.append(at(1), NOON)).rejects.toThrow(/^pushed records cannot be written to .*\(ENOENT/);
    expect(said.failed).toBe(2);
    mkdirSync(folder);
    await log.append(at(2), NOON);
    expect(await replayOf(log)).toEqual(times(2));
    await log.close();
  });

  it('refuses a folder that it cannot use, and touches no file that it does not know', async () => {
    const file = path.join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    await expect(openLog(path.join(file, 'wal'))).rejects.toThrow(ConfigError);
    const folder = temporaryFolder();
    const other = path.join(folder, '000000000001.wal');
    writeFileSync(other, 'LBPUSH2\nof a later version');
    copyFileSync(other, path.join(folder, 'notes.txt'));
    await expect(openLog(folder)).rejects.toThrow(/is no write-ahead file of this version/);
    expect(readdirSync(folder)).toHaveLength(2);
    rmSync(other);
    const { log } = await openLog(folder);
    expect(readdirSync(folder)).toEqual(['notes.txt']);
    appendFileSync(path.join(folder, 'notes.txt'), '.');
    await log.close();
  });
});

describe.skipIf(!CAN_LIMIT)('a disk without room', () => {
  afterEach(() => limitFiles('unlimited'));

  it('is not filled with empty files by the batches that it refuses, and the next batch after it is kept', async () => {
    const folder = temporaryFolder();
    const { log, said } = await openLog(folder);
    await log.append(at(1), NOON);
    limitFiles(0);
    for (const second of [2, 3, 4, 5]) {
      await expect(log.append(at(second), NOON)).rejects.toThrow('pushed records cannot be written');
    }
    limitFiles('unlimited');
    expect(said.failed).toBe(4);
    expect(segmentsOf(folder)).toHaveLength(1);
    await log.append(at(6), NOON);
    expect(await replayOf(log)).toEqual(times(1, 6));
    await log.close();
    expect((await openLog(folder)).found).toEqual(times(1, 6));
  });
});
