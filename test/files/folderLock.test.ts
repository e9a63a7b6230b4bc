import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CommandError } from '../../src/core/errors.js';
import { lockFolder } from '../../src/files/folderLock.js';

const ADVICE = 'give each a folder of its own';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'linborg-lock-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Leaves a lock that says what this process's would, changed. */
async function leaveLock(change: (own: string) => string): Promise<void> {
  const lock = await lockFolder(folder, ADVICE);
  const own = await readFile(join(folder, 'lock'), 'utf8');
  await lock.release();
  await writeFile(join(folder, 'lock'), change(own));
}

describe('a folder', () => {
  test('that nobody has is taken, and given back without a trace', async () => {
    const lock = await lockFolder(folder, ADVICE);
    expect(readdirSync(folder)).toEqual(['lock']);
    await lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('that another process has is refused, with its number and what to do', async () => {
    await writeFile(join(folder, 'lock'), String(process.ppid));
    const refusal = await lockFolder(folder, ADVICE).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(CommandError);
    expect((refusal as Error).message).toBe(
      `${folder} is in use by process ${process.ppid}; ${ADVICE} (delete ${join(folder, 'lock')} if that process is no linborg)`,
    );
    expect(await readFile(join(folder, 'lock'), 'utf8')).toBe(String(process.ppid));
  });

  test.skipIf(!existsSync('/proc/self/stat'))(
    'whose owner is gone is taken over, though another program has its number by now',
    async () => {
      // As after a boot: the number is in use, but not since then.
      await leaveLock((own) => own.replace(/^\d+/, String(process.ppid)).replace(/\d+$/, '1'));
      const lock = await lockFolder(folder, ADVICE);
      expect(await readFile(join(folder, 'lock'), 'utf8')).toMatch(new RegExp(`^${process.pid} `));
      await lock.release();
    },
  );

  test.each(['', 'x', '-1', '0'])('whose lock says %j is taken over', async (text) => {
    await writeFile(join(folder, 'lock'), text);
    await (await lockFolder(folder, ADVICE)).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('whose owner was killed is taken over', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    await leaveLock((own) => own.replace(/^\d+/, String(child.pid)));
    await once(child, 'exit');
    await (await lockFolder(folder, ADVICE)).release();
  });

  test('stays with another that took it over meanwhile', async () => {
    const lock = await lockFolder(folder, ADVICE);
    await writeFile(join(folder, 'lock'), '1');
    await lock.release();
    expect(await readFile(join(folder, 'lock'), 'utf8')).toBe('1');
  });
});
