/** Which head a model gets: a new one, the base's made to fit the fleet, or the base's as it is. */
import type { WeightValues } from '../network/parameters.js';
import { INCIDENT_SIZE } from './contract.js';
import type { DrawnRows } from './drawRows.js';
import { HEAD_TRAINING, type HeadTraining, headLoss, type IncidentRows, trainHead } from './trainHead.js';

/** Short and gentle: what a base has seen on many fleets says more than the few incidents of one. */
const HEAD_TUNING: Omit<HeadTraining, 'seed'> = { ...HEAD_TRAINING, steps: 600, learningRate: 5e-4 };

/** With fewer breaches than this, a fleet teaches its accidents. */
const MIN_ONSETS = 300;
/** And with fewer, it cannot tell whether what was learnt is better. */
const MIN_VALIDATION_ONSETS = 100;

/** A smaller gain in validation loss may be chance. */
const MINIMUM_GAIN = 0.002;

export interface ChosenHead {
  readonly weights: WeightValues;
  /** `kept`: the base's. */
  readonly outcome: 'trained' | 'fine-tuned' | 'kept';
  /** NaN without a row to validate on. */
  readonly validationLoss: number;
}

/**
 * Trains a head, or the base's head on, by the rows; the same rows and seed give the same head. Never worse than the base's
 * on the rows that validate.
 * @param base  head of the model that the network comes from
 * @returns undefined where there are too few breaches to learn from and no base
 */
export async function chooseHead(
  { training, validation }: DrawnRows,
  base: WeightValues | undefined,
  seed: number,
  onProgress: (share: number) => void,
): Promise<ChosenHead | undefined> {
  const teaches = onsetsOf(training) >= MIN_ONSETS;
  if (base === undefined) {
    if (!teaches) return undefined;
    const weights = await trainHead(training, { ...HEAD_TRAINING, seed }, { onProgress });
    return { weights, outcome: 'trained', validationLoss: headLoss(weights, validation) };
  }
  const baseLoss = headLoss(base, validation);
  const kept: ChosenHead = { weights: base, outcome: 'kept', validationLoss: baseLoss };
  if (!teaches || onsetsOf(validation) < MIN_VALIDATION_ONSETS) return kept;
  const weights = await trainHead(training, { ...HEAD_TUNING, seed }, { start: base, onProgress });
  const validationLoss = headLoss(weights, validation);
  return validationLoss < (1 - MINIMUM_GAIN) * baseLoss ? { weights, outcome: 'fine-tuned', validationLoss } : kept;
}

/** Rows after which a breach came within the longest horizon. */
function onsetsOf({ count, labels }: IncidentRows): number {
  let onsets = 0;
  for (let row = 0; row < count; row++) onsets += labels[(row + 1) * INCIDENT_SIZE - 1]!;
  return onsets;
}
