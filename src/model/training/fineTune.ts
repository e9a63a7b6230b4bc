/** Fine-tuning: from a model's weights towards one fleet's own patterns, never to something worse. */
import type { Engine } from '../engine/types.js';
import type { WeightValues } from '../network/parameters.js';
import {
  type BestWeights,
  DEFAULT_TRAINING,
  type TrainingHooks,
  type TrainingSettings,
  type TrainingTask,
  trainNetwork,
  validation,
} from './trainer.js';

/** Short and gentle, so that what the base knows stays; all servers are learnt from, since they are the ones to forecast. */
export const FINE_TUNING: TrainingSettings = {
  ...DEFAULT_TRAINING,
  adam: { ...DEFAULT_TRAINING.adam, peakLearningRate: 4e-4, warmupSteps: 50, totalSteps: 1000, averageDecay: 0.99 },
  split: { trainUntil: 0.7, validateFrom: 0.6, validationServers: 0 },
  validateEvery: 100,
  patience: 4,
};

/** Choosing among ten validations gives about this much by chance alone. */
const MINIMUM_GAIN = 0.002;

export interface FineTuned {
  /** The base itself where nothing was gained. */
  readonly best: BestWeights;
  /** Validation loss of the base on the fleet. */
  readonly baseLoss: number;
  readonly outcome: 'gain' | 'no gain';
}

/**
 * Trains on from `base`. What comes back is at least as good as the base on the part of the fleet's history that
 * validates.
 * @throws RangeError if the corpus has no usable window
 */
export async function fineTune(
  engine: Engine,
  base: WeightValues,
  task: TrainingTask,
  hooks: TrainingHooks,
): Promise<FineTuned> {
  const start: BestWeights = { step: 0, loss: validation(engine, task)(base), weights: base };
  const best = await trainNetwork(engine, { ...task, base: start }, hooks);
  const hasGained = best.loss < (1 - MINIMUM_GAIN) * start.loss;
  return { best: hasGained ? best : start, baseLoss: start.loss, outcome: hasGained ? 'gain' : 'no gain' };
}
