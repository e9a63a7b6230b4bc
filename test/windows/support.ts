import { z } from 'zod';
import type { Frame, SampleBatch, SampleSeries } from '../../src/core/flow.js';
import { checkWindowFields, type WindowOptions, windowFields, windowOptionsOf } from '../../src/windows/options.js';

/** A Monday at noon, on a bucket boundary. */
export const NOON = 1_767_614_400;
export const STEP = 300;

/** The window keys alone, as the configuration puts them together. */
export const windowKeys = z.strictObject(windowFields).superRefine(checkWindowFields).transform(windowOptionsOf);

export const defaults: WindowOptions = windowKeys.parse({});

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

/** Present buckets of one row, by bucket index, read as `Frame` documents. */
export function present(frame: Frame, metric: string): Map<number, number> {
  const row = frame.metrics.indexOf(metric);
  const found = new Map<number, number>();
  if (row < 0) return found;
  for (let bucket = frame.newest - frame.capacity + 1; bucket <= frame.newest; bucket++) {
    const slot = ((bucket % frame.capacity) + frame.capacity) % frame.capacity;
    const value = frame.values[row * frame.capacity + slot]!;
    if (!Number.isNaN(value)) found.set(bucket, value);
  }
  return found;
}
