/** The beginning of a file, which tells it from another one with the same inode, and finds a copy of it. */
import type { FileHandle } from 'node:fs/promises';
import { z } from 'zod';
import { crc32 } from '../../../core/crc32.js';
import { type FoundFile, openFound } from './glob.js';

export const fingerprintSchema = z.object({
  /** How much of the beginning it covers; 0 says nothing. */
  bytes: z.int().min(0),
  crc: z.int().min(0),
});

export type Fingerprint = z.output<typeof fingerprintSchema>;

const MAX_BYTES = 1024;

export const NO_FINGERPRINT: Fingerprint = { bytes: 0, crc: 0 };

/** How a file begins now, beside how it was known to begin. */
export interface Beginning {
  /** `moved`: under its name there is another file, or none. `unreadable`: it may not be opened now. */
  readonly is: 'same' | 'other' | 'moved' | 'unreadable';
  /** Of what there is now; undefined where it was not read. */
  readonly fingerprint: Fingerprint | undefined;
}

/** Looks how a file begins; any beginning is the same as none. */
export async function beginningOf(file: Pick<FoundFile, 'id' | 'path'>, known: Fingerprint): Promise<Beginning> {
  const opened = await openFound(file);
  if (opened.is !== 'open') return { is: opened.is, fingerprint: undefined };
  const { handle } = opened;
  try {
    const fingerprint = await fingerprintSince(handle, known);
    return fingerprint ? { is: 'same', fingerprint } : { is: 'other', fingerprint: await fingerprintNow(handle) };
  } finally {
    await handle.close();
  }
}

/**
 * Of what there is now of the first KiB; undefined if the file begins otherwise than it did. Both by one look: between two
 * the file may be cut and written anew, and what is new would pass for what is known.
 */
export async function fingerprintSince(file: FileHandle, known: Fingerprint): Promise<Fingerprint | undefined> {
  const start = await startOf(file);
  const { bytes, crc } = fingerprintOf(start.subarray(0, known.bytes));
  return bytes === known.bytes && crc === known.crc ? fingerprintOf(start) : undefined;
}

/** Tells whether an open file still begins as it did. */
export async function stillBeginsAs(file: FileHandle, known: Fingerprint): Promise<boolean> {
  return (await fingerprintSince(file, known)) !== undefined;
}

async function fingerprintNow(file: FileHandle): Promise<Fingerprint> {
  return fingerprintOf(await startOf(file));
}

async function startOf(file: FileHandle): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_BYTES), 0, MAX_BYTES, 0);
  return buffer.subarray(0, bytesRead);
}

function fingerprintOf(start: Buffer): Fingerprint {
  return { bytes: start.length, crc: crc32(start) };
}
