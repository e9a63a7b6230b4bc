/** Accepted records on disk, in segments of bounded size: what an answer promised outlives the process. */
import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, readdir, rm, truncate } from 'node:fs/promises';
import path from 'node:path';
import { ConfigError, SourceError } from '../../core/errors.js';
import type { PushRecord } from '../../core/push/record.js';
import { syncFolder } from '../../files/syncFolder.js';
import { encodeEntry } from './walEntry.js';
import { type WalPiece, WalReader } from './walReader.js';
import { MAGIC, type Segment, sizeOfSegment, wholeBytesOf } from './walSegment.js';

export interface WalOptions {
  readonly folder: string;
  /** Of all segments together. */
  readonly maxBytes: number;
  /** Segments whose newest record is older are dropped. */
  readonly historySeconds: number;
}

/** What the log tells of itself. */
export interface WalEvents {
  /** One write that is on disk. */
  readonly onSynced: (durationSeconds: number) => void;
  readonly onWriteFailed: () => void;
  /** All that there is now. */
  readonly onSize: (bytes: number, segments: number) => void;
  readonly onDropped: (reason: WalDropReason, segments: number) => void;
  /** Bytes of a file that are no whole entry. */
  readonly onTorn: (file: string, bytes: number) => void;
  /** A file cannot be read; it is left out. */
  readonly onUnreadable: (file: string, reason: string) => void;
}

export type WalDropReason = 'history' | 'size';

interface OpenSegment extends Segment {
  readonly handle: FileHandle;
}

interface Waiting {
  readonly entry: Buffer;
  readonly newest: number;
  readonly resolve: () => void;
  readonly reject: (error: SourceError) => void;
}

const SEGMENT_NAME = /^(\d{12})\.wal$/;
const LARGEST_SEGMENT_BYTES = 16 * 1024 * 1024;
/** So that dropping one costs a small part of what is kept. */
const SEGMENTS = 8;

export class WriteAheadLog {
  #options: WalOptions;
  readonly #events: WalEvents;
  /** Ascending; those that are no longer written to. */
  #sealed: Segment[] = [];
  #current: OpenSegment | undefined;
  #nextId = 1;
  /** Files that were found to be damaged: each is told of once. */
  readonly #damaged = new Set<string>();
  #queue: Waiting[] = [];
  #writing: Promise<void> = Promise.resolve();
  #isWriting = false;

  private constructor(options: WalOptions, events: WalEvents) {
    this.#options = options;
    this.#events = events;
  }

  /**
   * Opens the log of a folder, which is made if need be, without reading what is in it: `reader` does. What the end of the newest
   * file has of an entry that was not written to its end is cut off.
   * @throws ConfigError where the folder cannot be used
   */
  static async open(options: WalOptions, events: WalEvents): Promise<WriteAheadLog> {
    const log = new WriteAheadLog(options, events);
    try {
      await mkdir(options.folder, { recursive: true });
      await log.#survey();
      await log.#dropOversize();
    } catch (cause) {
      throw new ConfigError(
        `pushed records cannot be kept in ${options.folder} (${(cause as Error).message}); expected a folder under data_dir that linborg may write to`,
        { cause },
      );
    }
    log.#tellSize();
    return log;
  }

  /** Other bounds are in force, from the next segment on. */
  adopt(bounds: Pick<WalOptions, 'maxBytes' | 'historySeconds'>): void {
    this.#options = { ...this.#options, ...bounds };
  }

