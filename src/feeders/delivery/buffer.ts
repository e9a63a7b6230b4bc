/** Records that wait for linborg, on disk: segment files that are appended to at one end and deleted at the other. */
import { type FileHandle, mkdir, open, readdir, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readIfThere } from '../../files/ifThere.js';
import { syncFolder } from '../../files/syncFolder.js';
import { writeWhole } from '../../files/wholeFile.js';
import type { LinborgRecord } from '../records/record.js';
import { type DecodedRecords, decodeRecords, encodeRecords } from './segment.js';

export interface BufferOptions {
  readonly folder: string;
  /** From here on it is full; the batch that reaches it still goes in. */
  readonly maxBytes: number;
  /** A new file is begun at this size. */
  readonly segmentBytes: number;
  /** Told of bytes that were lost since they cannot be read. */
  readonly onDamage: (bytes: number, file: string) => void;
}

/** A place between two records. */
export interface BufferPosition {
  readonly segment: number;
  readonly offset: number;
}

export interface BufferedRecords {
  readonly records: readonly LinborgRecord[];
  /** Where they end. */
  readonly end: BufferPosition;
}

interface Segment {
  readonly number: number;
  bytes: number;
  /** Nothing is appended to it any more. */
  isSealed?: boolean;
}

const SENT_FILE = 'sent.json';
const sentSchema = z.object({ segment: z.int().min(0), offset: z.int().min(0) });
/** Most records are smaller; where not, the rest of the segment is read. */
const USUAL_RECORD_BYTES = 1024;

export class RecordBuffer {
  readonly #options: BufferOptions;
  /** Ascending; the last one is written to. */
  readonly #segments: Segment[];
  readonly #waiting = new Set<() => void>();
  #sent: BufferPosition;
  #tail: FileHandle | undefined;

  private constructor(options: BufferOptions, segments: Segment[], sent: BufferPosition) {
    this.#options = options;
    this.#segments = segments;
    this.#sent = sent;
  }

  /** Opens what a run before has left, without a torn end. */
  static async open(options: BufferOptions): Promise<RecordBuffer> {
    await mkdir(options.folder, { recursive: true, mode: 0o700 });
    const text = await readIfThere(join(options.folder, SENT_FILE));
    const sent = text === undefined ? { segment: 0, offset: 0 } : sentSchema.parse(JSON.parse(text));
    const segments: Segment[] = [];
    for (const number of await segmentNumbers(options.folder)) {
      const path = segmentPath(options.folder, number);
      if (number < sent.segment) await rm(path);
      else segments.push({ number, bytes: (await stat(path)).size });
    }
    const buffer = new RecordBuffer(options, segments, sent);
    await buffer.#cutTornEnd();
    return buffer;
  }

  /** What is not sent yet. */
  get bytes(): number {
    return this.#segments.reduce((sum, { number, bytes }) => sum + Math.max(0, bytes - this.#sentOf(number)), 0);
  }

  get isFull(): boolean {
    return this.bytes >= this.#options.maxBytes;
  }

  /** Takes records; when it resolves they are on the disk. Rejects with what the system says if they cannot be: none is taken then. */
  async append(records: readonly LinborgRecord[]): Promise<void> {
    if (records.length === 0) return;
    const bytes = encodeRecords(records);
    const segment = await this.#openTail();
    try {
      await this.#tail!.appendFile(bytes);
      await this.#tail!.datasync();
    } catch (error) {
      await this.#cutTail(segment);
      throw error;
    }
    segment.bytes += bytes.length;
    this.#wake();
  }

