import { describe, expect, test } from 'vitest';
import { upperBound } from '../../../src/core/metrics.js';
import { normal, seededRandom } from '../../../src/core/random.js';
import { metricId, STATIC_FIGURES } from '../../../src/model/inputs/contract.js';
import { DEFAULT_SPLIT, type LongSeries } from '../../../src/model/training/corpus.js';
import { describeTrainingInputs } from '../../../src/model/training/trainingInputs.js';
import { longSeries } from '../support.js';

const noise = (seed: number, level: number, length = 6000): LongSeries => {
  const random = seededRandom(seed);
  const daily = (i: number) => 10 * Math.sin((2 * Math.PI * i) / 288);
  return longSeries(
    `web${seed}`,
    Float32Array.from({ length }, (_, i) => level + daily(i) + normal(random)),
  );
};
const named = (series: LongSeries, metric: string): LongSeries => ({
  ...series,
  metric,
  metricId: metricId(metric),
  upper: upperBound(metric),
});
const corpus = [noise(1, 40), named(noise(2, 90), 'mem_used_pct'), named(noise(3, 50), 'temperature')];
const inputs = describeTrainingInputs(corpus, DEFAULT_SPLIT, 1);
const edgesOf = (metric: string, name: string) => inputs.edges[metric]![inputs.names.indexOf(name)]!;

describe('the figures of the training inputs', () => {
  test('are nine ascending decile edges per static figure and for the scaled value, per known metric and over all', () => {
    expect(inputs.names).toEqual([...STATIC_FIGURES, 'scaled_value']);
    expect(Object.keys(inputs.edges)).toEqual(['*', 'cpu_user_pct', 'mem_used_pct']);
    for (const rows of Object.values(inputs.edges)) {
      expect(rows).toHaveLength(inputs.names.length);
      for (const row of rows) expect(row).toEqual([...row].sort((a, b) => a - b));
      for (const row of rows) expect(row).toHaveLength(9);
    }
  });

  test('tell metrics apart by what differs in them', () => {
    const [middle] = edgesOf('mem_used_pct', 'distance_to_100').slice(4);
    expect(middle!).toBeLessThan(edgesOf('cpu_user_pct', 'distance_to_100')[0]!);
    expect(new Set(edgesOf('*', 'is_percent'))).toEqual(new Set([0, 1]));
  });

  test('put the middle of the scaled value of a symmetric series near zero, and its outer deciles at either side', () => {
    const edges = edgesOf('cpu_user_pct', 'scaled_value');
    expect(Math.abs(edges[4]!)).toBeLessThan(0.5);
    expect(edges[0]!).toBeLessThan(-0.5);
    expect(edges[8]!).toBeGreaterThan(0.5);
  });

  test('are the same for the same seed, and fit the manifest: under 40 kB for all 14 metrics', () => {
    expect(describeTrainingInputs(corpus, DEFAULT_SPLIT, 1)).toEqual(inputs);
    const perMetric = JSON.stringify(inputs.edges['cpu_user_pct']).length;
    expect(15 * perMetric + JSON.stringify(inputs.names).length).toBeLessThan(40_000);
    for (const edge of Object.values(inputs.edges).flat(2)) expect(edge).toBe(Number(edge.toPrecision(4)));
  });

  test('do not know what only lies in the part that is measured on', () => {
    const changed = { ...corpus[0]!, ring: { ...corpus[0]!.ring, values: corpus[0]!.ring.values.slice() } };
    const { first, length, ring } = changed;
    for (let i = first + Math.ceil(0.7 * length); i < first + length; i++) ring.values[i % length] = 99;
    expect(describeTrainingInputs([changed, ...corpus.slice(1)], DEFAULT_SPLIT, 1)).toEqual(inputs);
  });
});
