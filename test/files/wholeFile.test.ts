import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { WriteError } from '../../src/core/errors.js';
import { writeTogether, writeWhole } from '../../src/files/wholeFile.js';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'linborg-whole-'));
  path = join(folder, 'note');
  writeFileSync(path, 'before');
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

describe('a write', () => {
  test('takes the place of the file before and leaves nothing beside it', async () => {
    await writeWhole(path, 'after');
    expect(readFileSync(path, 'utf8')).toBe('after');
    expect(readdirSync(folder)).toEqual(['note']);
  });

  test('gives the file the permissions that were asked for', async () => {
    await writeWhole(path, 'after', 0o600);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('is done once the folder is on the disk with the new name, which a power failure would forget', async () => {
    const handle = await open(path);
    await handle.close();
    const FileHandle = Object.getPrototypeOf(handle) as typeof handle;
    const sync = FileHandle.sync;
    const seen: string[] = [];
    vi.spyOn(FileHandle, 'sync').mockImplementation(async function (this: typeof handle) {
      if ((await this.stat()).isDirectory()) seen.push(readFileSync(path, 'utf8'));
      await sync.call(this);
    });
    await writeWhole(path, 'after');
    expect(seen).toEqual(['after']);
  });
});

describe('a failed write', () => {
  test('leaves the file before it, says so, and leaves nothing behind', async () => {
    mkdirSync(`${path}.tmp`);
    const failure = await writeWhole(path, 'after').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(WriteError);
    expect((failure as Error).message).toMatch(/^cannot write note \(EISDIR.*\); the file before it is untouched$/);
    expect(readFileSync(path, 'utf8')).toBe('before');
    mkdirSync(join(folder, 'taken'));
    await expect(writeWhole(join(folder, 'taken'), 'after')).rejects.toThrow(/^cannot write taken /);
    expect(readdirSync(folder)).not.toContain('taken.tmp');
  });

  test('of one of several files changes none of them', async () => {
    mkdirSync(join(folder, 'other.tmp'));
    const files = [path, join(folder, 'other')].map((one) => ({ path: one, content: 'after' }));
    await expect(writeTogether(files)).rejects.toThrow(/^cannot write other /);
    expect(readFileSync(path, 'utf8')).toBe('before');
    expect(readdirSync(folder).sort()).toEqual(['note', 'other.tmp']);
  });
});
