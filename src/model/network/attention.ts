/** Interpretable multi-head attention (Lim et al. 2021, section 4.4): heads share the values, their weights are averaged. */
import type { Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { FUTURE_TOKENS, PAST_TOKENS } from '../inputs/contract.js';
import { linear, type Pass } from './layers.js';

const TOKENS = PAST_TOKENS + FUTURE_TOKENS;

/** 0 where future token j may look (all of the past, and the future up to itself), −10⁹ elsewhere. [FUTURE, TOKENS] */
export function causalMask(): Float32Array {
  const mask = new Float32Array(FUTURE_TOKENS * TOKENS);
  for (let j = 0; j < FUTURE_TOKENS; j++) mask.fill(-1e9, j * TOKENS + PAST_TOKENS + j + 1, (j + 1) * TOKENS);
  return mask;
}

/**
 * Attention of the future tokens over past and future.
 * @param tokens  [TOKENS·B, H], time-major
 * @param mask    [FUTURE_TOKENS, TOKENS]
 * @returns attended [FUTURE_TOKENS·B, H] and the mean weights of the heads [B, FUTURE_TOKENS, TOKENS]
 */
export function attend(
  pass: Pass,
  heads: number,
  tokens: Tensor2D,
  mask: Tensor2D,
): { attended: Tensor2D; attention: Tensor3D } {
  const { tf, free, weights } = pass;
  const batch = tokens.shape[0] / TOKENS;
  const hidden = tokens.shape[1];
  const headWidth = hidden / heads;

  const byHead = (x: Tensor2D, count: number): Tensor4D => {
    const split = tf.reshape(x, [count, batch, heads, headWidth]);
    const moved = tf.transpose(split, [1, 2, 0, 3]) as Tensor4D; // [B, heads, T, H/heads]
    free(x, split);
    return moved;
  };
  const future = tf.slice(tokens, [PAST_TOKENS * batch, 0], [FUTURE_TOKENS * batch, hidden]) as Tensor2D;
  const unscaled = linear(pass, 'attention.query', future);
  const scaled = tf.mul(unscaled, 1 / Math.sqrt(headWidth)) as Tensor2D;
  free(future, unscaled);
  const queries = byHead(scaled, FUTURE_TOKENS);
  const keys = byHead(linear(pass, 'attention.key', tokens), TOKENS);
  const scores = tf.matMul(queries, keys, false, true); // [B, heads, FUTURE, TOKENS]
  free(queries, keys);
  const masked = tf.add(scores, mask);
  free(scores);
  const shares = tf.softmax(masked);
  free(masked);
  const attention = tf.mean(shares, 1) as Tensor3D; // [B, FUTURE, TOKENS]
  free(shares);

  const flatValues = linear(pass, 'attention.value', tokens); // [TOKENS·B, H/heads]
  const timeMajor = tf.reshape(flatValues, [TOKENS, batch, headWidth]);
  const values = tf.transpose(timeMajor, [1, 0, 2]); // [B, TOKENS, H/heads]
  free(flatValues, timeMajor);
  const mixed = tf.matMul(attention, values); // [B, FUTURE, H/heads]
  free(values);
  const mixedTimeMajor = tf.transpose(mixed, [1, 0, 2]);
  const rows = tf.reshape(mixedTimeMajor, [FUTURE_TOKENS * batch, headWidth]) as Tensor2D;
  free(mixed, mixedTimeMajor);
  const attended = tf.matMul(rows, weights('attention.out') as Tensor2D) as Tensor2D;
  free(rows);
  return { attended, attention };
}
