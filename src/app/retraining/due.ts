/** When to train. */
import { describeDuration } from '../../core/duration.js';
import type { Frame } from '../../core/flow.js';
import type { TrainingReason } from '../../exposition/learning.js';
import type { RetrainOptions } from '../options.js';

/** What the decision looks at. Times are epoch seconds. */
export interface Occasion {
  readonly at: number;
  /** Start of this process: nothing is trained while everything is still being read. */
  readonly startedAt: number;
  /** End of the last training, however it ended; undefined if there was none. */
  readonly lastEndedAt: number | undefined;
  /** Since when drift has asked for a training without a break; undefined if it does not. */
  readonly driftSince: number | undefined;
  /** History of the server in the middle. */
  readonly historySeconds: number;
  readonly isTraining: boolean;
  /** Two models are side by side: their trial ends first. */
  readonly isOnTrial: boolean;
}

export type TrainingDecision =
  | { readonly kind: 'train'; readonly reason: TrainingReason }
  /** In words. */
  | { readonly kind: 'wait'; readonly why: string };

const HOUR_SECONDS = 3600;
const WEEK_SECONDS = 7 * 24 * HOUR_SECONDS;
const SETTLING_SECONDS = HOUR_SECONDS;
/** A deployment or a batch job moves the inputs for an hour or two: that is no drift. */
const LASTING_DRIFT_SECONDS = 6 * HOUR_SECONDS;

/** Decides whether a training that nobody asked for starts now. */
export function decideTraining(options: RetrainOptions, occasion: Occasion): TrainingDecision {
  const { at, startedAt, lastEndedAt = Number.NEGATIVE_INFINITY, driftSince, historySeconds } = occasion;
  const { when, minGapSeconds, minHistorySeconds } = options;
  const wait = (why: string): TrainingDecision => ({ kind: 'wait', why });
  if (when === 'never') return wait('retrain.when is never: only /admin/trigger-training starts one');
  if (occasion.isTraining) return wait('a training is under way');
  if (occasion.isOnTrial) return wait('two models are on trial side by side');
  if (at - startedAt < SETTLING_SECONDS) return wait('linborg has started less than an hour ago');
  if (historySeconds < minHistorySeconds) {
    const [has, needs] = [describeDuration(historySeconds), describeDuration(minHistorySeconds)];
    return wait(`the servers have ${has} of history in the median; ${needs} are needed (retrain.min_history)`);
  }
  const gap = Math.max(minGapSeconds, when === 'weekly' ? WEEK_SECONDS : 0);
  if (at - lastEndedAt < gap) return wait(`the next one may start in ${describeDuration(lastEndedAt + gap - at)}`);
  if (when === 'weekly') return { kind: 'train', reason: 'weekly' };
  if (driftSince === undefined) return wait('no drift asks for one');
  if (at - driftSince < LASTING_DRIFT_SECONDS) {
    return wait(`drift asks for one since ${describeDuration(at - driftSince)}; it has to last 6 h`);
  }
  return { kind: 'train', reason: 'drift' };
}

/** History of the server in the middle; 0 without servers. */
export function medianHistorySeconds(frames: readonly Frame[]): number {
  const days = frames.map(({ quality }) => quality.historyDays).sort((a, b) => a - b);
  return (days[Math.floor(days.length / 2)] ?? 0) * 24 * HOUR_SECONDS;
}