  /** The oldest records, at most `limit`; they stay until they are acknowledged. */
  async peek(limit: number): Promise<BufferedRecords> {
    for (const segment of [...this.#segments]) {
      const from = this.#sentOf(segment.number);
      if (from >= segment.bytes) continue;
      const decoded = await this.#read(segment, from, limit);
      if (decoded.records.length > 0)
        return { records: decoded.records, end: { segment: segment.number, offset: from + decoded.bytes } };
      // What follows a damaged entry cannot be told apart from it.
      this.#options.onDamage(segment.bytes - from, segmentPath(this.#options.folder, segment.number));
      await this.acknowledge({ segment: segment.number, offset: segment.bytes });
    }
    return { records: [], end: this.#sent };
  }

  /**
   * Forgets the records before a position. Rejects with what the system says if that cannot be noted on disk: then it is forgotten
   * all the same, but a restart may give some of it again.
   */
  async acknowledge(end: BufferPosition): Promise<void> {
    this.#sent = end;
    try {
      // First, since on a full disk the note may need this room.
      while (this.#segments.length > 1 && this.#isSent(this.#segments[0]!)) {
        const { number } = this.#segments.shift()!;
        await rm(segmentPath(this.#options.folder, number));
      }
      await writeWhole(join(this.#options.folder, SENT_FILE), JSON.stringify(end), 0o600);
    } finally {
      this.#wake();
    }
  }

  /** Resolves when something was appended or acknowledged, or when the signal aborts. */
  async untilChanged(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        this.#waiting.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#waiting.add(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }

  async close(): Promise<void> {
    const tail = this.#tail;
    this.#tail = undefined;
    await tail?.close();
  }

  #wake(): void {
    for (const resolve of [...this.#waiting]) resolve();
  }

  #sentOf(number: number): number {
    return number === this.#sent.segment ? this.#sent.offset : 0;
  }

  #isSent({ number, bytes }: Segment): boolean {
    return number < this.#sent.segment || this.#sentOf(number) >= bytes;
  }

  async #read({ number, bytes }: Segment, from: number, limit: number): Promise<DecodedRecords> {
    const path = segmentPath(this.#options.folder, number);
    const some = await readRange(path, from, Math.min(bytes, from + limit * USUAL_RECORD_BYTES));
    const decoded = decodeRecords(some, limit);
    if (decoded.records.length > 0 || decoded.stop === 'damaged') return decoded;
    return decodeRecords(await readRange(path, from, bytes), limit);
  }

  /** Nothing may follow a part of an append. */
  async #cutTail(segment: Segment): Promise<void> {
    await this.#tail!.truncate(segment.bytes).catch(() => {
      segment.isSealed = true;
    });
    await this.close().catch(() => {});
  }

  /** The segment to append to, whose handle is then `#tail`. */
  async #openTail(): Promise<Segment> {
    const last = this.#segments.at(-1);
    const isRoomy = last !== undefined && !last.isSealed && last.bytes < this.#options.segmentBytes;
    if (isRoomy && this.#tail !== undefined) return last;
    await this.close();
    const segment = isRoomy ? last : { number: Math.max(last?.number ?? 0, this.#sent.segment) + 1, bytes: 0 };
    this.#tail = await open(segmentPath(this.#options.folder, segment.number), 'a', 0o600);
    if (segment !== last) {
      await syncFolder(this.#options.folder);
      this.#segments.push(segment);
    }
    return segment;
  }

  /** A crash may leave a part of the last append, whose documents will be read again. */
  async #cutTornEnd(): Promise<void> {
    const last = this.#segments.at(-1);
    if (last === undefined) return;
    const sent = this.#sentOf(last.number);
    // Shorter than what was sent of it: a disk that lost something. What came next would be taken for sent.
    if (sent > last.bytes) last.isSealed = true;
    const from = Math.min(sent, last.bytes);
    const path = segmentPath(this.#options.folder, last.number);
    const decoded = decodeRecords(await readRange(path, from, last.bytes), Number.POSITIVE_INFINITY);
    const end = from + decoded.bytes;
    if (end === last.bytes) return;
    if (decoded.stop === 'damaged') this.#options.onDamage(last.bytes - end, path);
    await truncate(path, end);
    last.bytes = end;
  }
}

async function readRange(path: string, from: number, to: number): Promise<Buffer> {
  const handle = await open(path, 'r');
  try {
    const bytes = Buffer.alloc(to - from);
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, from);
    return bytes.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function segmentPath(folder: string, number: number): string {
  return join(folder, `${String(number).padStart(8, '0')}.segment`);
}

async function segmentNumbers(folder: string): Promise<number[]> {
  const names = await readdir(folder);
  return names
    .filter((name) => /^\d{8}\.segment$/.test(name))
    .map((name) => Number.parseInt(name, 10))
    .sort((a, b) => a - b);
}
