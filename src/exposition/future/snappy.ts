/** Snappy's block format, as Prometheus' remote protocols use it: bounded on the way in, in turns on the way out. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import snappy from 'snappyjs';
import { ReadRefusal } from './refusal.js';

/** Snappy itself compresses blocks of this length apart from each other. */
const BLOCK_BYTES = 65_536;

/**
 * The bytes that were compressed. A declared length over the limit is refused before anything is allocated for it.
 * @throws ReadRefusal
 */
export function decompress(compressed: Uint8Array, maxBytes: number): Uint8Array {
  const { value: declared, end } = readLength(compressed);
  if (declared > maxBytes)
    throw new ReadRefusal(413, `the body has ${declared} bytes when decompressed; the limit is ${maxBytes}`);
  // snappyjs follows a literal of 2 GB backwards and then runs for ever, so its elements are counted first.
  if (lengthOfElements(compressed, end) !== declared) throw broken();
  try {
    return snappy.uncompress(compressed, maxBytes);
  } catch {
    throw broken();
  }
}

/** Compresses what the parts are together block by block, so that the event loop gets its turn; the result is one valid block stream. */
export async function compressInTurns(parts: readonly Uint8Array[]): Promise<Buffer> {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const blocks: Uint8Array[] = [writeLength(length)];
  for (const part of parts) {
    for (let start = 0; start < part.length; start += BLOCK_BYTES) {
      const block = snappy.compress(part.subarray(start, start + BLOCK_BYTES));
      blocks.push(block.subarray(readLength(block).end));
      await nextTurn();
    }
  }
  return Buffer.concat(blocks);
}

function broken(): ReadRefusal {
  return new ReadRefusal(400, 'the body is not compressed by snappy (block format)');
}

/** The varint that the stream begins with: the length of what was compressed. */
function readLength(bytes: Uint8Array): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    const byte = bytes[i];
    if (byte === undefined) break;
    value += (byte & 127) * 2 ** (7 * i);
    if (byte < 128) return { value, end: i + 1 };
  }
  throw broken();
}

function writeLength(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Uint8Array.from([...bytes, rest]);
}

/** Bytes that the elements from `start` on stand for; NaN where one of them is cut off. */
function lengthOfElements(bytes: Uint8Array, start: number): number {
  let total = 0;
  let position = start;
  while (position < bytes.length) {
    const tag = bytes[position]!;
    if ((tag & 3) === 0) {
      // A literal of up to 60 bytes has its length in the tag, a longer one in the 1 to 4 bytes that follow.
      const lengthBytes = Math.max(0, (tag >>> 2) - 59);
      let length = tag >>> 2;
      if (lengthBytes > 0) {
        length = 0;
        for (let i = 0; i < lengthBytes; i++) length += (bytes[position + 1 + i] ?? Number.NaN) * 256 ** i;
      }
      total += length + 1;
      position += 1 + lengthBytes + length + 1;
    } else {
      // A copy of what came before: its length is in the tag, its offset in 1, 2 or 4 bytes.
      total += (tag & 3) === 1 ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1;
      position += [0, 2, 3, 5][tag & 3]!;
    }
    if (Number.isNaN(position)) return Number.NaN;
  }
  return position === bytes.length ? total : Number.NaN;
}
