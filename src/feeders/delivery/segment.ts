/** Records as bytes of a file: each with its length and its CRC-32, so that a torn end and a changed byte are noticed. */
import { crc32 } from '../../core/crc32.js';
import type { LinborgRecord } from '../records/record.js';

/** Length and CRC-32 of what follows, 4 bytes each, little-endian. */
const HEAD_BYTES = 8;

export function encodeRecords(records: readonly LinborgRecord[]): Buffer {
  return Buffer.concat(
    records.flatMap((record) => {
      const body = Buffer.from(JSON.stringify(record));
      const head = Buffer.alloc(HEAD_BYTES);
      head.writeUInt32LE(body.length, 0);
      head.writeUInt32LE(crc32(body), 4);
      return [head, body];
    }),
  );
}

export interface DecodedRecords {
  readonly records: readonly LinborgRecord[];
  /** Bytes that the records take, from the beginning. */
  readonly bytes: number;
  /** What stopped it: the limit or the end, an entry that goes on beyond the bytes, or one that is damaged. */
  readonly stop: 'done' | 'cut' | 'damaged';
}

/** The records at the beginning of `bytes`, at most `limit`. */
export function decodeRecords(bytes: Buffer, limit: number): DecodedRecords {
  const records: LinborgRecord[] = [];
  let offset = 0;
  while (records.length < limit && offset < bytes.length) {
    if (offset + HEAD_BYTES > bytes.length) return { records, bytes: offset, stop: 'cut' };
    const end = offset + HEAD_BYTES + bytes.readUInt32LE(offset);
    if (end > bytes.length) return { records, bytes: offset, stop: 'cut' };
    const body = bytes.subarray(offset + HEAD_BYTES, end);
    if (crc32(body) !== bytes.readUInt32LE(offset + 4)) return { records, bytes: offset, stop: 'damaged' };
    records.push(JSON.parse(body.toString('utf8')) as LinborgRecord);
    offset = end;
  }
  return { records, bytes: offset, stop: 'done' };
}
