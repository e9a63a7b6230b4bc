/** One batch of pushed records as bytes: an entry of the write-ahead file. */
import { crc32 } from '../../core/crc32.js';
import { METRIC_NAMES } from '../../core/metrics.js';
import { PROFILES } from '../../core/profiles.js';
import { PUSH_STATUSES, type PushRecord } from '../../core/push/record.js';

/** Length and checksum of what follows. */
const HEADER_BYTES = 8;
/** What a record needs at least: name of one byte, time, status, profile, which metrics. */
const SMALLEST_RECORD_BYTES = 2 + 1 + 8 + 1 + 1 + 2;
/** Stands for a status or a profile that was not said. */
const NONE = 255;

/**
 * Length, CRC-32 and the records, little-endian. A value is kept as the windows keep it, in 32 bits.
 * @param records  none of them has a name longer than 64 KB
 */
export function encodeEntry(records: readonly PushRecord[]): Buffer {
  const names = records.map(({ server_name }) => Buffer.from(server_name));
  const most = names.reduce((sum, name) => sum + name.length + SMALLEST_RECORD_BYTES + 4 * METRIC_NAMES.length, 0);
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + most);
  let at = HEADER_BYTES;
  records.forEach((record, i) => {
    at = writeRecord(bytes, at, record, names[i]!);
  });
  bytes.writeUInt32LE(at - HEADER_BYTES, 0);
  bytes.writeUInt32LE(crc32(bytes.subarray(HEADER_BYTES, at)), 4);
  return bytes.subarray(0, at);
}

export type DecodedEntry =
  | {
      readonly kind: 'entry' /** Read one by one, once. */;
      readonly records: Iterable<PushRecord>;
      readonly end: number;
    }
  /** Its checksum is wrong; where it ends by its own word. */
  | { readonly kind: 'damaged'; readonly end: number }
  /** What stands there is no whole entry: the rest of a write that did not come to its end, or damage. */
  | { readonly kind: 'torn' };

/** The entry that begins at byte `start`, which is not the end of the bytes. */
export function decodeEntry(bytes: Buffer, start: number): DecodedEntry {
  if (bytes.length - start < HEADER_BYTES) return { kind: 'torn' };
  const end = start + HEADER_BYTES + bytes.readUInt32LE(start);
  // A file that grew without its content is zeros, whose checksum is that of nothing.
  if (end > bytes.length || end === start + HEADER_BYTES) return { kind: 'torn' };
  const body = bytes.subarray(start + HEADER_BYTES, end);
  if (crc32(body) !== bytes.readUInt32LE(start + 4)) return { kind: 'damaged', end };
  return { kind: 'entry', records: readRecords(body), end };
}

/** Where whole entries go on behind byte `start`, at which there is none; undefined where none follows. */
export function nextWholeEntry(bytes: Buffer, start: number): number | undefined {
  for (let at = start; ; ) {
    const decoded = decodeEntry(bytes, at);
    switch (decoded.kind) {
      case 'entry':
        return at;
      case 'damaged':
        at = decoded.end;
        break;
      case 'torn':
        return undefined;
    }
  }
}

function writeRecord(bytes: Buffer, start: number, record: PushRecord, name: Buffer): number {
  let at = bytes.writeUInt16LE(name.length, start);
  at += name.copy(bytes, at);
  at = bytes.writeDoubleLE(record.timestamp, at);
  at = bytes.writeUInt8(codeOf(PUSH_STATUSES, record.status), at);
  at = bytes.writeUInt8(codeOf(PROFILES, record.profile), at);
  const maskAt = at;
  at += 2;
  let mask = 0;
  METRIC_NAMES.forEach((metric, i) => {
    const value = record[metric];
    if (value === undefined || value === null) return;
    mask |= 1 << i;
    at = bytes.writeFloatLE(value, at);
  });
  bytes.writeUInt16LE(mask, maskAt);
  return at;
}

/** @param body  whose checksum is right */
function* readRecords(body: Buffer): Generator<PushRecord> {
  let at = 0;
  while (at < body.length) {
    const nameEnd = at + 2 + body.readUInt16LE(at);
    const server_name = body.toString('utf8', at + 2, nameEnd);
    const timestamp = body.readDoubleLE(nameEnd);
    const status = PUSH_STATUSES[body.readUInt8(nameEnd + 8)];
    const profile = PROFILES[body.readUInt8(nameEnd + 9)];
    const mask = body.readUInt16LE(nameEnd + 10);
    at = nameEnd + 12;
    const record: { -readonly [key in keyof PushRecord]: PushRecord[key] } = {
      timestamp,
      server_name,
      status,
      profile,
    };
    for (let i = 0; i < METRIC_NAMES.length; i++) {
      if ((mask & (1 << i)) === 0) continue;
      record[METRIC_NAMES[i]!] = body.readFloatLE(at);
      at += 4;
    }
    yield record;
  }
}

function codeOf<T>(names: readonly T[], name: T | null | undefined): number {
  const index = name === null || name === undefined ? NONE : names.indexOf(name);
  return index < 0 ? NONE : index;
}
