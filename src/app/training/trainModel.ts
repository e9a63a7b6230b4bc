/** One training from series to a model that is ready to be written: train or fine-tune, measure, describe. */

import { PROFILES } from '../../core/profiles.js';
import type { Engine } from '../../model/engine/types.js';
import type { ModelAccuracy } from '../../model/files/manifest.js';
import type { TrainedModel } from '../../model/files/modelFolder.js';
import type { WeightValues } from '../../model/network/parameters.js';
import { averageWeights } from '../../model/training/average.js';
import { type FineTuned, fineTune } from '../../model/training/fineTune.js';
import {
  type BestWeights,
  type Checkpoint,
  type TrainingHooks,
  type TrainingTask,
  trainNetwork,
  validation,
} from '../../model/training/trainer.js';
import { describeTrainingInputs } from '../../model/training/trainingInputs.js';
import { packageVersion } from '../package.js';
import type { Progress } from '../progress.js';
import { describeAverage, type WeighedModel } from './averagePlan.js';
import type { Corpora } from './corpora.js';
import { makeIncidentHead } from './incidentHead.js';
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
  /** Called once the weights are found and only measuring is left. */
  readonly onLearnt: () => void;
}

/**
 * Trains, or fine-tunes where the plan has a base, and measures; or makes a new incident head for the base.
 * @throws RangeError if no series has a usable window
 */
export async function trainModel(engine: Engine, order: TrainingOrder, progress: Progress): Promise<TrainedModel> {
  const { plan, corpora, hooks, resume } = order;
  if (plan.onlyHead) return withNewHead(engine, order, progress);
  const { hyperparameters, settings, base, average } = plan;
  const task: TrainingTask = { corpus: corpora.trained, hyperparameters, settings, resume };
  progress.done(describeTask(order));
  const tuned = base && (await fineTune(engine, base.weights, task, hooks));
  const mean = average && weighMean(engine, task, average);
  const best = tuned?.best ?? mean ?? (await trainNetwork(engine, task, hooks));
  order.onLearnt();
  progress.done(tuned ? describeTuned(tuned) : describeBest(best, mean !== undefined));

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
      ...(average ? describeAverage(average, order.command) : {}),
      ...(tuned ? { base: await describeBase(engine, order, tuned, accuracy, progress) } : {}),
    },
    profiles: PROFILES,
    accuracy,
    trainingInputs: describeTrainingInputs(corpora.trained, settings.split, settings.seed),
    incident: await headFor(engine, order, best.weights, progress),
  };
}

/** The mean of the parts' weights, with the validation loss that it has on the series at hand. */
function weighMean(engine: Engine, task: TrainingTask, parts: readonly WeighedModel[]): BestWeights {
  const weights = averageWeights(parts.map(({ model, share }) => ({ weights: model.weights, share })));
  const step = Math.max(...parts.map(({ model }) => model.manifest.training.steps));
  return { step, loss: validation(engine, task)(weights), weights };
}

/** The base with a head that is trained anew. */
async function withNewHead(engine: Engine, order: TrainingOrder, progress: Progress): Promise<TrainedModel> {
  const { manifest, weights } = order.plan.base!;
  order.onLearnt();
  const incident = await headFor(engine, order, weights, progress);
  if (incident === undefined)
    throw new RangeError('a head needs more than these series hold; give it more days or servers');
  const { created, linborg, hyperparameters, training, profiles, accuracy, training_inputs: inputs } = manifest;
  return {
    ...{ name: order.name, created, linborg, hyperparameters, weights, training, profiles, accuracy },
    ...(inputs ? { trainingInputs: inputs } : {}),
    leftOut: manifest.left_out,
    incident,
  };
}

function headFor(engine: Engine, { plan, corpora, command }: TrainingOrder, weights: WeightValues, progress: Progress) {
  const { hyperparameters, base, onlyHead } = plan;
  const { split, seed } = plan.settings;
  const start = onlyHead ? undefined : base?.incident;
  return makeIncidentHead(engine, { hyperparameters, weights, corpora, split, seed, base: start, command }, progress);
}

function describeTask({ plan, corpora: { trained } }: TrainingOrder): string {
  const { base, settings, average } = plan;
  if (average)
    return `the mean of ${average.map(({ model, share }) => `${model.manifest.name} (${share})`).join(', ')}`;
  const servers = new Set(trained.map(({ dataset, server }) => `${dataset}\n${server}`)).size;
  const what = base ? `fine-tuning ${base.manifest.name}` : 'training';
  return `${what} on ${trained.length} series of ${servers} servers: at most ${settings.adam.totalSteps} steps`;
}

function describeBest({ loss, step }: BestWeights, isMean: boolean): string {
  return isMean ? `validation loss ${loss.toFixed(4)}` : `best validation loss ${loss.toFixed(4)} at step ${step}`;
}

function describeTuned({ best, baseLoss, outcome }: FineTuned): string {
  return outcome === 'gain'
    ? `validation loss ${best.loss.toFixed(4)} at step ${best.step}; the base has ${baseLoss.toFixed(4)}`
    : `no gain over the base's validation loss of ${baseLoss.toFixed(4)}: the base's weights are kept`;
}

/** How good it is, and on which data sets that is a surprise. */
async function measure(engine: Engine, order: TrainingOrder, best: BestWeights, progress: Progress) {
  const { hyperparameters } = order.plan;
  // Step 0 is the base itself, or the first random weights: neither has seen any of this.
  const trainedOn = best.step === 0 ? new Set() : new Set(order.corpora.trained.map(({ dataset }) => dataset));
  const model = { name: 'the model', hyperparameters, weights: best.weights };
  const accuracy = await measureAccuracy(engine, model, measuredPart(order), progress);
  return accuracy.map((entry) => ({ ...entry, trained_on: trainedOn.has(entry.dataset) }));
}

function measuredPart({ plan, corpora }: TrainingOrder) {
  return { corpus: [...corpora.trained, ...corpora.others], from: plan.settings.split.trainUntil };
}

/** @param measured  accuracy of the model that came of it, which is the base where nothing was gained */
async function describeBase(
  engine: Engine,
  order: TrainingOrder,
  { baseLoss, outcome }: FineTuned,
  measured: readonly ModelAccuracy[],
  progress: Progress,
) {
  const { manifest, weights } = order.plan.base!;
  const base = { name: 'the base', hyperparameters: manifest.hyperparameters, weights };
  const isSameNetwork = manifest.hyperparameters.notch === order.plan.hyperparameters.notch;
  return {
    name: manifest.name,
    sha256: manifest.weights.sha256,
    validation_loss: baseLoss,
    outcome,
    accuracy:
      outcome === 'no gain' && isSameNetwork
        ? measured.map(({ trained_on: _, ...entry }) => entry)
        : await measureAccuracy(engine, base, measuredPart(order), progress),
  };
}