  /** Of all segments together. */
  get bytes(): number {
    return this.#segments().reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /**
   * Resolves once the records are on disk; what comes while a write is under way goes into the next one together.
   * @param at  epoch seconds now
   * @throws SourceError if they are not
   */
  append(records: readonly PushRecord[], at: number): Promise<void> {
    const newest = records.reduce((latest, { timestamp }) => Math.max(latest, timestamp), Number.NEGATIVE_INFINITY);
    return new Promise((resolve, reject) => {
      this.#queue.push({ entry: encodeEntry(records), newest, resolve, reject });
      if (!this.#isWriting) this.#writing = this.#writeQueue(at);
    });
  }

  /** Reads all that is on disk, in its order, and what is appended meanwhile. A file that vanishes is left out: it was dropped. */
  reader(): WalReader {
    const onTorn = (file: string, bytes: number) => {
      if (this.#damaged.has(file)) return;
      this.#damaged.add(file);
      this.#events.onTorn(file, bytes);
    };
    return new WalReader({ segments: () => this.#segments(), onTorn, onUnreadable: this.#events.onUnreadable });
  }

  /** The same, slice by slice. */
  async *replay(): AsyncGenerator<WalPiece> {
    const reader = this.reader();
    while (!reader.isAtEnd) yield await reader.next();
  }

  /** Drops segments that are known to be past at epoch second `at`, after the writes under way. */
  async dropPast(at: number): Promise<void> {
    while (this.#isWriting) await this.#writing;
    this.#isWriting = true;
    try {
      await this.#dropPast(at);
      this.#tellSize();
    } finally {
      this.#isWriting = false;
      if (this.#queue.length > 0) this.#writing = this.#writeQueue(at);
    }
  }

  /** Waits for the writes under way. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#current?.handle.close();
    this.#current = undefined;
  }

  get #segmentBytes(): number {
    return Math.min(LARGEST_SEGMENT_BYTES, Math.floor(this.#options.maxBytes / SEGMENTS));
  }

  async #survey(): Promise<void> {
    const names = (await readdir(this.#options.folder)).filter((name) => SEGMENT_NAME.test(name)).sort();
    for (const [i, name] of names.entries()) {
      const file = path.join(this.#options.folder, name);
      const size = await sizeOfSegment(file);
      const id = Number(name.slice(0, 12));
      this.#nextId = id + 1;
      // In older files it is damage: what follows may be of use to a person.
      const bytes = i === names.length - 1 ? await this.#cutTail(file, size) : size;
      if (bytes > MAGIC.length) this.#sealed.push({ id, file, bytes, newest: Number.POSITIVE_INFINITY });
      else await rm(file);
    }
  }

  async #cutTail(file: string, size: number): Promise<number> {
    const bytes = await wholeBytesOf(file);
    if (bytes === size) return bytes;
    this.#events.onTorn(file, size - bytes);
    await truncate(file, bytes);
    return bytes;
  }

  async #writeQueue(at: number): Promise<void> {
    // Set and cleared in the same turn as the queue is looked at: nothing is put into it in between and forgotten.
    this.#isWriting = true;
    while (this.#queue.length > 0) {
      const waiting = this.#queue;
      this.#queue = [];
      const startedAt = performance.now();
      try {
        await this.#write(waiting, at);
        this.#events.onSynced((performance.now() - startedAt) / 1000);
        for (const { resolve } of waiting) resolve();
      } catch (cause) {
        this.#events.onWriteFailed();
        const reason = (cause as Error).message;
        const error = new SourceError(`pushed records cannot be written to ${this.#options.folder} (${reason})`, {
          cause,
        });
        for (const { reject } of waiting) reject(error);
      }
      this.#tellSize();
    }
    this.#isWriting = false;
  }

  async #write(waiting: readonly Waiting[], at: number): Promise<void> {
    const bytes = Buffer.concat(waiting.map(({ entry }) => entry));
    const segment = await this.#segmentFor(bytes.length, at);
    try {
      await segment.handle.appendFile(bytes);
      await segment.handle.datasync();
    } catch (error) {
      await this.#abandon(segment);
      throw error;
    }
    segment.bytes += bytes.length;
    for (const { newest } of waiting) segment.newest = Math.max(segment.newest, newest);
  }

  /** Nothing may follow a part of an entry, nor bytes of which nobody knows whether they reached the disk. */
  async #abandon({ handle, ...segment }: OpenSegment): Promise<void> {
    this.#current = undefined;
    this.#sealed.push(segment);
    await handle.truncate(segment.bytes).catch(() => {});
    await handle.close().catch(() => {});
  }

  async #segmentFor(bytes: number, at: number): Promise<OpenSegment> {
    const current = this.#current;
    if (current && (current.bytes + bytes <= this.#segmentBytes || current.bytes === MAGIC.length)) return current;
    if (current) {
      const { handle, ...segment } = current;
      this.#current = undefined;
      this.#sealed.push(segment);
      await handle.close();
    }
    await this.#dropPast(at);
    await this.#dropOversize();
    this.#current = await this.#newSegment();
    return this.#current;
  }

  async #newSegment(): Promise<OpenSegment> {
    const id = this.#nextId++;
    const file = path.join(this.#options.folder, `${String(id).padStart(12, '0')}.wal`);
    const handle = await open(file, 'ax');
    try {
      await handle.appendFile(MAGIC);
      await syncFolder(this.#options.folder);
    } catch (error) {
      await handle.close();
      // A full disk still has room for names: each refused batch would leave one more.
      await rm(file, { force: true }).catch(() => {});
      throw error;
    }
    return { id, file, handle, bytes: MAGIC.length, newest: Number.NEGATIVE_INFINITY };
  }

  async #dropPast(at: number): Promise<void> {
    const isPast = ({ newest }: Segment) => newest < at - this.#options.historySeconds;
    await this.#drop('history', this.#sealed.filter(isPast));
  }

  /** Leaves room for one more segment. */
  async #dropOversize(): Promise<void> {
    const room = this.#options.maxBytes - this.#segmentBytes;
    let bytes = this.#sealed.reduce((sum, segment) => sum + segment.bytes, 0);
    const tooMany: Segment[] = [];
    for (const segment of this.#sealed) {
      if (bytes <= room) break;
      tooMany.push(segment);
      bytes -= segment.bytes;
    }
    await this.#drop('size', tooMany);
  }

  async #drop(reason: WalDropReason, segments: readonly Segment[]): Promise<void> {
    if (segments.length === 0) return;
    for (const { file } of segments) await rm(file, { force: true });
    this.#sealed = this.#sealed.filter((segment) => !segments.includes(segment));
    this.#events.onDropped(reason, segments.length);
  }

  #tellSize(): void {
    this.#events.onSize(this.bytes, this.#segments().length);
  }

  /** Ascending. */
  #segments(): readonly Segment[] {
    return this.#current ? [...this.#sealed, this.#current] : this.#sealed;
  }
}
