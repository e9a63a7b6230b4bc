/** How a finding is written, in the audit log and to targets alike. */

import type { Finding } from '../../core/action.js';
import { isoMilliseconds } from '../../core/isoMilliseconds.js';

export function findingView({ kind, metric, probability, horizonSeconds, score, reason, at }: Finding) {
  return {
    kind,
    metric: metric ?? null,
    probability,
    horizon_seconds: horizonSeconds,
    score,
    reason,
    at: isoMilliseconds(at),
  };
}
