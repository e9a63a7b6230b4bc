/** The grid of five-minute buckets that all pulled samples lie on. A bucket is named by its start, epoch seconds. */

export const STEP_SECONDS = 300;

/** Buckets from `from` to `to`, both included. */
export interface BucketRange {
  readonly from: number;
  readonly to: number;
}

/** The bucket that holds `at`. */
export function bucketAt(at: number): number {
  return Math.floor(at / STEP_SECONDS) * STEP_SECONDS;
}

/** The newest bucket that lies wholly before `at`. */
export function lastCompleteBucket(at: number): number {
  return bucketAt(at) - STEP_SECONDS;
}

/** Buckets from the first to the last, both counted; 0 for a range that ends before it begins. */
export function bucketCount({ from, to }: BucketRange): number {
  return Math.max(0, Math.round((to - from) / STEP_SECONDS) + 1);
}

/** The range in pieces of at most `maxBuckets`, newest first: recent data is wanted soonest. */
export function splitRange(range: BucketRange, maxBuckets: number): BucketRange[] {
  const pieces: BucketRange[] = [];
  for (let to = range.to; to >= range.from; to -= maxBuckets * STEP_SECONDS)
    pieces.push({ from: Math.max(range.from, to - (maxBuckets - 1) * STEP_SECONDS), to });
  return pieces;
}
