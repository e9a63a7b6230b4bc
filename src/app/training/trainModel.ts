/** One training from series to a model that is ready to be written: train or fine-tune, measure, describe. */

import { PROFILES } from '../../core/profiles.js';
import type { Engine } from '../../model/engine/types.js';
import type { TrainedModel } from '../../model/files/modelFolder.js';
import { type FineTuned, fineTune } from '../../model/training/fineTune.js';
import {
  type BestWeights,
  type Checkpoint,
  type TrainingHooks,
  type TrainingTask,
  trainNetwork,
} from '../../model/training/trainer.js';
import { describeTrainingInputs } from '../../model/training/trainingInputs.js';
import { packageVersion } from '../package.js';
import type { Progress } from '../progress.js';
import type { Corpora } from './corpora.js';
import { measureAccuracy } from './measure.js';
import type { TrainingPlan } from './plan.js';
import { describeDatasets } from './readCorpus.js';

export interface TrainingOrder {
  readonly plan: TrainingPlan;
  readonly corpora: Corpora;
  readonly hooks: TrainingHooks;
  readonly resume?: Checkpoint | undefined;
  /** Name of the model. */
  readonly name: string;
  /** The command as it was typed, for the model's card. */
  readonly command: string;
}

/**
 * Trains, or fine-tunes where the plan has a base, and measures.
 * @throws RangeError if no series has a usable window
 */
export async function trainModel(engine: Engine, order: TrainingOrder, progress: Progress): Promise<TrainedModel> {
  const { plan, corpora, hooks, resume } = order;
  const { hyperparameters, settings, base } = plan;
  const task: TrainingTask = { corpus: corpora.trained, hyperparameters, settings, resume };
  const tuned = base && (await fineTune(engine, base.weights, task, hooks));
  const best = tuned?.best ?? (await trainNetwork(engine, task, hooks));
  progress.done(tuned ? describeTuned(tuned) : `best validation loss ${best.loss.toFixed(4)} at step ${best.step}`);

  const accuracy = await measure(engine, order, best, progress);
  return {
    name: order.name,
    created: new Date().toISOString(),
    linborg: packageVersion(),
    hyperparameters,
    weights: best.weights,
    training: {
      command: order.command,
      seed: settings.seed,
      steps: best.step,
      validation_loss: best.loss,
      train_until: settings.split.trainUntil,
      datasets: describeDatasets(corpora.trained),
      ...(tuned ? { base: await describeBase(engine, order, tuned, progress) } : {}),
    },
    profiles: PROFILES,
    accuracy,
    trainingInputs: describeTrainingInputs(corpora.trained, settings.split, settings.seed),
  };
}

function describeTuned({ best, baseLoss, outcome }: FineTuned): string {
  return outcome === 'gain'
    ? `validation loss ${best.loss.toFixed(4)} at step ${best.step}; the base has ${baseLoss.toFixed(4)}`
    : `no gain over the base's validation loss of ${baseLoss.toFixed(4)}: the base's weights are kept`;
}

/** How good it is, and on which data sets that is a surprise. */
async function measure(engine: Engine, { plan, corpora }: TrainingOrder, best: BestWeights, progress: Progress) {
  const { hyperparameters, settings } = plan;
  // Step 0 is the base itself, or the first random weights: neither has seen any of this.
  const trainedOn = best.step === 0 ? new Set() : new Set(corpora.trained.map(({ dataset }) => dataset));
  const model = { name: 'the model', hyperparameters, weights: best.weights };
  const task = { corpus: [...corpora.trained, ...corpora.others], from: settings.split.trainUntil };
  const accuracy = await measureAccuracy(engine, model, task, progress);
  return accuracy.map((entry) => ({ ...entry, trained_on: trainedOn.has(entry.dataset) }));
}

async function describeBase(engine: Engine, { plan, corpora }: TrainingOrder, tuned: FineTuned, progress: Progress) {
  const { manifest, weights } = plan.base!;
  const { hyperparameters, settings } = plan;
  const task = { corpus: [...corpora.trained, ...corpora.others], from: settings.split.trainUntil };
  return {
    name: manifest.name,
    sha256: manifest.weights.sha256,
    validation_loss: tuned.baseLoss,
    outcome: tuned.outcome,
    accuracy: await measureAccuracy(engine, { name: 'the base', hyperparameters, weights }, task, progress),
  };
}
