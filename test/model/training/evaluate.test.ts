import { afterAll, describe, expect, test } from 'vitest';
import { normal, seededRandom } from '../../../src/core/random.js';
import { loadEngine } from '../../../src/model/engine/engine.js';
import { Forecaster } from '../../../src/model/forecaster.js';
import { initialWeights } from '../../../src/model/network/parameters.js';
import { evaluateModel } from '../../../src/model/training/evaluate.js';
import { longSeries, SMALL } from '../support.js';

const forecaster = new Forecaster(await loadEngine('auto'), SMALL, initialWeights(SMALL, 1));
afterAll(() => forecaster.dispose());

const LENGTH = 5000;
const settings = { from: 0.7, origins: 6 };
const random = seededRandom(1);
const noisyDays = Float32Array.from(
  { length: LENGTH },
  (_, i) => 50 + 20 * Math.sin((2 * Math.PI * i) / 288) + 2 * normal(random),
);

describe('the accuracy on what training never saw', () => {
  test('of the naive methods equals their plain definition', async () => {
    const [accuracy] = await evaluateModel(forecaster, [longSeries('web1', noisyDays)], settings, () => {});
    const low = Math.floor(0.7 * LENGTH);
    const origins = [0, 1, 2, 3, 4, 5].map((k) => Math.floor(low + ((LENGTH - 96 - low) * k) / 5));
    const seasonal = meanOf(low - 288, (i) => Math.abs(noisyDays[i + 288]! - noisyDays[i]!));
    const mase = (forecast: (origin: number, h: number) => number) =>
      meanOf(origins.length * 96, (i) => {
        const origin = origins[Math.floor(i / 96)]!;
        const h = i % 96;
        return Math.abs(noisyDays[origin + h]! - forecast(origin, h));
      }) / seasonal;
    expect(accuracy!.baselines['persistence']).toBeCloseTo(
      mase((origin) => noisyDays[origin - 1]!),
      4,
    );
    expect(accuracy!.baselines['seasonal_naive_24h']).toBeCloseTo(
      mase((origin, h) => noisyDays[origin + h - 288]!),
      4,
    );
    const median7 = (origin: number, h: number) =>
      [1, 2, 3, 4, 5, 6, 7].map((day) => noisyDays[origin + h - 288 * day]!).sort((a, b) => a - b)[3]!;
    expect(accuracy!.baselines['median_7d']).toBeCloseTo(mase(median7), 4);
    expect(Object.keys(accuracy!.baselines)).toEqual([
      'persistence',
      'mean_1h',
      'predict_linear_4h',
      'seasonal_naive_24h',
      'median_7d',
      'median_7d_level',
    ]);
  });

  test('of the model has an error, a weighted quantile loss and a coverage of its own', async () => {
    const [accuracy] = await evaluateModel(forecaster, [longSeries('web1', noisyDays)], settings, () => {});
    expect(accuracy).toMatchObject({ dataset: 'made-up', series: 1 });
    // Untrained, the median leans on the weekly median with its level: better than persistence on a plain daily pattern.
    expect(accuracy!.mase).toBeGreaterThan(0.3);
    expect(accuracy!.mase).toBeLessThan(accuracy!.baselines['persistence']!);
    expect(accuracy!.coverage).toBeGreaterThan(0.5);
    expect(accuracy!.coverage).toBeLessThanOrEqual(1);
    expect(accuracy!.wql).toBeGreaterThan(0);
    expect(accuracy!.wql).toBeLessThan(0.2);
  });

  test('as a ratio is that of the best naive method of the set, series by series, floored where errors are tiny', async () => {
    const line = Float32Array.from({ length: LENGTH }, (_, i) => 10 + i / 1000);
    const corpus = [longSeries('web1', noisyDays), longSeries('web2', noisyDays.toReversed())];
    const alone = await Promise.all(corpus.map((series) => evaluateModel(forecaster, [series], settings, () => {})));
    const [both] = await evaluateModel(forecaster, corpus, settings, () => {});
    const [best] = Object.entries(both!.baselines).sort(([, a], [, b]) => a - b)[0]!;
    const ratios = alone.map(([accuracy]) => accuracy!.mase / accuracy!.baselines[best]!);
    expect(both!.ratio).toBeCloseTo((ratios[0]! + ratios[1]!) / 2, 6);
    expect(both!.ratio_geometric).toBeCloseTo(Math.sqrt(ratios[0]! * ratios[1]!), 6);
    // A line drawn by hand is exact: its error counts as 0.05.
    const [ramp] = await evaluateModel(forecaster, [longSeries('web1', line)], settings, () => {});
    expect(ramp!.baselines['predict_linear_4h']).toBeLessThan(0.05);
    expect(ramp!.ratio).toBeCloseTo(Math.max(ramp!.mase, 0.05) / 0.05, 6);
  });

  test('does not count what is excluded', async () => {
    const from = Math.floor(0.7 * LENGTH);
    const broken = noisyDays.slice().fill(0, from + 10, from + 50);
    const series = longSeries('web1', broken);
    const range = { first: series.first + from + 10, end: series.first + from + 50 };
    const [counted] = await evaluateModel(forecaster, [series], settings, () => {});
    const [excluded] = await evaluateModel(forecaster, [{ ...series, excluded: [range] }], settings, () => {});
    expect(excluded!.mase).toBeLessThan(0.9 * counted!.mase);
  });

  test('does not depend on what lies before the part that is forecast from, but for the scale and the history', async () => {
    const from = Math.floor(0.7 * LENGTH) - 2304;
    const changed = noisyDays.slice();
    for (let i = 0; i < from; i++) changed[i] = noisyDays[i]! + 30;
    const [before] = await evaluateModel(forecaster, [longSeries('web1', noisyDays)], settings, () => {});
    const [after] = await evaluateModel(forecaster, [longSeries('web1', changed)], settings, () => {});
    expect(after!.wql).toBe(before!.wql);
    expect(after!.coverage).toBe(before!.coverage);
  });

  test('leaves out series that are too short, constant or without enough origins, and counts by data set', async () => {
    const constant = noisyDays.map((_, i) => (i === 10 ? 51 : 50));
    const ended = noisyDays.map((value, i) => (i < 0.7 * LENGTH || i === LENGTH - 1 ? value : Number.NaN));
    const corpus = [
      longSeries('web1', noisyDays, 0, 'a'),
      longSeries('web2', noisyDays, 500, 'b'),
      longSeries('web3', noisyDays.slice(0, 450), 0, 'b'),
      longSeries('web4', constant, 0, 'b'),
      longSeries('web5', ended, 0, 'b'),
    ];
    const shares: number[] = [];
    const accuracy = await evaluateModel(forecaster, corpus, settings, (share) => shares.push(share));
    expect(accuracy.map(({ dataset, series }) => [dataset, series])).toEqual([
      ['a', 1],
      ['b', 1],
    ]);
    expect(shares).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  });
});

function meanOf(count: number, value: (i: number) => number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += value(i);
  return sum / count;
}
