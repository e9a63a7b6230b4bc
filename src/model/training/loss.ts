/** Pinball (quantile) loss, equation 24 of Lim et al. 2021. */
import type { Scalar, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Tf } from '../engine/types.js';
import { NETWORK_LEVELS } from '../network/head.js';

/**
 * Pinball loss, averaged over levels, observed steps and windows.
 * @param quantiles  [FUTURE_TOKENS, B, PATCH_STEPS, Q], scaled, levels ascending
 * @param actual     [FUTURE_TOKENS, B, PATCH_STEPS], scaled
 * @param weight     same shape; 0 where the actual is not known; sums to 1
 * @returns scalar ≥ 0; 0 only for a perfect forecast
 */
export function pinballLoss(tf: Tf, quantiles: Tensor4D, actual: Tensor3D, weight: Tensor3D): Scalar {
  const error = tf.sub(tf.expandDims(actual, -1), quantiles); // [T, B, P, Q]
  const over = tf.mul(error, tf.tensor1d([...NETWORK_LEVELS]));
  const under = tf.mul(error, tf.tensor1d(NETWORK_LEVELS.map((level) => level - 1)));
  const loss = tf.maximum(over, under);
  return tf.div(tf.sum(tf.mul(loss, tf.expandDims(weight, -1))), NETWORK_LEVELS.length) as Scalar;
}
