import { appendFile, copyFile, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Bookmark, ReadError } from '../../../../src/feeders/reader.js';
import { FileReader } from '../../../../src/feeders/readers/file/fileReader.js';
import type { FileOptions } from '../../../../src/feeders/readers/file/options.js';
import { feedOf } from '../../fixtures/parts.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'linborg-file-'));
});
afterEach(() => rm(folder, { recursive: true }));

const at = (name: string) => join(folder, name);
const lines = (from: number, to: number) =>
  Array.from(
    { length: to - from },
    (_, i) => `${JSON.stringify({ n: from + i, padding: 'x'.repeat((from + i) % 90) })}\n`,
  ).join('');
const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

function optionsOf(yaml: string): FileOptions {
  return feedOf(`metrics: { cpu_user_pct: n }\nfile: { paths: [${at('*.log')}, ${at('*.gz')}]${yaml} }`).options.file!;
}

/** All that a reader finds from a bookmark on, with a fresh reader, as after a restart. */
async function readAll(bookmark?: Bookmark, yaml = '', limit = 10) {
  const reader = new FileReader(optionsOf(yaml));
  const documents: Record<string, unknown>[] = [];
  let unreadable = 0;
  let next = bookmark;
  for (let isAtEnd = false; !isAtEnd; ) {
    const result = await reader.read({ bookmark: next, limit, until: 0, signal: new AbortController().signal });
    expect(result.documents.length).toBeLessThanOrEqual(limit);
    documents.push(...result.documents);
    unreadable += result.unreadable ?? 0;
    // What a state file makes of it.
    next = JSON.parse(JSON.stringify(result.bookmark)) as Bookmark;
    isAtEnd = result.isAtEnd;
  }
  await reader.close();
  return { documents, unreadable, bookmark: next!, found: documents.map(({ n }) => Number(n)) };
}

describe('a file that cannot be read', () => {
  test('is told once and holds up no other', async () => {
    await writeFile(at('a.gz'), gzipSync(lines(0, 50)).subarray(0, 60));
    await writeFile(at('b.log'), lines(0, 5));
    const reader = new FileReader(optionsOf(''));
    let bookmark: Bookmark | undefined;
    const read = async () => {
      const result = await reader.read({ bookmark, limit: 100, until: 0, signal: new AbortController().signal });
      bookmark = result.bookmark;
      return [result.documents.map(({ n }) => n), result.isAtEnd];
    };
    expect(await read()).toEqual([numbers(0, 5), false]);
    await expect(read()).rejects.toThrow(/a\.gz cannot be unpacked/);
    expect(await read()).toEqual([[], true]);
    await appendFile(at('b.log'), lines(5, 7));
    expect(await read()).toEqual([numbers(5, 7), true]);
    await writeFile(at('a.gz'), gzipSync(lines(50, 52)));
    expect(await read()).toEqual([numbers(50, 52), true]);
    await reader.close();
  });

  test('may be one in whose place there is a folder, which is no fault of linborg', async () => {
    await rm(folder, { recursive: true });
    await writeFile(folder, '');
    const reader = new FileReader(optionsOf(''));
    const reading = reader.read({ bookmark: undefined, limit: 1, until: 0, signal: new AbortController().signal });
    await expect(reading).rejects.toThrow(ReadError);
    await reader.close();
  });
});

describe('a file that grows', () => {
  test('is read on from the bookmark, whole lines only', async () => {
    await writeFile(at('a.log'), `${lines(0, 25)}{"n":2`);
    const first = await readAll();
    expect(first.found).toEqual(numbers(0, 25));
    await appendFile(at('a.log'), `5}\n${lines(26, 30)}`);
    expect((await readAll(first.bookmark)).found).toEqual(numbers(25, 30));
  });

  test('is read from its end on where the feed says so, but files that come later from their beginning', async () => {
    await writeFile(at('a.log'), lines(0, 5));
    const first = await readAll(undefined, ', start: end');
    expect(first.found).toEqual([]);
    await appendFile(at('a.log'), lines(5, 7));
    await writeFile(at('b.log'), lines(100, 103));
    expect((await readAll(first.bookmark, ', start: end')).found.sort((a, b) => a - b)).toEqual([5, 6, 100, 101, 102]);
  });

  test('with lines that are no JSON, or too long, goes on behind them and counts them', async () => {
    await writeFile(at('a.log'), `${lines(0, 2)}no\n[1]\n\n${lines(2, 3)}`);
    const read = await readAll();
    expect([read.found, read.unreadable]).toEqual([[0, 1, 2], 2]);
    await writeFile(at('b.log'), `${JSON.stringify({ n: 5, long: 'x'.repeat(400_000) })}\n${lines(6, 8)}`);
    const long = await readAll(undefined, ', max_line_bytes: 1024');
    expect(long.found).toEqual([0, 1, 2, 6, 7]);
    expect(long.unreadable).toBeGreaterThan(2);
  });

  test('that is longer than it may be is skipped in a .gz, too, and not kept in memory', async () => {
    await writeFile(at('a.gz'), gzipSync(`${'x'.repeat(3_000_000)}\n${lines(0, 3)}`));
    const read = await readAll(undefined, ', max_line_bytes: 2048');
    expect(read.found).toEqual([0, 1, 2]);
    expect(read.unreadable).toBeGreaterThan(2);
  });
});

