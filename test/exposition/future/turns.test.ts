import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sortInTurns, Turns } from '../../../src/exposition/future/turns.js';
import { countingTurns } from './countingTurns.js';

describe('sorting in turns', () => {
  const items = fc.array(fc.record({ key: fc.nat(20), place: fc.nat() }), { maxLength: 2000 });

  it('gives what sorting at once gives, equal ones in their order', async () => {
    const byKey = (a: { key: number }, b: { key: number }) => a.key - b.key;
    await fc.assert(
      fc.asyncProperty(items, async (unsorted) => {
        const before = [...unsorted];
        expect(await sortInTurns(unsorted, byKey, new Turns(() => 0))).toEqual([...unsorted].sort(byKey));
        expect(unsorted).toEqual(before);
      }),
    );
  });

  it('lets others in between, however long the comparisons take', async () => {
    const { turn, stop } = countingTurns();
    const comparisons = new Map<number, number>();
    let milliseconds = 0;
    const slowly = (a: number, b: number) => {
      milliseconds += 0.01;
      comparisons.set(turn(), (comparisons.get(turn()) ?? 0) + 1);
      return a - b;
    };
    const unsorted = Array.from({ length: 20_000 }, (_, i) => (i * 7919) % 20_011);
    await sortInTurns(unsorted, slowly, new Turns(() => milliseconds));
    await stop();
    // 5 ms are 500 of them; the clock is looked at after some 2,000 of one run.
    expect(Math.max(...comparisons.values())).toBeLessThan(3000);
    expect(comparisons.size).toBeGreaterThan(100);
  });
});
