/** The output head: a mixture of candidate forecasts plus a correction, and a spread to each side. */
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { QUANTILE_LEVELS } from '../../core/flow.js';
import { CANDIDATES, FUTURE_TOKENS, PATCH_STEPS } from '../inputs/contract.js';
import { linear, type Pass } from './layers.js';
import { notch } from './notch.js';
import type { Hyperparameters } from './parameters.js';

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
 * and above them: ordered by construction. The notch filter, where there is one, comes before softmax and softplus.
 * @param x           [FUTURE_TOKENS·B, H]
 * @param candidates  [FUTURE_TOKENS, B, PATCH_STEPS, CANDIDATES]
 */
export function quantileHead(
  pass: Pass,
  { notch: tokens }: Pick<Hyperparameters, 'notch'>,
  x: Tensor2D,
  candidates: Tensor4D,
): Head {
  const { tf, free } = pass;
  const batch = candidates.shape[1];
  /** [FUTURE_TOKENS, B, PATCH_STEPS, columns] */
  const perStep = (name: string, columns: number): Tensor4D => {
    const flat = linear(pass, `head.${name}`, x);
    const shaped = tf.reshape(flat, [FUTURE_TOKENS, batch, PATCH_STEPS, columns]) as Tensor4D;
    free(flat);
    return tokens === undefined ? shaped : notch(pass, shaped, tokens);
  };
  const logits = perStep('mixture', CANDIDATES.length);
  const shares = tf.softmax(logits);
  free(logits);
  const weighted = tf.mul(shares, candidates);
  const mixture = tf.sum(weighted, -1, true);
  free(weighted);
  const correction = perStep('correction', 1);
  const median = tf.add(mixture, correction);
  free(mixture, correction);
  const distance = (name: string) => {
    const raw = perStep(name, 1);
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
  const quantiles = tf.concat([lowest, low, median, high, highest], -1) as Tensor4D;
  free(below, above, furtherBelow, furtherAbove, lowest, low, median, high, highest);
  const candidateWeights = tf.mean(shares, [0, 2]) as Tensor2D;
  free(shares);
  return { quantiles, candidateWeights };
}
