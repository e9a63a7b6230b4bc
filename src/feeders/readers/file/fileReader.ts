/** Reads lines of files that are written to, renamed and cut meanwhile. */
import { z } from 'zod';
import {
  type Bookmark,
  ReadError,
  type Reader,
  type ReadRequest,
  type ReadResult,
  type SourceDocument,
} from '../../reader.js';
import { type BlockSize, GzipBlocks, type LineBlock, readBlock } from './block.js';
import { type FileGlob, parseGlob } from './glob.js';
import type { FileOptions } from './options.js';
import { parseBlock, parseHeader } from './parse.js';
import { type FilePlace, isCompressed, locate, type OpenPlace, placeSchema } from './places.js';
import { FolderWatch } from './watch.js';

const bookmarkSchema = z.object({ files: z.array(placeSchema) });

/** Read at once; a few hundred lines. */
const BLOCK_BYTES = 131_072;

interface Progress {
  readonly place: FilePlace;
  readonly documents: readonly SourceDocument[];
  readonly unreadable: number;
  /** Whether there was no whole line left. */
  readonly isAtEnd: boolean;
}

/** What one read got out of a file. */
interface FileReading extends Progress {
  /** Whether it was renamed or cut meanwhile, which the next read sees. */
  readonly hasMoved?: boolean;
  /** What kept the rest of it from being read. */
  readonly failure?: Error;
}

export class FileReader implements Reader {
  readonly #options: FileOptions;
  readonly #globs: readonly FileGlob[];
  readonly #watch: FolderWatch;
  /** By the file's id. */
  readonly #unpacked = new Map<string, GzipBlocks>();
  readonly #headers = new Map<string, readonly string[]>();
  /** What was last told of a file that cannot be read. */
  #told: string | undefined;

  /** Throws ConfigError for a path that cannot be searched for. */
  constructor(options: FileOptions) {
    this.#options = options;
    this.#globs = options.paths.map(parseGlob);
    this.#watch = new FolderWatch(new Set(this.#globs.map(({ folder }) => folder)));
  }

  /** A file that cannot be read holds up no other: it is told once, when the others have nothing new, and tried again each time. */
  async read(request: ReadRequest): Promise<ReadResult> {
    try {
      return await this.#read(request);
    } catch (error) {
      throw readErrorOf(error);
    }
  }

