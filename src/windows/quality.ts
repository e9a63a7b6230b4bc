/** How far a window can be trusted, and the state that follows from it. */
import type { FrameQuality, ServerState } from '../core/flow.js';
import type { WindowOptions } from './options.js';
import { RECENT_BUCKETS, type ServerRing } from './ring.js';

const DAY_SECONDS = 86_400;

/** More than half of the last four hours missing: a forecast would stand on nothing (forecast notes). */
export const MAX_MISSING_RECENT = 24;

/** What every server has; a server that has none of them is judged by all its metrics. */
const KEY_METRICS = ['cpu_user_pct', 'cpu_idle_pct', 'mem_used_pct'];

/** Quality of a ring whose newest sample is from `lastSampleAt` (epoch seconds). */
export function assessQuality(ring: ServerRing, lastSampleAt: number, options: WindowOptions): FrameQuality {
  const dayBuckets = Math.round(DAY_SECONDS / options.stepSeconds);
  let rows = 0;
  let presentInDay = 0;
  let best = 0;
  for (let row = 0; row < ring.metrics.length; row++) {
    const present = ring.presentInWindow(row);
    if (present === 0) continue;
    rows++;
    presentInDay += ring.presentInDay(row);
    best = Math.max(best, present);
  }
  const historySeconds = best * options.stepSeconds;
  return {
    coverageRatio: rows === 0 ? 0 : presentInDay / (rows * dayBuckets),
    historyDays: historySeconds / DAY_SECONDS,
    warmupRatio: Math.min(1, historySeconds / options.minHistorySeconds),
    lastSampleAt,
  };
}

/** The state at `at`: silence outweighs youth, youth outweighs gaps. */
export function assessState(ring: ServerRing, quality: FrameQuality, at: number, options: WindowOptions): ServerState {
  if (!(at - quality.lastSampleAt <= options.staleAfterSeconds)) return 'stale';
  if (quality.warmupRatio < 1) return 'warming';
  return meanMissingRecently(ring) > MAX_MISSING_RECENT ? 'gaps' : 'ok';
}

/** Missing buckets of the last four hours, averaged over the key metrics that the server has. */
function meanMissingRecently(ring: ServerRing): number {
  const key = KEY_METRICS.map((metric) => ring.rowOf(metric)).filter((row) => row !== undefined);
  const all = ring.metrics.map((_, row) => row);
  const rows = (key.length > 0 ? key : all).filter((row) => ring.presentInWindow(row) > 0);
  let present = 0;
  for (const row of rows) present += ring.presentRecently(row);
  return rows.length === 0 ? RECENT_BUCKETS : RECENT_BUCKETS - present / rows.length;
}
