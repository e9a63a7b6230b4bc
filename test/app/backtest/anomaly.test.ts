import { describe, expect, it } from 'vitest';
import { AnomalyMemory } from '../../../src/app/backtest/anomaly.js';
import type { Forecast, Frame } from '../../../src/core/flow.js';

/** Quantiles 10, 20, 40 at all steps. */
function forecastOf(metric: string): Forecast {
  const values = Float32Array.from({ length: 288 }, (_, i) => [10, 20, 40][i % 3]!);
  return { server: 's', metric, origin: 0, stepSeconds: 300, values, model: 'm' };
}

function frameOf(newest: number, samples: Readonly<Record<string, number>>): Frame {
  const metrics = Object.keys(samples);
  return {
    server: 's',
    profile: 'generic',
    stepSeconds: 300,
    newest,
    capacity: 1,
    metrics,
    values: Float32Array.from(Object.values(samples)),
    state: 'ok',
    quality: { coverageRatio: 1, historyDays: 8, warmupRatio: 1, lastSampleAt: 0 },
  };
}

describe('AnomalyMemory', () => {
  it.each([
    { sample: 20, score: 0 },
    { sample: 40, score: 1 },
    { sample: 10, score: 1 },
    { sample: 80, score: 3 },
    { sample: 0, score: 2 },
  ])('gives $score for a sample of $sample where 10, 20 and 40 were forecast', ({ sample, score }) => {
    const memory = new AnomalyMemory();
    memory.remember(100, [forecastOf('m')]);
    expect(memory.score(frameOf(112, { m: sample }))).toBe(score);
  });

  it('takes the metric that is farthest off, and leaves out what has no sample now', () => {
    const memory = new AnomalyMemory();
    memory.remember(100, [forecastOf('a'), forecastOf('b'), forecastOf('c')]);
    expect(memory.score(frameOf(112, { a: 40, b: 60, c: Number.NaN }))).toBe(2);
  });

  it('leaves out a metric that the server does not have any more', () => {
    const memory = new AnomalyMemory();
    memory.remember(100, [forecastOf('a'), forecastOf('b')]);
    expect(memory.score(frameOf(112, { b: 40 }))).toBe(1);
  });

  it('knows nothing where no forecast is an hour old', () => {
    const memory = new AnomalyMemory();
    memory.remember(100, [forecastOf('m')]);
    expect(memory.score(frameOf(103, { m: 1 }))).toBeUndefined();
    memory.remember(115, [forecastOf('m')]);
    expect(memory.score(frameOf(112, { m: 1 }))).toBeUndefined();
  });
});
