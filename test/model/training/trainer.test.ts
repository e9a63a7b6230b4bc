import { describe, expect, test } from 'vitest';
import { normal, seededRandom } from '../../../src/core/random.js';
import type { Engine } from '../../../src/model/engine/types.js';
import { Forecaster } from '../../../src/model/forecaster.js';
import { type Hyperparameters, initialWeights } from '../../../src/model/network/parameters.js';
import type { LongSeries } from '../../../src/model/training/corpus.js';
import { evaluateModel } from '../../../src/model/training/evaluate.js';
import { lossAndGradients } from '../../../src/model/training/gradient.js';
import {
  buildPool,
  createTrainingBatch,
  drawBatch,
  TRAINING_AUGMENTATION,
} from '../../../src/model/training/sampler.js';
import {
  type BestWeights,
  type Checkpoint,
  DEFAULT_TRAINING,
  type TrainingHooks,
  type TrainingProgress,
  type TrainingSettings,
  trainNetwork,
  validation,
  withAnyShifts,
} from '../../../src/model/training/trainer.js';
import { livelyWeights, longSeries, nativeIfInstalled, SMALL, SMALL_PERCEPTRON } from '../support.js';

const native = await nativeIfInstalled();

/** Four servers whose days look alike, with little noise: what comes is plain to see. */
const corpus: LongSeries[] = [1, 2, 3, 4].map((seed) => {
  const random = seededRandom(seed);
  const values = Float32Array.from({ length: 5000 }, (_, i) => {
    return 50 + 30 * Math.sin((2 * Math.PI * i) / 288 + seed) + 0.5 * normal(random);
  });
  return longSeries(`web${seed}`, values);
});

const settings: TrainingSettings = {
  ...DEFAULT_TRAINING,
  batchSize: 6,
  adam: { ...DEFAULT_TRAINING.adam, peakLearningRate: 0.02, warmupSteps: 5, totalSteps: 40, averageDecay: 0.9 },
  split: { trainUntil: 0.7, validateFrom: 0.6, validationServers: 0 },
  validateEvery: 20,
  validationBatches: 2,
};
const short: TrainingSettings = { ...settings, validateEvery: 4, adam: { ...settings.adam, totalSteps: 8 } };

/** A signal that aborts during the given step, which lies between the first and the second validation. */
function abortAfter(step: number): { control: AbortController; onProgress: (progress: TrainingProgress) => void } {
  const control = new AbortController();
  // The loop waits for one immediate per step.
  const wait = (turns: number) => setImmediate(() => (turns === 0 ? control.abort() : wait(turns - 1)));
  return {
    control,
    onProgress: (progress) => progress.step === short.validateEvery && wait(step - short.validateEvery),
  };
}

interface Recorded {
  readonly best: BestWeights;
  readonly progress: TrainingProgress[];
  readonly checkpoints: Checkpoint[];
}

