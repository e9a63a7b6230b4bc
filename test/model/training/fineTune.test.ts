import { describe, expect, test } from 'vitest';
import { normal, seededRandom } from '../../../src/core/random.js';
import type { Engine } from '../../../src/model/engine/types.js';
import { initialWeights } from '../../../src/model/network/parameters.js';
import type { LongSeries } from '../../../src/model/training/corpus.js';
import { FINE_TUNING, type FineTuned, fineTune } from '../../../src/model/training/fineTune.js';
import type { TrainingHooks, TrainingSettings } from '../../../src/model/training/trainer.js';
import { longSeries, nativeIfInstalled, SMALL_PERCEPTRON } from '../support.js';

const native = await nativeIfInstalled();
const base = initialWeights(SMALL_PERCEPTRON, 3);
const hooks: TrainingHooks = {
  onProgress: () => {},
  onCheckpoint: async () => {},
  signal: new AbortController().signal,
};
const settings: TrainingSettings = {
  ...FINE_TUNING,
  batchSize: 8,
  adam: { ...FINE_TUNING.adam, peakLearningRate: 0.01, warmupSteps: 5, totalSteps: 40, averageDecay: 0.9 },
  validateEvery: 20,
  validationBatches: 2,
};

/** A fleet that repeats every second day, which no candidate forecast knows of. */
const fleet: LongSeries[] = [1, 2, 3].map((seed) => {
  const random = seededRandom(seed);
  const swing = (i: number) => 20 * Math.sin((2 * Math.PI * i) / 576 + seed);
  return longSeries(
    `web${seed}`,
    Float32Array.from({ length: 5000 }, (_, i) => 50 + swing(i) + normal(random)),
  );
});

describe.skipIf(!native)('fine-tuning', () => {
  const tune = (wanted: TrainingSettings): Promise<FineTuned> =>
    fineTune(native as Engine, base, { corpus: fleet, hyperparameters: SMALL_PERCEPTRON, settings: wanted }, hooks);

  test('learns the pattern of the fleet: a lower validation loss than the base has on it', async () => {
    const { best, baseLoss, outcome } = await tune(settings);
    expect(outcome).toBe('gain');
    expect(best.loss).toBeLessThan(0.8 * baseLoss);
    expect(best.step).toBeGreaterThan(0);
  });

  test('starts from the weights of the base, and leaves them as they are', async () => {
    const before = structuredClone(base);
    const oneStep = { ...settings.adam, peakLearningRate: 1e-3, warmupSteps: 1, totalSteps: 1 };
    const { best } = await tune({ ...settings, adam: oneStep, validateEvery: 1 });
    expect(base).toEqual(before);
    // AdamW moves a weight by at most the learning rate in its first step.
    for (const [name, values] of best.weights) {
      values.forEach((value, i) => {
        expect(Math.abs(value - base.get(name)![i]!)).toBeLessThan(1.1e-3);
      });
    }
  });

  test('that makes it worse gives the base back, and says so', async () => {
    // Steps this large destroy what was there.
    const wild = { ...settings.adam, peakLearningRate: 3, warmupSteps: 1, totalSteps: 4 };
    const { best, baseLoss, outcome } = await tune({ ...settings, adam: wild, validateEvery: 2 });
    expect({ outcome, step: best.step, loss: best.loss }).toEqual({ outcome: 'no gain', step: 0, loss: baseLoss });
    expect(best.weights).toEqual(base);
  });
});