describe('rotation', () => {
  test('by renaming: what was not read yet is read under the new name, before the new file', async () => {
    await writeFile(at('a.log'), lines(0, 20));
    const first = await readAll();
    await appendFile(at('a.log'), lines(20, 30));
    await rename(at('a.log'), at('a.log.1'));
    await writeFile(at('a.log'), lines(30, 35));
    const second = await readAll(first.bookmark);
    expect(second.found).toEqual(numbers(20, 35));
    // Its writer has it open and may still write there.
    await appendFile(at('a.log.1'), lines(100, 101));
    await appendFile(at('a.log'), lines(35, 36));
    expect((await readAll(second.bookmark)).found).toEqual([100, 35]);
  });

  test('by copying and cutting: what was not read yet is read in the copy', async () => {
    await writeFile(at('a.log'), lines(0, 60));
    const first = await readAll();
    await appendFile(at('a.log'), lines(60, 70));
    await copyFile(at('a.log'), at('a.log.1'));
    await truncate(at('a.log'), 0);
    await appendFile(at('a.log'), lines(70, 75));
    const second = await readAll(first.bookmark);
    expect(second.found).toEqual(numbers(60, 75));
    expect((await readAll(second.bookmark)).found).toEqual([]);
  });

  test('by copying and cutting is noticed even when the file has grown beyond where it was', async () => {
    await writeFile(at('a.log'), lines(0, 10));
    const first = await readAll();
    await copyFile(at('a.log'), at('a.log.1'));
    await truncate(at('a.log'), 0);
    await appendFile(at('a.log'), lines(10, 90));
    expect((await readAll(first.bookmark)).found).toEqual(numbers(10, 90));
  });

  test('into names that the feed reads, too, gives nothing twice', async () => {
    await writeFile(at('a.log'), lines(0, 30));
    const first = await readAll();
    await copyFile(at('a.log'), at('a-copy.log'));
    const second = await readAll(first.bookmark);
    expect(second.found).toEqual([]);
    await truncate(at('a.log'), 0);
    await rename(at('a-copy.log'), at('a-old.log'));
    await appendFile(at('a.log'), lines(30, 32));
    expect((await readAll(second.bookmark)).found).toEqual([30, 31]);
  });

  test('that deletes a file forgets it', async () => {
    await writeFile(at('a.log'), lines(0, 3));
    const first = await readAll();
    await rm(at('a.log'));
    expect((await readAll(first.bookmark)).bookmark).toEqual({ files: [] });
  });
});

describe('a .gz', () => {
  test('is read once, over several reads and over a restart in the middle', async () => {
    await writeFile(at('old.gz'), gzipSync(lines(0, 5000).trimEnd()));
    const reader = new FileReader(optionsOf(''));
    const request = { limit: 1234, until: 0, signal: new AbortController().signal };
    const first = await reader.read({ ...request, bookmark: undefined });
    const second = await reader.read({ ...request, bookmark: first.bookmark });
    await reader.close();
    const rest = await readAll(second.bookmark, '', 1000);
    const found = [...first.documents, ...second.documents].map(({ n }) => n);
    expect([...found, ...rest.found]).toEqual(numbers(0, 5000));
    expect((await readAll(rest.bookmark)).found).toEqual([]);
  });

  test('that is torn is told as such', async () => {
    await writeFile(at('old.gz'), gzipSync(lines(0, 100)).subarray(0, 200));
    await expect(readAll()).rejects.toThrow(/old\.gz cannot be unpacked .*expected a whole gzip file/);
  });
});

describe('CSV', () => {
  test('takes the columns from the first line of each file, also after a restart', async () => {
    await writeFile(at('a.log'), '\ufeffhost,n,"note"\r\nweb1,1,"two\nlines, ""quoted"""\r\nweb1,2,x\r\n');
    const first = await readAll(undefined, ', format: csv', 1);
    expect(first.documents).toEqual([
      { host: 'web1', n: '1', note: 'two\nlines, "quoted"' },
      { host: 'web1', n: '2', note: 'x' },
    ]);
    await appendFile(at('a.log'), 'web1,3\r\nweb1,4,y,more\r\n');
    expect((await readAll(first.bookmark, ', format: csv')).documents).toEqual([
      { host: 'web1', n: '3', note: null },
      { host: 'web1', n: '4', note: 'y' },
    ]);
  });

  test('has the columns that the feed names, and its delimiter', async () => {
    await writeFile(at('a.log'), 'web1;1\nweb2;2\n');
    const { documents } = await readAll(undefined, ", format: csv, delimiter: ';', columns: [host, n]");
    expect(documents).toEqual([
      { host: 'web1', n: '1' },
      { host: 'web2', n: '2' },
    ]);
  });
});

test('lines that match a pattern have its groups as fields', async () => {
  await writeFile(at('a.log'), 'cpu=12.5 host=web1\nnothing\nload high host=web2\n');
  const { documents, unreadable } = await readAll(
    undefined,
    String.raw`, format: regex, pattern: '(?:cpu=(?P<n>[\d.]+)|load (?P<word>\w+)) host=(?P<host>\w+)'`,
  );
  expect(documents).toEqual([
    { n: '12.5', word: null, host: 'web1' },
    { n: null, word: 'high', host: 'web2' },
  ]);
  expect(unreadable).toBe(1);
});

test('a reader wakes when a line is written', async () => {
  await writeFile(at('a.log'), '');
  const reader = new FileReader(optionsOf(''));
  const changed = reader.changed(new AbortController().signal);
  await appendFile(at('a.log'), lines(0, 1));
  await changed;
  await reader.close();
});
