/** Accepted records on disk, in segments of bounded size: what an answer promised outlives the process. */
import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, readdir, readFile, rm, truncate } from 'node:fs/promises';
import path from 'node:path';
import { ConfigError, SourceError } from '../../core/errors.js';
import type { PushRecord } from '../../core/push/record.js';
import { decodeEntry, encodeEntry } from './walEntry.js';

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
}

export type WalDropReason = 'history' | 'size';

/** A piece of what was written, and how far it is. */
export interface WalPiece {
  readonly records: readonly PushRecord[];
  /** Segments read so far, of a total. */
  readonly done: number;
  readonly total: number;
}

interface Segment {
  readonly id: number;
  readonly file: string;
  /** Up to the end of its last whole entry. */
  bytes: number;
  /** Epoch seconds of its newest record. */
  newest: number;
}

interface OpenSegment extends Segment {
  readonly handle: FileHandle;
}

interface Waiting {
  readonly entry: Buffer;
  readonly newest: number;
  readonly resolve: () => void;
  readonly reject: (error: SourceError) => void;
}

/** At the head of each segment: what it is, and the version of the format. */
const MAGIC = Buffer.from('LBPUSH1\n');
const SEGMENT_NAME = /^(\d{12})\.wal$/;
const LARGEST_SEGMENT_BYTES = 16 * 1024 * 1024;
/** So that dropping one costs a small part of what is kept. */
const SEGMENTS = 8;

export class WriteAheadLog {
  readonly #options: WalOptions;
  readonly #events: WalEvents;
  readonly #segmentBytes: number;
  /** Ascending; those that are no longer written to. */
  #sealed: Segment[] = [];
  #current: OpenSegment | undefined;
  #nextId = 1;
  #queue: Waiting[] = [];
  #writing: Promise<void> = Promise.resolve();
  #isWriting = false;

  private constructor(options: WalOptions, events: WalEvents) {
    this.#options = options;
    this.#events = events;
    this.#segmentBytes = Math.min(LARGEST_SEGMENT_BYTES, Math.floor(options.maxBytes / SEGMENTS));
  }

  /**
   * Opens the log of a folder, which is made if need be, and reads what is in it. What the end of a file has of an entry
   * that was not written to its end is cut off.
   * @param onRecords  gets all that was written, in its order
   * @param at         epoch seconds now
   * @throws ConfigError where the folder cannot be used
   */
  static async open(
    {
      at,
      onRecords,
      ...options
    }: WalOptions & { readonly at: number; readonly onRecords: (records: readonly PushRecord[]) => void },
    events: WalEvents,
  ): Promise<WriteAheadLog> {
    const log = new WriteAheadLog(options, events);
    try {
      await mkdir(options.folder, { recursive: true });
      await log.#readAll(onRecords);
      await log.#dropOld(at);
    } catch (cause) {
      throw new ConfigError(
        `pushed records cannot be kept in ${options.folder} (${(cause as Error).message}); expected a folder under data_dir that linborg may write to`,
        { cause },
      );
    }
    log.#tellSize();
    return log;
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

  /** All that is on disk now, in its order. A file that vanishes meanwhile is left out: it was dropped. */
  async *replay(): AsyncGenerator<WalPiece> {
    const segments = [...this.#sealed, ...(this.#current ? [this.#current] : [])].map(({ file, bytes }) => ({
      file,
      bytes,
    }));
    for (const [i, { file, bytes }] of segments.entries()) {
      const content = await readFile(file).catch(() => undefined);
      if (content === undefined) continue;
      for (const { records } of entriesOf(content.subarray(0, bytes))) {
        yield { records, done: i, total: segments.length };
      }
    }
  }

  /** Waits for the writes under way. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#current?.handle.close();
    this.#current = undefined;
  }

  async #readAll(onRecords: (records: readonly PushRecord[]) => void): Promise<void> {
    const names = (await readdir(this.#options.folder)).filter((name) => SEGMENT_NAME.test(name)).sort();
    for (const [i, name] of names.entries()) {
      const file = path.join(this.#options.folder, name);
      const content = await readFile(file);
      if (!isSegment(content)) throw new Error(`${file} is no write-ahead file of this version of linborg`);
      const segment: Segment = {
        id: Number(name.slice(0, 12)),
        file,
        bytes: MAGIC.length,
        newest: Number.NEGATIVE_INFINITY,
      };
      for (const { records, end } of entriesOf(content)) {
        onRecords(records);
        segment.bytes = end;
        segment.newest = records.reduce((latest, { timestamp }) => Math.max(latest, timestamp), segment.newest);
      }
      this.#nextId = segment.id + 1;
      if (segment.bytes < content.length) {
        this.#events.onTorn(file, content.length - segment.bytes);
        // Elsewhere it is damage: what follows may be of use to a person.
        if (i === names.length - 1) await truncate(file, segment.bytes);
      }
      if (segment.bytes > MAGIC.length) this.#sealed.push(segment);
      else await rm(file);
      // Reading takes a while: signals are heard in between.
      await new Promise(setImmediate);
    }
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
    await this.#dropOld(at);
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

  /** Leaves room for one more segment. */
  async #dropOld(at: number): Promise<void> {
    const isPast = ({ newest }: Segment) => newest < at - this.#options.historySeconds;
    await this.#drop('history', this.#sealed.filter(isPast));
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
    const all = [...this.#sealed, ...(this.#current ? [this.#current] : [])];
    this.#events.onSize(
      all.reduce((sum, { bytes }) => sum + bytes, 0),
      all.length,
    );
  }
}

/** A process that ended in the middle may have left a part of the head. */
function isSegment(content: Buffer): boolean {
  const head = content.subarray(0, MAGIC.length);
  return head.equals(MAGIC.subarray(0, head.length));
}

/** The entries of a segment, up to the first that is not whole. */
function* entriesOf(content: Buffer): Generator<{ readonly records: readonly PushRecord[]; readonly end: number }> {
  let at = MAGIC.length;
  while (at < content.length) {
    const decoded = decodeEntry(content, at);
    if (decoded.kind === 'torn') return;
    yield decoded;
    at = decoded.end;
  }
}

/** So that a new file is still there after the power fails. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
