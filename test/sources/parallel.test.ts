import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inParallel } from '../../src/sources/parallel.js';

describe('working in parallel', () => {
  it('yields one result per item and never runs more than the limit', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(3)), fc.integer({ min: 1, max: 5 }), async (items, limit) => {
        let running = 0;
        let most = 0;
        const results: number[] = [];
        const work = async (turns: number) => {
          most = Math.max(most, ++running);
          for (let i = 0; i < turns; i++) await Promise.resolve();
          running--;
          return turns;
        };
        for await (const result of inParallel(items, limit, work)) results.push(result);
        expect(results.sort()).toEqual([...items].sort());
        expect(most).toBeLessThanOrEqual(limit);
      }),
    );
  });

  it('begins nothing that the consumer does not ask for', async () => {
    const begun: number[] = [];
    for await (const result of inParallel([1, 2, 3, 4, 5], 2, async (item) => begun.push(item))) {
      if (result > 0) break;
    }
    expect(begun).toEqual([1, 2]);
  });

  it('ends with the error of a failed item', async () => {
    const results = inParallel([1], 1, () => Promise.reject(new Error('no')));
    await expect(results.next()).rejects.toThrow('no');
  });
});
