import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Extremes } from '../../../../src/app/backtest/scores/extremes.js';
import { methodsOf } from '../../../../src/app/backtest/scores/methods.js';
import { compareMethods } from '../../../../src/app/backtest/scores/ratios.js';
import { SeriesScore } from '../../../../src/app/backtest/scores/seriesScore.js';
import { seededRandom } from '../../../../src/core/random.js';

const METHODS = methodsOf('m', undefined);
const BOOTSTRAP = { draws: 50, random: () => seededRandom(1) };

/** A series on which each method errs by its number at every step; intervals of ± 1 around what is given quantiles. */
function series(server: string, errors: readonly number[]): SeriesScore {
  const score = new SeriesScore({ dataset: 'd', server, metric: 'm', profile: 'generic' }, 1, METHODS.length);
  const flat = (error: number) => Float32Array.from({ length: 288 }, (_, i) => 10 + error + [-1, 0, 1][i % 3]!);
  score.add(new Float64Array(96).fill(10), errors.map(flat));
  return score;
}

describe('compareMethods', () => {
  // served, model, then persistence, mean_1h, predict_linear_4h, seasonal_naive_24h, median_7d, median_7d_level
  const scores = [
    series('a', [1, 2, 4, 9, 9, 9, 2, 9]),
    series('b', [0.01, 2, 4, 9, 9, 9, 0.02, 9]),
    series('c', [6, 2, 4, 9, 9, 9, 3, 9]),
  ];
  const comparison = compareMethods(scores, METHODS, BOOTSTRAP);

  it('compares with the naive method of the lowest median, series by series, none below the floor', () => {
    expect(comparison.bestNaive).toBe('median_7d');
    const [served, model] = comparison.ratios;
    expect(comparison.ratios.map(({ method }) => method)).toEqual(['served', 'model']);
    expect(served!.mase.value).toBeCloseTo((1 / 2 + 1 + 6 / 3) / 3, 6);
    expect(served!.maseGeometric.value).toBeCloseTo(1, 6);
    expect(model!.mase.value).toBeCloseTo((2 / 2 + 2 / 0.05 + 2 / 3) / 3, 5);
    expect(served!.pinball!.value).toBeGreaterThan(0);
  });

  it('gives the median error of every method, and the share of series that are calibrated', () => {
    const median = (id: string) => comparison.medianMase.find(({ method }) => method === id)!.mase.value;
    expect(median('served')).toBeCloseTo(1, 5);
    expect(median('persistence')).toBeCloseTo(4, 5);
    // An error of at most 1 is always inside ± 1: coverage 1, which is out of the band, as 0 is. One of exactly 1 is on an edge.
    expect(comparison.calibratedSeries.find(({ method }) => method === 'served')).toEqual({
      method: 'served',
      share: 0,
      shareWithEdges: 1 / 3,
      series: 3,
    });
  });

  it('counts a series as calibrated with edges where values on an edge leave it open', () => {
    const covered = (server: string, values: number[]) => {
      const score = new SeriesScore({ dataset: 'd', server, metric: 'm', profile: 'generic' }, 1, METHODS.length);
      const actual = Float64Array.from({ length: 96 }, (_, h) => values[h] ?? Number.NaN);
      const band = Float32Array.from({ length: 288 }, (_, i) => [0, 1, 4][i % 3]!);
      score.add(actual, [band, ...METHODS.slice(1).map(() => new Float32Array(288))]);
      return score;
    };
    const within = covered('within', [1, 2, 3, 2, 9]);
    const mostlyZero = covered('mostly zero', [0, 0, 0, 0, 0]);
    const tooNarrow = covered('too narrow', [0, 9, 9, 9, 9]);
    const tooWide = covered('too wide', [1, 1, 2, 3, 0, 1, 1, 2, 3, 2, 1, 1]);
    const { calibratedSeries } = compareMethods([within, mostlyZero, tooNarrow, tooWide], METHODS, BOOTSTRAP);
    expect(calibratedSeries[0]).toEqual({ method: 'served', share: 1 / 4, shareWithEdges: 2 / 4, series: 4 });
  });

  it('leaves a series out of the median of a method that has no forecast of it', () => {
    const unknown = [series('d', [Number.NaN, 2, 4, 9, 9, 9, 2, 9]), series('e', [Number.NaN, 2, 4, 9, 9, 9, 2, 9])];
    const { medianMase } = compareMethods([...unknown, ...scores], METHODS, BOOTSTRAP);
    const { value, low, high } = medianMase.find(({ method }) => method === 'served')!.mase;
    expect(value).toBeCloseTo(1, 5);
    expect(Number.isFinite(low) && Number.isFinite(high)).toBe(true);
    const none = compareMethods(unknown, METHODS, BOOTSTRAP).medianMase.map(({ method }) => method);
    expect(none).not.toContain('served');
  });

  it('says that there is nothing to compare without series', () => {
    expect(compareMethods([], METHODS, BOOTSTRAP)).toMatchObject({ bestNaive: null, ratios: [], medianMase: [] });
  });
});

describe('Extremes', () => {
  it('keeps the ends of what passes by, in order', () => {
    const extremes = new Extremes<string>({ size: 2, kindOf: (item) => item, sizeOfKind: 1 });
    for (const [key, item] of [
      [5, 'e'],
      [1, 'a'],
      [3, 'c'],
      [9, 'i'],
      [2, 'b'],
    ] as const)
      extremes.offer(key, item);
    expect(extremes.smallest).toEqual(['a', 'b']);
    expect(extremes.largest).toEqual(['i', 'e']);
  });

  it('are what sorting all and taking the outermost of each kind would give, in whatever order they pass by', () => {
    const items = fc.uniqueArray(
      fc.record({ key: fc.integer({ min: 0, max: 99 }), kind: fc.constantFrom('a', 'b', 'c') }),
      {
        selector: ({ key }) => key,
      },
    );
    type Item = { readonly key: number; readonly kind: string };
    const ofKind = (item: Item, kept: readonly Item[]) => kept.filter(({ kind }) => kind === item.kind).length;
    const outermost = (sorted: readonly Item[]) =>
      sorted.filter((item, index) => ofKind(item, sorted.slice(0, index)) < 2).slice(0, 4);
    fc.assert(
      fc.property(items, (all) => {
        const extremes = new Extremes<Item>({ size: 4, kindOf: ({ kind }) => kind, sizeOfKind: 2 });
        for (const item of all) extremes.offer(item.key, item);
        const ascending = all.toSorted((a, b) => a.key - b.key);
        expect(extremes.smallest).toEqual(outermost(ascending));
        expect(extremes.largest).toEqual(outermost(ascending.toReversed()));
      }),
    );
  });
});
