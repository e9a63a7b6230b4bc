/** A file of the write-ahead log, as it stands on disk. */
import { open, readFile } from 'node:fs/promises';
import { decodeEntry, nextWholeEntry } from './walEntry.js';

export interface Segment {
  readonly id: number;
  readonly file: string;
  /** Of what was found or written; where it is damaged, less of it is whole entries. */
  bytes: number;
  /** Epoch seconds of its newest record; infinite before it has been read. */
  newest: number;
}

/** At the head of each segment: what it is, and the version of the format. */
export const MAGIC = Buffer.from('LBPUSH1\n');

/**
 * The size of a segment's file.
 * @throws Error for a file that is none of this version
 */
export async function sizeOfSegment(file: string): Promise<number> {
  const handle = await open(file, 'r');
  try {
    const head = Buffer.alloc(MAGIC.length);
    const { bytesRead } = await handle.read(head, 0, MAGIC.length, 0);
    // A process that ended in the middle may have left a part of the head.
    if (!head.subarray(0, bytesRead).equals(MAGIC.subarray(0, bytesRead)))
      throw new Error(`${file} is no write-ahead file of this version of linborg`);
    return (await handle.stat()).size;
  } finally {
    await handle.close();
  }
}

/** Where the last whole entry of a segment's file ends; of a file that lacks its head, 0. */
export async function wholeBytesOf(file: string): Promise<number> {
  const content = await readFile(file);
  let end = Math.min(content.length, MAGIC.length);
  while (end < content.length) {
    const decoded = decodeEntry(content, end);
    const next = decoded.kind === 'entry' ? decoded.end : nextWholeEntry(content, end);
    if (next === undefined) break;
    end = next;
  }
  return end;
}

/** The bytes from `from` to `to` of a file; undefined if it is gone. */
export async function readSpan(file: string, from: number, to: number): Promise<Buffer | undefined> {
  const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (handle === undefined) return undefined;
  try {
    const bytes = Buffer.alloc(Math.max(0, to - from));
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, from);
    return bytes.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
