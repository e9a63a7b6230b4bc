import fc from 'fast-check';
import { compress, uncompress } from 'snappyjs';
import { describe, expect, it } from 'vitest';
import { ReadRefusal } from '../../../src/exposition/future/refusal.js';
import { compressInTurns, decompress } from '../../../src/exposition/future/snappy.js';

const bytes = fc.uint8Array({ maxLength: 300 });

describe('snappy', () => {
  it('gives back what was compressed, in one piece or in turns', async () => {
    const repeated = fc.tuple(bytes, fc.integer({ min: 0, max: 1500 }));
    await fc.assert(
      fc.asyncProperty(repeated, async ([part, times]) => {
        const parts = Array.from({ length: times }, () => part);
        const whole = Buffer.concat(parts);
        for (const given of [[whole], [whole.subarray(0, times), whole.subarray(times)], parts])
          expect(Buffer.from(uncompress(Uint8Array.from(await compressInTurns(given)))).equals(whole)).toBe(true);
        expect(Buffer.from(decompress(compress(Uint8Array.from(whole)), 1_000_000)).equals(whole)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('refuses a bomb by the length that it declares, before there is any memory for it', () => {
    const bomb = Uint8Array.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0xfe, 0x01, 0x00]);
    const before = process.memoryUsage().arrayBuffers;
    expect(() => decompress(bomb, 1_048_576)).toThrow(
      new ReadRefusal(413, 'the body has 4294967295 bytes when decompressed; the limit is 1048576'),
    );
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000);
  });

  it('refuses a literal of four gigabytes, which sends snappyjs back to where it came from for ever', () => {
    // The literal's length is −5 to a signed 32-bit number: the way from behind the tag to the tag.
    const loop = Uint8Array.from([0x04, 0xfc, 0xfa, 0xff, 0xff, 0xff, 0x00]);
    expect(() => decompress(loop, 1000)).toThrow(ReadRefusal);
  });

  it('refuses everything else that is not whole', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.nat(200), (content, cut) => {
        const compressed = compress(content);
        fc.pre(cut < compressed.length);
        expect(() => decompress(compressed.subarray(0, cut), 1000)).toThrow(ReadRefusal);
      }),
    );
  });

  it('never does anything to random bytes but refuse or decompress them', () => {
    fc.assert(
      fc.property(bytes, (content) => {
        try {
          expect(decompress(content, 100_000).length).toBeLessThanOrEqual(100_000);
        } catch (error) {
          expect(error).toBeInstanceOf(ReadRefusal);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
