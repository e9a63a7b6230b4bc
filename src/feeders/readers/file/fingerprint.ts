/** The beginning of a file, which tells it from another one with the same inode, and finds a copy of it. */
import { type FileHandle, open } from 'node:fs/promises';
import { z } from 'zod';
import { crc32 } from '../../../core/crc32.js';

export const fingerprintSchema = z.object({
  /** How much of the beginning it covers; 0 says nothing. */
  bytes: z.int().min(0),
  crc: z.int().min(0),
});

export type Fingerprint = z.output<typeof fingerprintSchema>;

const MAX_BYTES = 1024;

export const NO_FINGERPRINT: Fingerprint = { bytes: 0, crc: 0 };

/**
 * Of what there is now of the first KiB; undefined if the file begins otherwise than it did. Both by one look: between two
 * the file may be cut and written anew, and what is new would pass for what is known.
 */
export async function fingerprintSince(file: FileHandle, known: Fingerprint): Promise<Fingerprint | undefined> {
  const start = await startOf(file, MAX_BYTES);
  const { bytes, crc } = fingerprintOf(start.subarray(0, known.bytes));
  return bytes === known.bytes && crc === known.crc ? fingerprintOf(start) : undefined;
}

/** Tells whether an open file still begins as it did. */
export async function stillBeginsAs(file: FileHandle, known: Fingerprint): Promise<boolean> {
  return (await fingerprintSince(file, known)) !== undefined;
}

/** Likewise, of the file of a name. */
export async function fingerprintAt(path: string): Promise<Fingerprint> {
  return await withFile(path, async (file) => fingerprintOf(await startOf(file, MAX_BYTES)));
}

/** Tells whether the file of a name begins as another did. */
export async function beginsAs(path: string, known: Fingerprint): Promise<boolean> {
  return await withFile(path, (file) => stillBeginsAs(file, known));
}

async function withFile<T>(path: string, read: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, 'r');
  try {
    return await read(file);
  } finally {
    await file.close();
  }
}

async function startOf(file: FileHandle, bytes: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0);
  return buffer.subarray(0, bytesRead);
}

function fingerprintOf(start: Buffer): Fingerprint {
  return { bytes: start.length, crc: crc32(start) };
}
