/** The output head: a mixture of candidate forecasts plus a correction, and a spread to each side. */
import type { Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { QUANTILE_LEVELS } from '../../core/flow.js';
import type { Engine } from '../engine/types.js';
import { CANDIDATES, FUTURE_TOKENS, PATCH_STEPS } from '../inputs/contract.js';
import { linear, type Weights } from './layers.js';

/** Levels that the network puts out, ascending: those of every forecast, and a tail on each side. */
export const NETWORK_LEVELS = [0.02, ...QUANTILE_LEVELS, 0.98] as const;

export interface Head {
  /** The NETWORK_LEVELS in units of the scale, relative to the base candidate. [FUTURE_TOKENS, B, PATCH_STEPS, 5] */
  readonly quantiles: Tensor4D;
  /** Mean weights of the candidates in the median. [B, CANDIDATES] */
  readonly candidateWeights: Tensor2D;
}

/**
 * p50 = Σ softmax(w)·candidate + correction; p10 and p90 lie a softplus below and above it, p02 and p98 another one below
 * and above them: ordered by construction.
 * @param x           [FUTURE_TOKENS·B, H]
 * @param candidates  [FUTURE_TOKENS, B, PATCH_STEPS, CANDIDATES]
 */
export function quantileHead(engine: Engine, weights: Weights, x: Tensor2D, candidates: Tensor4D): Head {
  const { tf, free } = engine;
  const shape = candidates.shape;
  const batch = shape[1];
  const stepShape: [number, number, number] = [FUTURE_TOKENS, batch, PATCH_STEPS];
  const perStep = (name: string): Tensor3D => {
    const flat = linear(engine, weights, `head.${name}`, x);
    const shaped = tf.reshape(flat, stepShape) as Tensor3D;
    free(flat);
    return shaped;
  };
  const flatLogits = linear(engine, weights, 'head.mixture', x);
  const logits = tf.reshape(flatLogits, shape);
  const shares = tf.softmax(logits) as Tensor4D;
  free(flatLogits, logits);
  const weighted = tf.mul(shares, candidates);
  const mixture = tf.sum(weighted, -1) as Tensor3D;
  free(weighted);
  const correction = perStep('correction');
  const median = tf.add(mixture, correction);
  free(mixture, correction);
  const distance = (name: string) => {
    const raw = perStep(name);
    const positive = tf.softplus(raw);
    free(raw);
    return positive;
  };
  const below = distance('lower');
  const above = distance('upper');
  const low = tf.sub(median, below);
  const high = tf.add(median, above);
  const furtherBelow = distance('lowest');
  const furtherAbove = distance('highest');
  const lowest = tf.sub(low, furtherBelow);
  const highest = tf.add(high, furtherAbove);
  const quantiles = tf.stack([lowest, low, median, high, highest], -1) as Tensor4D;
  free(below, above, furtherBelow, furtherAbove, lowest, low, median, high, highest);
  const byStep = tf.reshape(shares, [FUTURE_TOKENS, batch, PATCH_STEPS, CANDIDATES.length]);
  const candidateWeights = tf.mean(byStep, [0, 2]) as Tensor2D;
  free(shares, byStep);
  return { quantiles, candidateWeights };
}
