/** The training loop: draw, differentiate, step; validate, keep the best, checkpoint. */
import { seededRandom, seedFor } from '../../core/random.js';
import type { Engine } from '../engine/types.js';
import { DAY_STEPS } from '../inputs/contract.js';
import { type Hyperparameters, initialWeights, parameterSpecs, type WeightValues } from '../network/parameters.js';
import { type AdamSettings, adamStep, learningRate, startState, type TrainingState } from './adam.js';
import { DEFAULT_SPLIT, type LongSeries, type Split, tooShortFor } from './corpus.js';
import { batchLoss, lossAndGradients } from './gradient.js';
import {
  type Augmentation,
  buildPool,
  createTrainingBatch,
  type DatasetShares,
  drawBatch,
  NO_AUGMENTATION,
  type Pool,
  TRAINING_AUGMENTATION,
} from './sampler.js';

export interface TrainingSettings {
  readonly seed: number;
  readonly batchSize: number;
  readonly adam: AdamSettings;
  readonly split: Split;
  /** Shares of the draws that data sets get; none = by the square root of their size. */
  readonly shares: DatasetShares;
  /** What is laid over the windows that are learnt from. */
  readonly augmentation: Augmentation;
  /** What is laid over the windows that validate. */
  readonly validationAugmentation: Augmentation;
  /** Steps between validations. */
  readonly validateEvery: number;
  /** Batches in one validation; the same windows each time. */
  readonly validationBatches: number;
  /** Validations without a better loss after which training stops early. */
  readonly patience: number;
}

export const DEFAULT_TRAINING: TrainingSettings = {
  seed: 1,
  batchSize: 128,
  adam: {
    peakLearningRate: 2e-3,
    warmupSteps: 200,
    totalSteps: 8000,
    weightDecay: 1e-4,
    clipNorm: 1,
    averageDecay: 0.998,
  },
  split: DEFAULT_SPLIT,
  shares: {},
  augmentation: TRAINING_AUGMENTATION,
  validationAugmentation: NO_AUGMENTATION,
  validateEvery: 400,
  validationBatches: 16,
  patience: 8,
};

/**
 * The same with level shifts of any age and size in a share of the windows. What validates has the ramps and shifts, too, or
 * what is learnt of them would count for nothing.
 */
export function withAnyShifts(settings: TrainingSettings, share: number): TrainingSettings {
  const augmentation: Augmentation = { ...settings.augmentation, shift: share, shiftsOfAnyAge: true };
  return {
    ...settings,
    augmentation,
    validationAugmentation: { ...augmentation, shortHistory: 0, hiddenIdentity: 0 },
  };
}

/** The best weights so far, by validation loss. */
export interface BestWeights {
  readonly step: number;
  /** Pinball loss in units of the window scale. */
  readonly loss: number;
  readonly weights: WeightValues;
}

/** Everything needed to go on after a stop. */
export interface Checkpoint {
  readonly state: TrainingState;
  readonly best: BestWeights | undefined;
  /** Validations since the best. */
  readonly stale: number;
}

/** One line of progress. */
export interface TrainingProgress {
  readonly step: number;
  readonly totalSteps: number;
  /** Mean training loss over the last steps; NaN where this run has done none. */
  readonly loss: number;
  readonly learningRate: number;
  /** Set on the steps that validated. */
  readonly validationLoss?: number;
  readonly bestLoss?: number;
}

/** What is to be trained, on what. */
export interface TrainingTask {
  readonly corpus: readonly LongSeries[];
  readonly hyperparameters: Hyperparameters;
  readonly settings: TrainingSettings;
  /** What to start from instead of random weights, with its validation loss; the best until a validation beats it. */
  readonly base?: BestWeights | undefined;
  /** Where an earlier run of the same task stopped. */
  readonly resume?: Checkpoint | undefined;
}

export interface TrainingHooks {
  /** Called every 20 steps and after each validation. */
  readonly onProgress: (progress: TrainingProgress) => void;
  /** Called after each validation and at the end, to be written to disk. */
  readonly onCheckpoint: (checkpoint: Checkpoint) => Promise<void>;
  /** Ends the loop after the running step; the best weights so far are returned. */
  readonly signal: AbortSignal;
}

const REPORT_EVERY = 20;

/**
 * Trains until the schedule ends, the validation loss stops falling, or the signal aborts.
 * Batches depend on the seed and the step alone, so that a resumed run equals an uninterrupted one.
 * @throws RangeError if the corpus has no usable window, or if the loss is no longer a number
 */