describe.skipIf(!native)('training', () => {
  const engine = native as Engine;

  interface Circumstances {
    readonly corpus?: readonly LongSeries[];
    readonly hyperparameters?: Hyperparameters;
    readonly resume?: Checkpoint;
    readonly control?: AbortController;
    readonly onProgress?: (progress: TrainingProgress) => void;
  }

  const train = async (wanted: TrainingSettings, more: Circumstances = {}): Promise<Recorded> => {
    const progress: TrainingProgress[] = [];
    const checkpoints: Checkpoint[] = [];
    const hooks: TrainingHooks = {
      onProgress: (line) => {
        progress.push(line);
        more.onProgress?.(line);
      },
      onCheckpoint: async (checkpoint) => {
        checkpoints.push(structuredClone(checkpoint));
      },
      signal: (more.control ?? new AbortController()).signal,
    };
    const { corpus: series = corpus, hyperparameters = SMALL } = more;
    const best = await trainNetwork(
      engine,
      { corpus: series, hyperparameters, settings: wanted, resume: more.resume },
      hooks,
    );
    return { best, progress, checkpoints };
  };

  test('learns: 40 steps on a plain daily pattern halve the loss at the start', async () => {
    const untrained = await train({ ...settings, adam: { ...settings.adam, totalSteps: 0 } });
    const { best, progress } = await train(settings);
    expect(best.loss).toBeLessThan(0.5 * untrained.best.loss);
    expect(progress.at(-1)).toMatchObject({ step: 40, totalSteps: 40, bestLoss: best.loss });
    const validations = progress.flatMap(({ step, validationLoss }) => (validationLoss === undefined ? [] : [step]));
    expect(validations).toEqual([20, 40]);
  });

  test('that diverges ends with an error that says where, and keeps no weights that are no numbers', async () => {
    const wild = { ...short, adam: { ...short.adam, peakLearningRate: 1e30 } };
    const checkpoints: Checkpoint[] = [];
    const hooks: TrainingHooks = {
      onProgress: () => {},
      onCheckpoint: async (checkpoint) => void checkpoints.push(structuredClone(checkpoint)),
      signal: new AbortController().signal,
    };
    const training = trainNetwork(engine, { corpus, hyperparameters: SMALL, settings: wild }, hooks);
    await expect(training).rejects.toThrow(/^the training diverged: the loss at step \d is NaN; /);
    for (const { best } of checkpoints) expect(Number.isFinite(best?.loss ?? 0)).toBe(true);
  });

  test('with level shifts of any age validates on disturbed windows, without them on the series as they are', () => {
    const task = { corpus, hyperparameters: SMALL };
    const weights = initialWeights(SMALL, 1);
    const lossWith = (wanted: TrainingSettings) => validation(engine, { ...task, settings: wanted })(weights);
    const calm = lossWith(settings);
    expect(lossWith(withAnyShifts(settings, 1))).toBeGreaterThan(1.2 * calm);
    expect(lossWith({ ...settings, augmentation: withAnyShifts(settings, 1).augmentation })).toBe(calm);
  });

  test('of a perceptron learns as well: what repeats every second day, it forecasts better than any candidate', async () => {
    const alternating = [1, 2, 3].map((seed) => {
      const random = seededRandom(seed);
      const swing = (i: number) => 20 * Math.sin((2 * Math.PI * i) / 576 + seed);
      return longSeries(
        `web${seed}`,
        Float32Array.from({ length: 5000 }, (_, i) => 50 + swing(i) + normal(random)),
      );
    });
    const longer = { ...settings, adam: { ...settings.adam, totalSteps: 120 } };
    const { best } = await train(longer, { corpus: alternating, hyperparameters: SMALL_PERCEPTRON });
    const forecaster = new Forecaster(engine, SMALL_PERCEPTRON, best.weights);
    const [accuracy] = await evaluateModel(forecaster, alternating, { from: 0.7, origins: 10 }, () => {});
    forecaster.dispose();
    expect(accuracy!.mase).toBeLessThan(0.7 * Math.min(...Object.values(accuracy!.baselines)));
  });

  test('goes on from a checkpoint as if it had never stopped: same weights, averages, moments and best', async () => {
    const whole = await train(short);
    const resumed = await train(short, { resume: structuredClone(whole.checkpoints[0]!) });
    expect(whole.checkpoints[0]!.state.step).toBe(4);
    expect(resumed.checkpoints).toEqual(whole.checkpoints.slice(1));
    expect(resumed.best).toEqual(whole.best);
  });

  test('with the same seed gives the same model, with another seed another', async () => {
    const tiny = { ...short, adam: { ...short.adam, totalSteps: 3 } };
    const first = await train(tiny);
    expect((await train(tiny)).best).toEqual(first.best);
    expect((await train({ ...tiny, seed: 2 })).best.weights).not.toEqual(first.best.weights);
  });

  test('that is aborted ends after the running step and keeps the best, the unfinished stretch included', async () => {
    const { best, checkpoints, progress } = await train(short, abortAfter(5));
    expect(checkpoints.map(({ state }) => state.step)).toEqual([4, 5]);
    expect(progress.map(({ step, validationLoss }) => [step, validationLoss !== undefined])).toEqual([
      [4, true],
      [5, true],
    ]);
    expect(best.loss).toBe(Math.min(...progress.map(({ validationLoss }) => validationLoss!)));
  });

  test('that was aborted between two validations goes on as if it had never stopped', async () => {
    const whole = await train(short);
    const aborted = await train(short, abortAfter(6));
    const resumed = await train(short, { resume: aborted.checkpoints.at(-1)! });
    expect(resumed.checkpoints).toEqual(whole.checkpoints.slice(1));
    expect(resumed.best).toEqual(whole.best);
  });

  test('that is aborted before the first step still returns weights, and says how good they are', async () => {
    const control = new AbortController();
    control.abort();
    const { best, checkpoints } = await train(short, { control });
    expect(best).toMatchObject({ step: 0, loss: expect.any(Number) });
    expect(best.weights.size).toBeGreaterThan(100);
    expect(checkpoints).toHaveLength(1);
  });

  test('stops early when the validation loss has not fallen for as often as patience says', async () => {
    // Without a learning rate nothing changes, so that the first validation stays the best.
    const adam = { ...short.adam, peakLearningRate: 0, totalSteps: 40 };
    const { checkpoints } = await train({ ...short, adam, patience: 2, validateEvery: 1 });
    expect(checkpoints.map(({ stale }) => stale)).toEqual([0, 1, 2]);
    expect(checkpoints.at(-1)!.state.step).toBe(3);
  });

  test('refuses a corpus without a window that is long enough, and says what is needed', async () => {
    const hooks: TrainingHooks = {
      onProgress: () => {},
      onCheckpoint: async () => {},
      signal: new AbortController().signal,
    };
    const run = trainNetwork(
      engine,
      { corpus: [longSeries('web1', [1, 2, 3])], hyperparameters: SMALL, settings: short },
      hooks,
    );
    await expect(run).rejects.toThrow('no series is long enough to train on; expected more than 2.3 days of history');
  });

  test('tells the loss of the last steps when it ends on a step that has just been told', async () => {
    const { progress } = await train({ ...settings, validateEvery: 50, adam: { ...settings.adam, totalSteps: 20 } });
    expect(progress.map(({ step }) => step)).toEqual([20, 20]);
    expect(progress[1]!.loss).toBe(progress[0]!.loss);
    expect(progress[0]!.loss).toBeGreaterThan(0);
  });

  test('releases every tensor of a step', () => {
    const { tf } = engine;
    const binding = (tf.backend() as unknown as { binding: { getNumOfTensors(): number } }).binding;
    const batch = createTrainingBatch(2);
    const weights = livelyWeights(SMALL);
    drawBatch(buildPool(corpus, settings.split, 'train'), TRAINING_AUGMENTATION, seededRandom(1), batch);
    lossAndGradients(engine, SMALL, weights, batch);
    const before = { tensors: tf.memory().numTensors, handles: binding.getNumOfTensors() };
    for (let i = 0; i < 3; i++) lossAndGradients(engine, SMALL, weights, batch);
    expect({ tensors: tf.memory().numTensors, handles: binding.getNumOfTensors() }).toEqual(before);
  });
});
