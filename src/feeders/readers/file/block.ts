/** Bytes of a file from an offset on, in blocks that end with a line. */
import { createReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { ReadError } from '../../reader.js';
import { type Fingerprint, fingerprintSince, stillBeginsAs } from './fingerprint.js';
import { openFound } from './glob.js';
import type { FilePlace } from './places.js';

export interface LineBlock {
  /** Whole lines, with their ends. */
  readonly text: Buffer;
  /** Bytes without an end of line that were longer than a line may be, and are skipped. */
  readonly skippedBytes: number;
  /** Of the file that they are of. */
  readonly fingerprint: Fingerprint;
}

export interface BlockSize {
  /** About so many. */
  readonly bytes: number;
  readonly maxLineBytes: number;
  /** Whether ends of lines inside "…" are none, as in CSV. */
  readonly isQuoted: boolean;
}

const NEWLINE = 0x0a;
const QUOTE = 0x22;

/**
 * Whole lines from a place on; no text where no line is complete.
 * @param end  how many bytes the file had when the place was found: what came since may be newer than files that are still to be read
 * @returns undefined if the file was renamed or cut since the place was found: what stands there now is something else
 */
export async function readBlock(place: FilePlace, size: BlockSize, end: number): Promise<LineBlock | undefined> {
  const opened = await openFound(place);
  if (opened.is === 'moved') return undefined;
  if (opened.is === 'unreadable')
    throw new ReadError(`${place.path} cannot be read (${opened.error.code})`, { cause: opened.error });
  const file = opened.handle;
  try {
    const fingerprint = await fingerprintSince(file, place.fingerprint);
    if (fingerprint === undefined) return undefined;
    const block = await readLines(file, { from: place.offset, end }, size);
    return (await stillBeginsAs(file, fingerprint)) ? { ...block, fingerprint } : undefined;
  } finally {
    await file.close();
  }
}

async function readLines(
  file: FileHandle,
  { from, end }: { readonly from: number; readonly end: number },
  { bytes, maxLineBytes, isQuoted }: BlockSize,
): Promise<Omit<LineBlock, 'fingerprint'>> {
  for (let size = bytes; ; size = Math.min(size * 4, maxLineBytes + 1)) {
    const wanted = Math.max(Math.min(size, end - from), 0);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size), 0, wanted, from);
    const text = buffer.subarray(0, bytesRead);
    const endOfText = endOfLines(text, isQuoted);
    if (endOfText > 0) return { text: text.subarray(0, endOfText), skippedBytes: 0 };
    if (bytesRead < size) return { text: Buffer.alloc(0), skippedBytes: 0 };
    if (size > maxLineBytes) return { text: Buffer.alloc(0), skippedBytes: bytesRead };
  }
}

/** Where the last whole line ends. */
function endOfLines(text: Buffer, isQuoted: boolean): number {
  if (!isQuoted) return text.lastIndexOf(NEWLINE) + 1;
  let isInside = false;
  let end = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === QUOTE) isInside = !isInside;
    else if (text[i] === NEWLINE && !isInside) end = i + 1;
  }
  return end;
}

/** A .gz that is read in several blocks: it stays open in between, since it can only be read from its beginning. */
export class GzipBlocks {
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #path: string;
  #rest = Buffer.alloc(0);
  /** Bytes of the contents before `#rest`. */
  offset = 0;

  constructor(path: string) {
    this.#path = path;
    const stream = createReadStream(path);
    const contents = createGunzip();
    stream.on('error', (error) => contents.destroy(error));
    this.#chunks = (stream.pipe(contents) as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  }

  /** Goes on to an offset, which must not lie behind. */
  async skipTo(offset: number): Promise<void> {
    while (this.offset < offset && (this.#rest.length > 0 || (await this.#fill()))) {
      const skipped = Math.min(this.#rest.length, offset - this.offset);
      this.#rest = this.#rest.subarray(skipped);
      this.offset += skipped;
    }
  }

  /** The next whole lines, about `bytes` of them; at the end what is left, with or without an end of line. */
  async peek({ bytes, maxLineBytes, isQuoted }: BlockSize): Promise<Omit<LineBlock, 'fingerprint'>> {
    for (;;) {
      const end = endOfLines(this.#rest, isQuoted);
      if (end > 0 && this.#rest.length >= bytes) return { text: this.#rest.subarray(0, end), skippedBytes: 0 };
      if (end === 0 && this.#rest.length > maxLineBytes)
        return { text: Buffer.alloc(0), skippedBytes: this.#rest.length };
      if (!(await this.#fill())) return { text: this.#rest, skippedBytes: 0 };
    }
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  /** Tells whether there was more. */
  async #fill(): Promise<boolean> {
    try {
      const { done, value } = await this.#chunks.next();
      if (done) return false;
      this.#rest = Buffer.concat([this.#rest, value]);
      return true;
    } catch (cause) {
      throw new ReadError(
        `${this.#path} cannot be unpacked (${(cause as Error).message}); expected a whole gzip file`,
        {
          cause,
        },
      );
    }
  }
}