export async function trainNetwork(engine: Engine, task: TrainingTask, hooks: TrainingHooks): Promise<BestWeights> {
  const { corpus, hyperparameters, settings, base, resume } = task;
  const specs = parameterSpecs(hyperparameters);
  const pool = trainingPool(corpus, settings);
  const lossOf = validation(engine, task);
  const batch = createTrainingBatch(settings.batchSize);
  const state = resume?.state ?? startState(firstWeights(task));
  const kept = new KeptWeights(resume?.best ?? base, resume?.stale);
  const losses = new RecentLosses();

  const report = (validationLoss?: number) =>
    hooks.onProgress({
      step: state.step,
      totalSteps: settings.adam.totalSteps,
      loss: losses.takeMean(),
      learningRate: learningRate(settings.adam, state.step),
      ...(validationLoss === undefined ? {} : { validationLoss }),
      ...(kept.best === undefined ? {} : { bestLoss: kept.best.loss }),
    });
  const checkpoint = () => hooks.onCheckpoint({ state, best: kept.best, stale: kept.stale });

  while (state.step < settings.adam.totalSteps && kept.stale < settings.patience && !hooks.signal.aborted) {
    drawBatch(pool, settings.augmentation, seededRandom(seedFor(settings.seed, `batch ${state.step}`)), batch);
    const { loss, gradients } = lossAndGradients(engine, hyperparameters, state.weights, batch);
    losses.add(finite(loss, 'loss', state.step));
    adamStep(state, specs, gradients, settings.adam);
    if (state.step % settings.validateEvery === 0) {
      report(kept.judge(state, lossOf).loss);
      await checkpoint();
    } else if (state.step % REPORT_EVERY === 0) report();
    // Every operation blocks; this lets signals and timers through.
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (kept.best !== undefined && state.step % settings.validateEvery === 0) return kept.best;
  // Stopped between two validations. The checkpoint does not know of this one, so that a resumed run is the same.
  await checkpoint();
  const { loss, best } = kept.judge(state, lossOf);
  report(loss);
  return best;
}

/** The best weights so far, and for how many validations in a row none were better. */
class KeptWeights {
  best: BestWeights | undefined;
  stale: number;

  constructor(best: BestWeights | undefined, stale = 0) {
    this.best = best;
    this.stale = stale;
  }

  /** Validates the averaged weights: their loss, and the best now. Throws RangeError if it is no number. */
  judge({ step, average }: TrainingState, lossOf: (weights: WeightValues) => number) {
    const loss = finite(lossOf(average), 'validation loss', step);
    const isBetter = this.best === undefined || loss < this.best.loss;
    const best = isBetter ? { step, loss, weights: copyWeights(average) } : this.best!;
    this.best = best;
    this.stale = isBetter ? 0 : this.stale + 1;
    return { loss, best };
  }
}

/** The losses of the steps since they were last asked for. */
class RecentLosses {
  #sum = 0;
  #count = 0;
  #mean = Number.NaN;

  add(loss: number): void {
    this.#sum += loss;
    this.#count++;
  }

  /** Their mean. The last report may come right after another one, with no step between them: then the mean before. */
  takeMean(): number {
    if (this.#count > 0) this.#mean = this.#sum / this.#count;
    this.#sum = 0;
    this.#count = 0;
    return this.#mean;
  }
}

/** The loss itself; weights that once are no numbers stay so, whatever comes after. */
function finite(loss: number, what: string, step: number): number {
  if (Number.isFinite(loss)) return loss;
  throw new RangeError(
    `the training diverged: the ${what} at step ${step} is ${loss}; look for absurd values in the series, or try another --seed`,
  );
}

/** The validation loss of weights: over the same windows each time, later in time and of other servers. */
export function validation(
  engine: Engine,
  { corpus, hyperparameters, settings }: TrainingTask,
): (weights: WeightValues) => number {
  const pool = buildPool(corpus, settings.split, 'validation', settings.shares);
  const random = seededRandom(seedFor(settings.seed, 'validation'));
  const { validationAugmentation: augmentation } = settings;
  const batches = Array.from({ length: settings.validationBatches }, () => {
    const batch = createTrainingBatch(settings.batchSize);
    drawBatch(pool.groups.length > 0 ? pool : trainingPool(corpus, settings), augmentation, random, batch);
    return batch;
  });
  return (weights) =>
    batches.reduce((sum, batch) => sum + batchLoss(engine, hyperparameters, weights, batch), 0) / batches.length;
}

function trainingPool(corpus: readonly LongSeries[], { split, shares }: TrainingSettings): Pool {
  const pool = buildPool(corpus, split, 'train', shares);
  if (pool.groups.length > 0) return pool;
  const days = (tooShortFor(split) / DAY_STEPS).toFixed(1);
  throw new RangeError(`no series is long enough to train on; expected more than ${days} days of history`);
}

function firstWeights({ base, hyperparameters, settings }: TrainingTask): Map<string, Float32Array> {
  return base ? copyWeights(base.weights) : initialWeights(hyperparameters, seedFor(settings.seed, 'weights'));
}

function copyWeights(weights: WeightValues): Map<string, Float32Array> {
  return new Map([...weights].map(([name, values]) => [name, values.slice()]));
}
