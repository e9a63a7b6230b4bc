/** Whether the result of the last cycle may still be served. */
import { describeDuration } from '../core/duration.js';
import type { PublishedCycle } from './publishedCycle.js';
import type { CycleTotals, StateView } from './state.js';

/** Intervals without a successful cycle after which its result is withdrawn. */
const TOLERATED_INTERVALS = 3;

export type Readiness =
  | { readonly kind: 'ready' }
  /** No cycle has succeeded since the start. */
  | { readonly kind: 'starting'; readonly reason: string }
  /** None has succeeded for three intervals. */
  | { readonly kind: 'overdue'; readonly reason: string };

/** Judges the cycles at epoch second `now`. */
export function judgeReadiness(totals: CycleTotals, now: number): Readiness {
  const { startedAt, lastSuccessAt, lastFailure, intervalSeconds, underWay } = totals;
  const silence = now - (lastSuccessAt ?? startedAt);
  const overdue = silence > TOLERATED_INTERVALS * intervalSeconds;
  const why = lastFailure === undefined ? '' : `; the last one failed: ${lastFailure}`;
  if (lastSuccessAt === undefined) {
    const reason = `no cycle has succeeded yet, ${describeDuration(silence)} after the start${underWay === undefined ? '' : `; ${underWay}`}${why}`;
    return { kind: overdue ? 'overdue' : 'starting', reason };
  }
  if (!overdue) return { kind: 'ready' };
  const since = describeDuration(silence);
  const limit = describeDuration(TOLERATED_INTERVALS * intervalSeconds);
  return { kind: 'overdue', reason: `no cycle has succeeded for ${since} (limit ${limit})${why}` };
}

/** The cycle whose result may be served at `now`; undefined once it is too old: withdrawn, never frozen. */
export function currentCycle(state: StateView, now: number): PublishedCycle | undefined {
  return judgeReadiness(state.cycles(), now).kind === 'ready' ? state.cycle() : undefined;
}
