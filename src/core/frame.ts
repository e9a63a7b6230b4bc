/** Reading single values out of a frame. */
import type { Frame } from './flow.js';
import { isMetricName } from './metrics.js';

/** Tells whether a frame is of a server: one of the 14 metrics is in it, or nothing yet. Others are subjects of extra targets. */
export function isServer({ metrics }: Pick<Frame, 'metrics'>): boolean {
  return metrics.length === 0 || metrics.some(isMetricName);
}

/** The value of bucket `bucket` in row `row`; NaN where it is absent or outside of the window, and for row −1. */
export function bucketValue({ values, newest, capacity }: Frame, row: number, bucket: number): number {
  if (row < 0 || bucket < 0 || bucket > newest || bucket <= newest - capacity) return Number.NaN;
  return values[row * capacity + (bucket % capacity)]!;
}

/** The newest known value of a row within the last `buckets`; undefined if there is none. */
export function newestValue(frame: Frame, row: number, buckets: number): number | undefined {
  const bucket = newestBucket(frame, row, buckets);
  return bucket === undefined ? undefined : bucketValue(frame, row, bucket);
}

/** The index of the newest bucket with a value within the last `buckets`; undefined if there is none. */
export function newestBucket(frame: Frame, row: number, buckets: number): number | undefined {
  for (let bucket = frame.newest; bucket > frame.newest - buckets; bucket--) {
    if (!Number.isNaN(bucketValue(frame, row, bucket))) return bucket;
  }
  return undefined;
}
