import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { METRIC_NAMES } from '../../../src/core/metrics.js';
import { PROFILES } from '../../../src/core/profiles.js';
import { PUSH_STATUSES, type PushRecord } from '../../../src/core/push/record.js';
import { decodeEntry, encodeEntry } from '../../../src/sources/push/walEntry.js';
import { pushed } from './pushed.js';

const value = fc.option(fc.float({ min: 0, noNaN: true, noDefaultInfinity: true }), { nil: undefined });

const record: fc.Arbitrary<PushRecord> = fc
  .record({
    timestamp: fc.double({ noNaN: true, noDefaultInfinity: true }),
    server_name: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 255 }),
    status: fc.option(fc.constantFrom(...PUSH_STATUSES), { nil: undefined }),
    profile: fc.option(fc.constantFrom(...PROFILES), { nil: undefined }),
    metrics: fc.tuple(...METRIC_NAMES.map(() => value)),
  })
  .map(({ metrics, ...rest }) => ({
    ...rest,
    ...Object.fromEntries(METRIC_NAMES.flatMap((name, i) => (metrics[i] === undefined ? [] : [[name, metrics[i]]]))),
  }));

const batches = fc.array(fc.array(record, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 4 });

/** What can be read of bytes that follow each other. */
function decodeAll(bytes: Buffer): { read: PushRecord[][]; end: number } {
  const read: PushRecord[][] = [];
  let end = 0;
  while (end < bytes.length) {
    const decoded = decodeEntry(bytes, end);
    if (decoded.kind !== 'entry') break;
    read.push([...decoded.records]);
    end = decoded.end;
  }
  return { read, end };
}

describe('an entry of the write-ahead file', () => {
  it('holds its records as they are', () => {
    fc.assert(
      fc.property(batches, (written) => {
        const bytes = Buffer.concat(written.map(encodeEntry));
        expect(decodeAll(bytes)).toEqual({ read: written, end: bytes.length });
      }),
    );
  });

  it('that was not written to its end is seen to be torn, at whatever byte, and those before it are whole', () => {
    fc.assert(
      fc.property(batches, (written) => {
        const entries = written.map(encodeEntry);
        const bytes = Buffer.concat(entries);
        for (let length = 0; length < bytes.length; length++) {
          const { read, end } = decodeAll(bytes.subarray(0, length));
          expect(end).toBeLessThanOrEqual(length);
          expect(Buffer.concat(entries.slice(0, read.length)).length).toBe(end);
          expect(read.length).toBeLessThan(written.length);
        }
      }),
      { numRuns: 10 },
    );
  });

  it('with any bit turned is not taken for whole', () => {
    const bytes = encodeEntry([pushed(), pushed({ server_name: 'b', status: 'offline' })]);
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const damaged = Buffer.from(bytes);
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      expect(decodeEntry(damaged, 0).kind, `bit ${bit}`).not.toBe('entry');
    }
  });

  it('is none where a file grew without its content', () => {
    expect(decodeEntry(Buffer.alloc(64), 0).kind).toBe('torn');
    expect(decodeEntry(Buffer.alloc(3), 0).kind).toBe('torn');
  });

  it('of a record with all metrics has 70 bytes and the name', () => {
    expect(encodeEntry([pushed({ server_name: 'ppdb001' })]).length).toBe(8 + 70 + 7);
  });
});
