/** How a finding is written, in the audit log and to targets alike. */
import type { Finding } from '../../core/action.js';

export function findingView({ kind, metric, probability, horizonSeconds, score, reason, at }: Finding) {
  return {
    kind,
    metric: metric ?? null,
    probability,
    horizon_seconds: horizonSeconds,
    score,
    reason,
    at: isoTime(at),
  };
}

/** @param at  epoch seconds */
export function isoTime(at: number): string {
  return new Date(at * 1000).toISOString();
}
