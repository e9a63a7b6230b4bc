/** Which rows of a frame may be forecast at all. */
import type { Frame } from '../core/flow.js';
import { MAX_MISSING_RECENT } from './quality.js';
import { RECENT_BUCKETS } from './ring.js';

/** Longest gap that the model inputs fill with the last value (forecast notes: 12 steps). */
const MAX_TRAILING_GAP = 12;

/**
 * Tells whether row `row` can be forecast: its server is neither stale nor warming, its last value lies at most 12 buckets
 * behind the frame's newest, and at most 24 of the last 48 buckets are missing.
 */
export function isForecastable(frame: Frame, row: number): boolean {
  if (frame.state === 'stale' || frame.state === 'warming') return false;
  const start = row * frame.capacity;
  let missing = 0;
  for (let age = 0; age < RECENT_BUCKETS; age++) {
    const bucket = frame.newest - age;
    if (bucket >= 0 && !Number.isNaN(frame.values[start + (bucket % frame.capacity)]!)) continue;
    missing++;
    if (missing === age + 1 && missing > MAX_TRAILING_GAP) return false;
    if (missing > MAX_MISSING_RECENT) return false;
  }
  return true;
}
