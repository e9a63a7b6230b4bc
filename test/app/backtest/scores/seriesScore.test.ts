import { describe, expect, it } from 'vitest';
import { SeriesScore } from '../../../../src/app/backtest/scores/seriesScore.js';

const IDENTITY = { dataset: 'd', server: 's', metric: 'm', profile: 'generic' };

/** The same quantiles at all 96 steps. */
function flat(low: number, middle: number, high: number): Float32Array {
  return Float32Array.from({ length: 288 }, (_, i) => [low, middle, high][i % 3]!);
}

/** Known at the given steps (1–96) only. */
function actualAt(values: Readonly<Record<number, number>>): Float64Array {
  return Float64Array.from({ length: 96 }, (_, h) => values[h + 1] ?? Number.NaN);
}

describe('SeriesScore', () => {
  it('measures errors, quantile loss, coverage and width by hand-checked formulas', () => {
    const score = new SeriesScore(IDENTITY, 2, 1);
    score.add(actualAt({ 1: 10, 2: 14 }), [flat(9, 11, 13)]);
    const { mase, wql, pinball, width, inside, onEdge, judged } = score.figures(0);
    // Errors 1 and 3, in units of 2.
    expect(mase).toBe(1);
    // 10: 0.1·1, 0.5·1, 0.1·3 → 0.9 / 3; 14: 0.1·5, 0.5·3, 0.9·1 → 2.9 / 3. Mean 1.9 / 3, in units of 2.
    expect(pinball).toBeCloseTo(1.9 / 3 / 2, 12);
    expect(wql).toBeCloseTo((2 * (0.9 / 3 + 2.9 / 3)) / 24, 12);
    expect({ width, inside, onEdge, judged }).toEqual({ width: 2, inside: 1, onEdge: 0, judged: 2 });
    expect(score.origins).toBe(1);
  });

  it('counts what lies on an edge of the interval, lower or upper, as inside', () => {
    const score = new SeriesScore(IDENTITY, 1, 1);
    score.add(actualAt({ 1: 0, 2: 3, 3: 1, 4: 4 }), [flat(0, 1, 3)]);
    expect(score.figures(0)).toMatchObject({ inside: 3, onEdge: 2, judged: 4 });
  });

  it('adds origins up, and keeps the parts of the horizon apart', () => {
    const score = new SeriesScore(IDENTITY, 1, 1);
    score.add(actualAt({ 6: 1, 7: 2 }), [flat(0, 0, 0)]);
    score.add(actualAt({ 6: 3, 96: 8 }), [flat(0, 0, 0)]);
    expect([0, 1, 2, 3].map((bin) => score.figures(0, bin).mase)).toEqual([2, 2, Number.NaN, 8]);
    expect(score.figures(0).mase).toBe(14 / 4);
  });

  it('scores a method without quantiles by its error alone, and one without a forecast not at all', () => {
    const score = new SeriesScore(IDENTITY, 1, 2);
    score.add(actualAt({ 1: 5 }), [flat(Number.NaN, 4, Number.NaN), flat(Number.NaN, Number.NaN, Number.NaN)]);
    expect(score.figures(0)).toEqual({
      mase: 1,
      wql: Number.NaN,
      pinball: Number.NaN,
      width: Number.NaN,
      inside: 0,
      onEdge: 0,
      judged: 0,
    });
    expect(score.figures(1).mase).toBeNaN();
  });
});
