import type { SampleBatch, SampleSeries } from '../../src/core/flow.js';
import { type WindowOptions, windowOptionsSchema } from '../../src/windows/options.js';

/** A Monday at noon, on a bucket boundary. */
export const NOON = 1_767_614_400;
export const STEP = 300;

export const defaults: WindowOptions = windowOptionsSchema.parse({});

export function series(server: string, metric: string, points: readonly (readonly [number, number])[]): SampleSeries {
  return {
    server,
    metric,
    times: Float64Array.from(points, ([time]) => time),
    values: Float64Array.from(points, ([, value]) => value),
  };
}

export function batch(kind: SampleBatch['kind'], at: number, ...all: SampleSeries[]): SampleBatch {
  return { kind, source: 'test', at, series: all };
}

/** `count` buckets up to and including the one that starts at `last`. */
export function filled(server: string, metric: string, last: number, count: number): SampleSeries {
  return series(
    server,
    metric,
    Array.from({ length: count }, (_, i) => [last - (count - 1 - i) * STEP, 40 + (i % 7)] as const),
  );
}
