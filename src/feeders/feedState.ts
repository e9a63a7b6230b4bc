/** What a feeder knows between runs: where reading goes on, and the records that are half put together. One file, written whole. */
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { CommandError } from '../core/errors.js';
import { readIfThere, writeDurably } from './durableFile.js';
import type { Bookmark } from './reader.js';
import { type BuilderSnapshot, builderSnapshot } from './records/snapshot.js';

const VERSION = 1;

const stateSchema = z.object({
  version: z.literal(VERSION),
  /** Tells a changed mapping: what was half put together by another one is of no use. */
  mapping: z.string(),
  bookmark: z.record(z.string(), z.unknown()),
  builder: builderSnapshot,
});

export interface FeedState {
  readonly bookmark: Bookmark;
  readonly builder: BuilderSnapshot;
}

export class FeedStateFile {
  readonly #folder: string;
  readonly #mapping: string;
  #written: string | undefined;

  private constructor(folder: string, mapping: string) {
    this.#folder = folder;
    this.#mapping = mapping;
  }

  /**
   * Takes the folder for this process.
   * @param mapping  the text of the mapping in force
   * @throws CommandError if another feeder has it
   */
  static async open(folder: string, mapping: string): Promise<FeedStateFile> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await lock(folder);
    return new FeedStateFile(folder, mapping);
  }

  /** What the run before has left; undefined at the first one. */
  async read(): Promise<{ readonly bookmark: Bookmark; readonly builder: BuilderSnapshot | undefined } | undefined> {
    const path = join(this.#folder, 'state.json');
    const text = await readIfThere(path);
    if (text === undefined) return undefined;
    const state = parseState(text);
    if (state === undefined)
      throw new CommandError(
        `${path} is no state of a feeder of this version; delete it to begin anew, which reads again what the source still has`,
      );
    this.#written = text;
    return { bookmark: state.bookmark, builder: state.mapping === this.#mapping ? state.builder : undefined };
  }

  /** When it resolves, the state is on the disk. */
  async write({ bookmark, builder }: FeedState): Promise<void> {
    const text = JSON.stringify({ version: VERSION, mapping: this.#mapping, bookmark, builder });
    if (text === this.#written) return;
    await writeDurably(join(this.#folder, 'state.json'), text);
    this.#written = text;
  }

  /** Gives the folder back. */
  async close(): Promise<void> {
    await rm(lockPath(this.#folder), { force: true });
  }
}

function parseState(text: string): z.output<typeof stateSchema> | undefined {
  try {
    return stateSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function lockPath(folder: string): string {
  return join(folder, 'lock');
}

/** A lock names its process, so that one which was killed holds nobody up. */
async function lock(folder: string): Promise<void> {
  const path = lockPath(folder);
  for (let tries = 0; tries < 3; tries++) {
    try {
      const handle = await open(path, 'wx', 0o600);
      await handle.writeFile(String(process.pid));
      await handle.close();
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = Number(await readFile(path, 'utf8').catch(() => ''));
    if (owner !== process.pid && isAlive(owner))
      throw new CommandError(
        `${resolve(folder)} is in use by process ${owner}; give each feeder a state_dir of its own (delete ${path} if that process is no feeder)`,
      );
    await rm(path, { force: true });
  }
  throw new CommandError(`${path} changes hands all the time; expected one feeder for each state_dir`);
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