  async #read({ bookmark, limit, signal }: ReadRequest): Promise<ReadResult> {
    const readings = await this.#readAll(await this.#locate(bookmark), limit, signal);
    const documents = readings.flatMap((reading) => reading.documents);
    const unreadable = readings.reduce((sum, reading) => sum + reading.unreadable, 0);
    const { failure } = readings.find((reading) => reading.failure !== undefined) ?? {};
    const isUntold = failure !== undefined && failure.message !== this.#told;
    if (isUntold && documents.length + unreadable === 0) {
      this.#told = failure.message;
      throw failure;
    }
    if (failure === undefined) this.#told = undefined;
    const isAtEnd = !isUntold && readings.every((reading) => reading.isAtEnd || reading.failure !== undefined);
    const next: Bookmark = { files: readings.map(({ place }) => place) };
    return { documents, bookmark: next, isAtEnd, unreadable };
  }

  async #locate(bookmark: Bookmark | undefined): Promise<OpenPlace[]> {
    const known = bookmark === undefined ? [] : bookmarkSchema.parse(bookmark).files;
    const isFirst = bookmark === undefined && this.#options.start === 'end';
    return await locate(this.#globs, known, ({ path, bytes }) => (isFirst && !isCompressed(path) ? bytes : 0));
  }

  /** One file after the other, as far as the limit goes; what follows one that has moved is newer than what is left of it, and stays. */
  async #readAll(places: readonly OpenPlace[], limit: number, signal: AbortSignal): Promise<FileReading[]> {
    const readings: FileReading[] = [];
    let left = limit;
    for (const open of places) {
      const reading = await this.#readFile(open, left, signal);
      readings.push(reading);
      left = reading.hasMoved ? 0 : left - reading.documents.length;
    }
    return readings;
  }

  async #readFile(open: OpenPlace, limit: number, signal: AbortSignal): Promise<FileReading> {
    const documents: SourceDocument[] = [];
    let place = placeOf(open);
    let unreadable = 0;
    try {
      while (documents.length < limit && !signal.aborted) {
        const next = await this.#advance({ ...open, ...place }, limit - documents.length);
        if (next === undefined) return { place, documents, unreadable, isAtEnd: false, hasMoved: true };
        place = next.place;
        documents.push(...next.documents);
        unreadable += next.unreadable;
        if (next.isAtEnd) return { place, documents, unreadable, isAtEnd: true };
      }
      return { place, documents, unreadable, isAtEnd: false };
    } catch (error) {
      return { place, documents, unreadable, isAtEnd: false, failure: error as Error };
    }
  }

  async changed(signal: AbortSignal): Promise<void> {
    await this.#watch.changed(signal);
  }

  async close(): Promise<void> {
    this.#watch.close();
    for (const blocks of this.#unpacked.values()) await blocks.close();
  }

  /** The next lines of a file, at most `limit`; undefined if it was renamed or cut meanwhile, which the next read sees. */
  async #advance(open: OpenPlace, limit: number): Promise<Progress | undefined> {
    const block = await this.#nextBlock(open);
    if (block === undefined) return undefined;
    const place = placeOf(open);
    const { text, skippedBytes, fingerprint } = block;
    if (text.length === 0 && skippedBytes === 0)
      return { place: { ...place, fingerprint }, documents: [], unreadable: 0, isAtEnd: true };
    const header = await this.#headerOf(open);
    if (header === undefined) return undefined;
    const isHeader = this.#hasHeader && place.offset === 0;
    const from = isHeader ? text.indexOf(0x0a) + 1 || text.length : 0;
    const lines = parseBlock(text.subarray(from), this.#options, header);
    const taken = lines.slice(0, limit);
    const isWhole = taken.length === lines.length;
    const end = isWhole ? text.length + skippedBytes : from + taken.at(-1)!.end;
    const documents = taken.flatMap(({ document }) => (document === undefined ? [] : [document]));
    return {
      place: { ...place, fingerprint, offset: place.offset + end },
      documents,
      unreadable: taken.length - documents.length + (skippedBytes > 0 ? 1 : 0),
      isAtEnd: false,
    };
  }

  get #hasHeader(): boolean {
    return this.#options.format === 'csv' && this.#options.columns === undefined;
  }

  get #size(): BlockSize {
    const { format, max_line_bytes: maxLineBytes } = this.#options;
    return { bytes: BLOCK_BYTES, maxLineBytes, isQuoted: format === 'csv' };
  }

  async #nextBlock(place: OpenPlace): Promise<LineBlock | undefined> {
    if (!isCompressed(place.path)) return await readBlock(place, this.#size, place.bytes);
    return { ...(await this.#nextUnpacked(place)), fingerprint: place.fingerprint };
  }

  async #nextUnpacked(place: FilePlace): Promise<Omit<LineBlock, 'fingerprint'>> {
    try {
      const blocks = await this.#unpack(place);
      const next = await blocks.peek(this.#size);
      if (next.text.length + next.skippedBytes === 0) await this.#endUnpacking(place.id);
      return next;
    } catch (error) {
      // What failed once would pass for the end of the file.
      await this.#endUnpacking(place.id);
      throw error;
    }
  }

  async #endUnpacking(id: string): Promise<void> {
    await this.#unpacked.get(id)?.close();
    this.#unpacked.delete(id);
  }

  /** A .gz at its place: one that is open already, unless it has gone beyond. */
  async #unpack({ id, path, offset }: FilePlace): Promise<GzipBlocks> {
    let blocks = this.#unpacked.get(id);
    if (blocks === undefined || blocks.offset > offset) {
      await blocks?.close();
      blocks = new GzipBlocks(path);
      this.#unpacked.set(id, blocks);
    }
    await blocks.skipTo(offset);
    return blocks;
  }

  /** The names of a CSV file's columns, out of its first line where they are not configured; undefined if it is another file now. */
  async #headerOf(place: OpenPlace): Promise<readonly string[] | undefined> {
    const { columns, delimiter } = this.#options;
    if (columns !== undefined || !this.#hasHeader) return columns ?? [];
    const known = this.#headers.get(place.id);
    if (known !== undefined && place.offset > 0) return known;
    const first = isCompressed(place.path)
      ? await firstUnpacked(place.path, this.#size)
      : (await readBlock({ ...place, offset: 0 }, this.#size, place.bytes))?.text;
    if (first === undefined) return undefined;
    const header = parseHeader(first, delimiter);
    this.#headers.set(place.id, header);
    return header;
  }
}

async function firstUnpacked(path: string, size: BlockSize): Promise<Buffer> {
  const blocks = new GzipBlocks(path);
  const { text } = await blocks.peek({ ...size, bytes: 1 });
  await blocks.close();
  return text;
}

function placeOf({ id, path, offset, fingerprint }: OpenPlace): FilePlace {
  return { id, path, offset, fingerprint };
}

/** What the file system says may be otherwise soon: a file that was renamed between two looks, one that may not be read yet. */
function readErrorOf(error: unknown): unknown {
  const { syscall, message } = error as NodeJS.ErrnoException;
  return syscall === undefined ? error : new ReadError(message, { cause: error });
}
