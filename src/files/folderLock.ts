/** Folders that only one process may write to. */
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CommandError } from '../core/errors.js';

export interface FolderLock {
  /** Gives the folder back. */
  release(): Promise<void>;
}

/** A process as a lock names it. */
interface Owner {
  readonly pid: number;
  /** When it started, as the system counts; undefined where that is not known. */
  readonly since: string | undefined;
}

const LOCK_FILE = 'lock';
const TRIES = 5;

/**
 * Takes a folder for this process, against others of this machine. A lock names its process and when that started: one that was
 * killed holds nobody up, nor does another program that has its number after the next boot.
 * @param advice  what to do where another process has it
 * @throws CommandError if another process has it; what the system says if it cannot be written to
 */
export async function lockFolder(folder: string, advice: string): Promise<FolderLock> {
  const path = join(folder, LOCK_FILE);
  const own = `${process.pid} ${(await startOf(process.pid)) ?? ''}`.trim();
  for (let tries = 0; tries < TRIES; tries++) {
    if (await place(path, own)) return { release: () => release(path, own) };
    const found = await readFile(path, 'utf8').catch(() => undefined);
    if (found === undefined) continue;
    const owner = ownerIn(found);
    if (owner.pid !== process.pid && (await isRunning(owner)))
      throw new CommandError(
        `${resolve(folder)} is in use by process ${owner.pid}; ${advice} (delete ${path} if that process is no linborg)`,
      );
    await remove(path, found);
  }
  throw new CommandError(`${path} changes hands all the time; expected one process for each folder`);
}

/** Puts a lock where there is none, with all that it says at once; tells whether there was none. */
async function place(path: string, text: string): Promise<boolean> {
  const beside = `${path}.${process.pid}`;
  await writeFile(beside, text, { mode: 0o600 });
  try {
    await link(beside, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(beside, { force: true });
  }
}

/** Removes the lock that says `text`; one that another process has put in its place meanwhile goes back there. */
async function remove(path: string, text: string): Promise<void> {
  const aside = `${path}.${process.pid}`;
  try {
    await rename(path, aside);
    if ((await readFile(aside, 'utf8')) !== text) await link(aside, path);
  } catch {
    // Another process was quicker: the next try sees what there is.
  } finally {
    await rm(aside, { force: true });
  }
}

async function release(path: string, own: string): Promise<void> {
  const found = await readFile(path, 'utf8').catch(() => undefined);
  if (found === own) await rm(path, { force: true });
}

function ownerIn(text: string): Owner {
  const [pid, since] = text.split(' ');
  return { pid: Number(pid), since };
}

async function isRunning({ pid, since }: Owner): Promise<boolean> {
  if (!isAlive(pid)) return false;
  const started = await startOf(pid);
  return since === undefined || started === undefined || since === started;
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** When a process started: the boot, and the clock's ticks after it. Undefined where there is no /proc. */
async function startOf(pid: number): Promise<string | undefined> {
  const read = (path: string) => readFile(path, 'utf8').catch(() => '');
  const [stat, boot] = await Promise.all([read(`/proc/${pid}/stat`), read('/proc/sys/kernel/random/boot_id')]);
  // The name of the program, in parentheses, may hold anything; starttime is the 22nd field of proc(5), the 20th after it.
  const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  return ticks === undefined ? undefined : `${boot.trim()}:${ticks}`;
}
