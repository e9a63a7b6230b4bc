/** What a feeder knows between runs: where reading goes on, and the records that are half put together. One file, written whole. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { CommandError } from '../core/errors.js';
import { type FolderLock, lockFolder } from '../files/folderLock.js';
import { readIfThere } from '../files/ifThere.js';
import { writeWhole } from '../files/wholeFile.js';
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
  readonly #lock: FolderLock;
  #written: string | undefined;

  private constructor(folder: string, mapping: string, lock: FolderLock) {
    this.#folder = folder;
    this.#mapping = mapping;
    this.#lock = lock;
  }

  /**
   * Takes the folder for this process.
   * @param mapping  the text of the mapping in force
   * @throws CommandError if another feeder has it
   */
  static async open(folder: string, mapping: string): Promise<FeedStateFile> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return new FeedStateFile(folder, mapping, await lockFolder(folder, 'give each feeder a state_dir of its own'));
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
    await writeWhole(join(this.#folder, 'state.json'), text, 0o600);
    this.#written = text;
  }

  /** Gives the folder back. */
  async close(): Promise<void> {
    await this.#lock.release();
  }
}

function parseState(text: string): z.output<typeof stateSchema> | undefined {
  try {
    return stateSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
