import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { namesIfThere, readIfThere } from '../../src/files/ifThere.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'linborg-there-'));
  writeFileSync(join(folder, 'note'), 'text');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('what is there is read', async () => {
  expect(await readIfThere(join(folder, 'note'))).toBe('text');
  expect(await namesIfThere(folder)).toEqual(['note']);
});

test('what is not there is no fault', async () => {
  expect(await readIfThere(join(folder, 'none'))).toBeUndefined();
  expect(await namesIfThere(join(folder, 'none'))).toEqual([]);
});

test('what is there and cannot be read is what the system says', async () => {
  await expect(readIfThere(folder)).rejects.toThrow(/EISDIR/);
  await expect(namesIfThere(join(folder, 'note'))).rejects.toThrow(/ENOTDIR/);
});
