import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BucketRange, bucketCount, splitRange } from '../../src/sources/grid.js';
import { Ledger } from '../../src/sources/ledger.js';

const METRIC = 'load_average';

function bucketsOf(ranges: readonly BucketRange[]): number[] {
  return ranges.flatMap(({ from, to }) => Array.from({ length: bucketCount({ from, to }) }, (_, i) => from + i * 300));
}

describe('a range in pieces', () => {
  it('holds every bucket once, newest piece first, no piece over the limit', () => {
    fc.assert(
      fc.property(fc.nat(500), fc.nat(3000), fc.integer({ min: 1, max: 400 }), (first, length, limit) => {
        const range = { from: first * 300, to: (first + length) * 300 };
        const pieces = splitRange(range, limit);
        expect(bucketsOf([...pieces].reverse())).toEqual(bucketsOf([range]));
        for (const piece of pieces) expect(bucketCount(piece)).toBeLessThanOrEqual(limit);
      }),
    );
  });
});

describe('the ledger', () => {
  it('has what was read in part read four times more at most, while what is new goes on being read', () => {
    const ledger = new Ledger();
    const reads = new Map<number, number>();
    const span = { since: 0, oldest: 0 };
    for (let at = 30_000; at < 30_000 + 8 * 3600; at += 60) {
      const newest = Math.floor(at / 300) * 300 - 300;
      for (const range of ledger.take(METRIC, at, { ...span, newest })) {
        ledger.succeed(METRIC, range, at);
        ledger.completeLater(METRIC, range, range, at);
        for (const bucket of bucketsOf([range])) reads.set(bucket, (reads.get(bucket) ?? 0) + 1);
      }
    }
    expect(reads.get(300)).toBe(5);
    // Where late samples may still come, once more, and that is read in part as well.
    expect(Math.max(...reads.values())).toBeLessThanOrEqual(10);
    expect(Math.max(...reads.keys())).toBeGreaterThan(30_000 + 7 * 3600);
  });

  it('has every bucket read at least once, whatever fails, and nothing before its time', () => {
    const outcome = fc.record({ minutes: fc.integer({ min: 1, max: 30 }), fails: fc.boolean() });
    fc.assert(
      fc.property(fc.array(outcome, { minLength: 1, maxLength: 40 }), (steps) => {
        const ledger = new Ledger();
        const read = new Set<number>();
        let at = 3000;
        const pull = (fails: boolean) => {
          const newest = Math.floor(at / 300) * 300 - 300;
          for (const range of ledger.take(METRIC, at, { since: 2400, newest, oldest: 0 })) {
            expect(range.to).toBeLessThanOrEqual(newest);
            if (fails) ledger.fail(METRIC, range, range, at);
            else for (const bucket of bucketsOf([range])) read.add(bucket);
            if (!fails) ledger.succeed(METRIC, range, at);
          }
          return newest;
        };
        for (const { minutes, fails } of steps) {
          at += minutes * 60;
          pull(fails);
        }
        let newest = 0;
        for (let i = 0; i < 3; i++) {
          at += 9000;
          newest = pull(false);
        }
        const lost = bucketsOf([{ from: 2700, to: newest }]).filter((bucket) => !read.has(bucket));
        // Eight failures in a row are the limit.
        if (longestRun(steps.map(({ fails }) => fails)) <= 8) expect(lost).toEqual([]);
      }),
    );
  });

  it('asks for the newest buckets once more after a minute, and not again', () => {
    const ledger = new Ledger();
    const take = (at: number, newest: number) => ledger.take(METRIC, at, { since: 0, newest, oldest: 0 });
    const [all] = take(1500, 1200);
    expect(all).toMatchObject({ from: 300, to: 1200 });
    ledger.succeed(METRIC, all!, 1500);
    expect(take(1530, 1200)).toEqual([]);
    const again = take(1560, 1200);
    expect(again).toMatchObject([{ from: 900, to: 1200, readAgain: false }]);
    ledger.succeed(METRIC, again[0]!, 1560);
    expect(take(1620, 1200)).toEqual([]);
  });

  it('waits longer after each failure, and gives up in the end', () => {
    const ledger = new Ledger();
    const pauses: number[] = [];
    let last = 600;
    for (let at = 600; at < 40_000; at += 60) {
      for (const range of ledger.take(METRIC, at, { since: 0, newest: 300, oldest: 0 })) {
        pauses.push(at - last);
        last = at;
        ledger.fail(METRIC, range, range, at);
      }
    }
    expect(pauses).toEqual([0, 60, 60, 180, 420, 900, 1860, 3780, 7620]);
  });

  it('has the buckets of a clock that ran ahead read again when they have really come', () => {
    const ledger = new Ledger();
    const takeAt = (at: number) => {
      const newest = Math.floor(at / 300) * 300 - 300;
      const taken = ledger.take(METRIC, at, { since: 0, newest, oldest: 0 });
      for (const range of taken) ledger.succeed(METRIC, range, at);
      return bucketsOf(taken).filter((bucket) => bucket + 300 <= 3000);
    };
    takeAt(1500);
    takeAt(1500 + 86_400);
    const read = [1560, 1800, 2100, 2400, 2700, 3000].flatMap(takeAt);
    expect([...new Set(read)].filter((bucket) => bucket >= 1500)).toEqual([1500, 1800, 2100, 2400, 2700]);
  });

  it('forgets what has become too old to be of use', () => {
    const ledger = new Ledger();
    const [all] = ledger.take(METRIC, 1500, { since: 0, newest: 1200, oldest: 0 });
    ledger.fail(METRIC, all!, all!, 1500);
    expect(bucketsOf(ledger.take(METRIC, 9000, { since: 0, newest: 1200, oldest: 900 }))).toEqual([900, 1200]);
  });
});

function longestRun(flags: readonly boolean[]): number {
  let longest = 0;
  let run = 0;
  for (const flag of flags) {
    run = flag ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}
