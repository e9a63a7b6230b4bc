/** Reads a write-ahead log from its first segment to its end, in slices, while it may be written to. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PushRecord } from '../../core/push/record.js';
import { decodeEntry, nextWholeEntry } from './walEntry.js';
import { MAGIC, readSpan, type Segment } from './walSegment.js';

/** A slice of what was written, and how far it is. */
export interface WalPiece {
  readonly records: readonly PushRecord[];
  /** Bytes read so far, of a total that may still grow. */
  readonly done: number;
  readonly total: number;
}

export interface WalReaderParts {
  /** As they are now, ascending. */
  readonly segments: () => readonly Segment[];
  /** A segment's end, or what follows damage, is no whole entry. */
  readonly onTorn: (file: string, bytes: number) => void;
  /** A file cannot be read; it is left out. */
  readonly onUnreadable: (file: string, reason: string) => void;
}

/** Records of a slice: some milliseconds of work, with what their reader does with them. */
const RECORDS_PER_PIECE = 1000;

export class WalReader {
  readonly #parts: WalReaderParts;
  /** The segment that is being read, and up to where its entries have been taken over. */
  #segment: Segment | undefined;
  #offset = 0;
  #newest = Number.NEGATIVE_INFINITY;
  /** What was read of it and not decoded yet, from `#at` on. */
  #content: Buffer = Buffer.alloc(0);
  #at = 0;
  #records: Iterator<PushRecord> = [][Symbol.iterator]();
  #hasRecords = false;
  /** Bytes of the segments that are done with. */
  #before = 0;

  constructor(parts: WalReaderParts) {
    this.#parts = parts;
  }

  /** Whether everything that is on disk now has been given out. */
  get isAtEnd(): boolean {
    return !this.#hasRecords && this.#at >= this.#content.length && this.#next() === undefined;
  }

  /** The next slice, perhaps without records; others get their turn first. */
  async next(): Promise<WalPiece> {
    await nextTurn();
    if (!this.#hasRecords && this.#at >= this.#content.length) await this.#readOn();
    const records: PushRecord[] = [];
    while (records.length < RECORDS_PER_PIECE) {
      const { value, done } = this.#records.next();
      if (!done) {
        records.push(value);
        this.#newest = Math.max(this.#newest, value.timestamp);
      } else if (!this.#openEntry()) break;
    }
    const total = this.#parts.segments().reduce((sum, { bytes }) => sum + bytes, 0);
    const done = this.#before + this.#offset - (this.#content.length - this.#at);
    return { records, done: Math.min(done, total), total };
  }

  /** The segment that has more to read, whether it grew or is the next one. */
  #next(): Segment | undefined {
    const id = this.#segment?.id ?? 0;
    return this.#parts.segments().find((one) => one.id > id || (one.id === id && one.bytes > this.#offset));
  }

  async #readOn(): Promise<void> {
    const segment = this.#next();
    if (segment === undefined) return;
    if (segment.id !== this.#segment?.id) this.#enter(segment);
    const to = segment.bytes;
    try {
      this.#content = (await readSpan(segment.file, this.#offset, to)) ?? Buffer.alloc(0);
    } catch (error) {
      this.#content = Buffer.alloc(0);
      this.#parts.onUnreadable(segment.file, (error as Error).message);
    }
    this.#at = 0;
    this.#offset = to;
  }

  #enter(segment: Segment): void {
    this.#before += this.#segment === undefined ? 0 : this.#offset;
    this.#segment = segment;
    this.#offset = MAGIC.length;
    this.#newest = Number.NEGATIVE_INFINITY;
  }

  /** Turns to the records of the next entry; false where the content has no more. */
  #openEntry(): boolean {
    this.#hasRecords = false;
    if (this.#at >= this.#content.length) {
      this.#noteNewest();
      return false;
    }
    const decoded = decodeEntry(this.#content, this.#at);
    if (decoded.kind !== 'entry') {
      const next = nextWholeEntry(this.#content, this.#at) ?? this.#content.length;
      this.#parts.onTorn(this.#segment!.file, next - this.#at);
      this.#at = next;
      return this.#openEntry();
    }
    this.#records = decoded.records[Symbol.iterator]();
    this.#hasRecords = true;
    this.#at = decoded.end;
    return true;
  }

  /** Whoever wrote a segment in this process knows it already; of one of which nothing could be read, nobody does, and it stays. */
  #noteNewest(): void {
    if (this.#newest === Number.NEGATIVE_INFINITY) return;
    const known = this.#parts.segments().find(({ id }) => id === this.#segment?.id);
    if (known?.newest === Number.POSITIVE_INFINITY) known.newest = this.#newest;
  }
}
