import { appendFileSync, copyFileSync, renameSync, truncateSync } from 'node:fs';
import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Bookmark } from '../../../../src/feeders/reader.js';
import { FileReader } from '../../../../src/feeders/readers/file/fileReader.js';
import { temporaryFolder } from '../../../app/fixtures/folder.js';
import { feedOf } from '../../fixtures/parts.js';

const GENERATIONS = 80;
const LINES = 12;
/** Rotations are further apart than the file system's clock can tell. */
const GENERATION_MILLISECONDS = 25;

/** Writes numbered lines, and rotates every few of them: by copying and cutting, and by renaming, by turns. */
async function writeAndRotate(path: string): Promise<void> {
  for (let generation = 0; generation < GENERATIONS; generation++) {
    for (let line = 0; line < LINES; line++) {
      const n = generation * LINES + line;
      appendFileSync(path, `${JSON.stringify({ n, padding: 'x'.repeat(n % 90) })}\n`);
      await turn();
    }
    await pause(GENERATION_MILLISECONDS);
    const rotated = `${path}.${String(generation).padStart(3, '0')}`;
    if (generation % 2 === 0) {
      copyFileSync(path, rotated);
      truncateSync(path, 0);
    } else renameSync(path, rotated);
  }
}

test('whatever rotates while it is read, every line is found, and none after a newer one', async () => {
  const path = `${temporaryFolder()}/a.log`;
  const { options } = feedOf(`metrics: { cpu_user_pct: n }\nfile: { paths: ['${path}*'] }`);
  const reader = new FileReader(options.file!);
  let isWritten = false;
  const writing = writeAndRotate(path).then(() => {
    isWritten = true;
  });
  const firstFound = new Set<number>();
  let bookmark: Bookmark | undefined;
  for (let isDone = false; !isDone; ) {
    isDone = isWritten;
    const result = await reader.read({ bookmark, limit: 1000, until: 0, signal: new AbortController().signal });
    for (const { n } of result.documents) firstFound.add(n as number);
    bookmark = result.bookmark;
    isDone &&= result.isAtEnd;
  }
  await writing;
  await reader.close();
  expect([...firstFound]).toEqual(Array.from({ length: GENERATIONS * LINES }, (_, n) => n));
});
