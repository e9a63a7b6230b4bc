import { describe, expect, it } from 'vitest';
import { createProgress } from '../../src/app/progress.js';
import { readHistory } from '../../src/app/readHistory.js';
import type { SampleBatch, SampleSeries } from '../../src/core/flow.js';
import type { PullSummary, Source } from '../../src/sources/source.js';

const STEP = 300;
const NOW = Date.now() / 1000;
/** The bucket under way. */
const PARTIAL = Math.floor(NOW / STEP) * STEP;

const seriesOf = (points: readonly (readonly [number, number])[]): SampleSeries => ({
  server: 'db1',
  metric: 'x_limit_bytes',
  times: Float64Array.from(points, ([time]) => time),
  values: Float64Array.from(points, ([, value]) => value),
});

/** A source whose clock shows `at`. */
function sourceOf(at: number, series: readonly SampleSeries[]): Source {
  const batch: SampleBatch = { kind: 'buckets', source: 'made', at, series };
  const events = async function* () {
    yield { kind: 'batch', batch, done: 1, total: 1 } as const;
    yield {
      kind: 'summary',
      summary: { source: 'made', failures: [], warnings: [] } as unknown as PullSummary,
    } as const;
  };
  return { name: 'made', history: events, increment: events, close: () => {} };
}

describe('a history that is read to train on, or to replay', () => {
  it('ends with the last bucket that is complete: one of a few seconds is no truth to measure forecasts by', async () => {
    const points = [
      [PARTIAL - 2 * STEP, 1],
      [PARTIAL - STEP, 2],
      [PARTIAL, 99],
    ] as const;
    const [read] = await readHistory(sourceOf(NOW, [seriesOf(points)]), 1, createProgress());
    expect([...read!.values]).toEqual([1, 2]);
    expect(read!.first).toBe(PARTIAL / STEP - 2);
  });

  it('goes by the clock of the source: where that is ahead, the bucket may be complete', async () => {
    const [read] = await readHistory(sourceOf(PARTIAL + STEP, [seriesOf([[PARTIAL, 3]])]), 1, createProgress());
    expect([...read!.values]).toEqual([3]);
  });

  it('takes a number beyond what a window can hold for absent', async () => {
    const points = [
      [PARTIAL - 3 * STEP, 1],
      [PARTIAL - 2 * STEP, Number.MAX_VALUE],
      [PARTIAL - STEP, 2],
    ] as const;
    const [read] = await readHistory(sourceOf(NOW, [seriesOf(points)]), 1, createProgress());
    expect([...read!.values]).toEqual([1, Number.NaN, 2]);
  });
});
