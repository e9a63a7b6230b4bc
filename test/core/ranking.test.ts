import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { auroc, rankCases } from '../../src/core/ranking.js';

const cases = (positives: readonly number[], negatives: readonly number[]) => ({
  positives: Float32Array.from(positives),
  negatives: Float32Array.from(negatives),
});

describe('rankCases', () => {
  it('gives 1 where every positive scores higher, 0 where every one scores lower', () => {
    expect(rankCases(cases([3, 4], [1, 2]))).toEqual({ auroc: 1, averagePrecision: 1 });
    // Both positives after both negatives: precision 1/3 at the first, 2/4 at the second.
    const worst = rankCases(cases([1, 2], [3, 4]))!;
    expect(worst.auroc).toBe(0);
    expect(worst.averagePrecision).toBeCloseTo((1 / 3 + 1 / 2) / 2, 12);
  });

  it('counts equal scores half, and takes them together for the precision', () => {
    // Pairs: (2,2) half, (2,1) won, (1,2) lost, (1,1) half: 2 of 4. Precision 1/2 at score 2, 2/4 at score 1.
    expect(rankCases(cases([2, 1], [2, 1]))).toEqual({ auroc: 0.5, averagePrecision: 0.5 });
    expect(rankCases(cases([5], [5, 5, 5]))).toEqual({ auroc: 0.5, averagePrecision: 0.25 });
  });

  it('ranks scores that say "never" lowest, as ties', () => {
    const never = Number.NEGATIVE_INFINITY;
    expect(rankCases(cases([never, -3], [never, never]))!.auroc).toBe(0.75);
  });

  it('refuses a score that is no number instead of ranking without end', () => {
    for (const nowhere of [cases([1, Number.NaN], [0]), cases([1], [0, Number.NaN])])
      expect(() => rankCases(nowhere)).toThrow(RangeError);
  });

  it('says nothing without an onset, or with nothing else', () => {
    expect(rankCases(cases([], [1, 2]))).toBeUndefined();
    expect(rankCases(cases([1], []))).toBeUndefined();
  });

  it('agrees with counting all pairs', () => {
    const scores = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(scores, scores, (positives, negatives) => {
        const won = positives.flatMap((p) => negatives.map((n) => (p > n ? 1 : p === n ? 0.5 : 0)));
        const mean = won.reduce<number>((sum, one) => sum + one, 0) / won.length;
        expect(rankCases(cases(positives, negatives))!.auroc).toBeCloseTo(mean, 10);
        const mixed = [...positives.map((score) => [score, 1]), ...negatives.map((score) => [score, 0])];
        const ordered = mixed.sort(([a], [b]) => ((a! * 7) % 5) - ((b! * 7) % 5));
        const area = auroc(
          Float32Array.from(ordered, ([score]) => score!),
          Uint8Array.from(ordered, ([, label]) => label!),
        );
        expect(area).toBeCloseTo(mean, 10);
      }),
    );
  });
});
