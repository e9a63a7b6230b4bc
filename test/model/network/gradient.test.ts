import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../src/core/random.js';
import type { Engine } from '../../../src/model/engine/types.js';
import { parameterSpecs } from '../../../src/model/network/parameters.js';
import { batchLoss, lossAndGradients } from '../../../src/model/training/gradient.js';
import {
  buildPool,
  createTrainingBatch,
  drawBatch,
  TRAINING_AUGMENTATION,
  type TrainingBatch,
} from '../../../src/model/training/sampler.js';
import { livelyHistory, livelyWeights, longSeries, NETWORKS, nativeIfInstalled, SMALL } from '../support.js';

const native = await nativeIfInstalled();

describe.skipIf(!native).each(NETWORKS)('gradients of the whole loss of a %s', (_, hyperparameters) => {
  const engine = native as Engine;
  const batch = someBatch();
  const weights = livelyWeights(hyperparameters);
  // An encoder that remembers, so that what its first state comes from has a gradient to speak of.
  weights.get('encoder.bias')?.fill(4, SMALL.hidden, 2 * SMALL.hidden);
  const names = parameterSpecs(hyperparameters).map(({ name }) => name);
  const { loss, gradients } = native
    ? lossAndGradients(engine, hyperparameters, weights, batch)
    : { loss: 0, gradients: new Map<string, Float32Array>() };

  /** (L(w + εd) − L(w − εd)) / 2ε for one weight, d of length 1. */
  const slopeAlong = (name: string, direction: Float32Array, epsilon: number): number => {
    const moved = (sign: number) => {
      const values = weights.get(name)!.map((value, i) => value + sign * epsilon * direction[i]!);
      return batchLoss(engine, hyperparameters, new Map(weights).set(name, values), batch);
    };
    return (moved(1) - moved(-1)) / (2 * epsilon);
  };

  test('come with the loss that is computed without them', () => {
    expect(loss).toBeCloseTo(batchLoss(engine, hyperparameters, weights, batch), 5);
    expect(loss).toBeGreaterThan(0.1);
  });

  test.each(names)('of %s equal finite differences', (name) => {
    const gradient = gradients.get(name)!;
    const length = Math.hypot(...gradient);
    // Every entry counts: along the gradient the loss rises by its length.
    const along = gradient.map((g) => g / (length + 1e-12));
    // Small enough for the curvature and kinks of the loss, large enough for float32, which knows it to about 1e-7.
    // Few values lie beyond the outer levels: there every kink weighs more.
    const isTail = /^head\.(lowest|highest)\./.test(name);
    const difference = slopeAlong(name, along, isTail ? 1.5e-3 : length > 0.01 ? 2e-3 : 5e-3) - length;
    expect(Math.abs(difference)).toBeLessThan(2.5e-2 * length + 4e-6);
  });
});

/** A batch with holes, young servers, ramps and shifts. */
function someBatch(): TrainingBatch {
  const corpus = [1, 2, 3].map((i) => longSeries(`web${i}`, livelyHistory(seededRandom(i), 4000)));
  const pool = buildPool(corpus, { trainUntil: 1, validateFrom: 1, validationServers: 0 }, 'train');
  const batch = createTrainingBatch(4);
  drawBatch(pool, { ...TRAINING_AUGMENTATION, shortHistory: 0.5, ramp: 0.5 }, seededRandom(9), batch);
  return batch;
}
