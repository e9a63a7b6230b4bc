/** What was promised of one threshold at one moment, and what came of it. */
import { type Frame, RISK_HORIZONS } from '../../core/flow.js';
import { bucketValue } from '../../core/frame.js';
import { type TimeSpan, touchesSpan } from '../../core/timeSpan.js';
import { isPlanned } from '../planned.js';

/** Probabilities of a breach that begins within each of RISK_HORIZONS, told while the threshold was not breached. */
export interface BreachClaim {
  readonly metric: string;
  /** Index of the last bucket that was known. */
  readonly origin: number;
  /** In the metric's unit, as it was settled then. */
  readonly threshold: number;
  readonly direction: 'above' | 'below';
  /** Buckets that a breach has to last to count, at least 1. */
  readonly sustainedSteps: number;
  /** [RISK_HORIZONS] 0–1, ascending: before any correction. */
  readonly raw: Float32Array;
  /** [RISK_HORIZONS] 0–1, ascending: as it was served. */
  readonly served: Float32Array;
}

/**
 * `mitigated`: something was done about the server before anything came, so that nobody knows what would have;
 * `unknown`: planned maintenance, or too few samples.
 */
export type ClaimOutcome = 'came' | 'stayed away' | 'mitigated' | 'unknown';

/** The first bucket by which nothing can change the verdict of a horizon any more. */
export function dueBucket({ origin, sustainedSteps }: BreachClaim, horizon: number): number {
  return origin + RISK_HORIZONS[horizon]!.steps + sustainedSteps - 1;
}

/**
 * What came within a horizon, from buckets up to the claim's `dueBucket` alone.
 * @param actedUpon  spans of the server after actions, ascending and apart
 */
export function outcomeOf(
  frame: Frame,
  claim: BreachClaim,
  horizon: number,
  actedUpon: readonly TimeSpan[],
): ClaimOutcome {
  const { origin } = claim;
  const { stepSeconds } = frame;
  const last = origin + RISK_HORIZONS[horizon]!.steps;
  if (isPlanned(frame, origin, dueBucket(claim, horizon))) return 'unknown';
  const { onset, known } = watch(frame, claim, last);
  if (touchesSpan(actedUpon, origin * stepSeconds, ((onset ?? last) + 1) * stepSeconds)) return 'mitigated';
  if (onset !== undefined) return 'came';
  return 2 * known >= last - origin ? 'stayed away' : 'unknown';
}

/** The first bucket, up to `last`, in which a breach that lasts begins, and how many buckets up to there have a sample. */
function watch(
  frame: Frame,
  { metric, origin, threshold, direction, sustainedSteps }: BreachClaim,
  last: number,
): { readonly onset: number | undefined; readonly known: number } {
  const row = frame.metrics.indexOf(metric);
  let run = 0;
  let known = 0;
  for (let bucket = origin + 1; bucket < last + sustainedSteps; bucket++) {
    const value = bucketValue(frame, row, bucket);
    // An absent value ends a run.
    const isBeyond = direction === 'above' ? value >= threshold : value <= threshold;
    run = isBeyond ? run + 1 : 0;
    if (run === sustainedSteps) return { onset: bucket - sustainedSteps + 1, known };
    if (bucket <= last && !Number.isNaN(value)) known++;
  }
  return { onset: undefined, known };
}
