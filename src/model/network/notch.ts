/**
 * A notch filter over the future steps. The steps of a token have output weights of their own, so that what comes out zigzags
 * with the period of a token, which no server does; the filter takes that away, and nothing else.
 */
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { HORIZON_STEPS } from '../../core/flow.js';
import type { Engine } from '../engine/types.js';
import { FUTURE_TOKENS, PATCH_STEPS } from '../inputs/contract.js';

/**
 * Takes from each step what its position within a token deviates from a moving average, in the mean of the tokens around it:
 * a pattern that recurs with every token becomes its mean, a straight line passes as it is. Releases x.
 * @param x       [FUTURE_TOKENS, B, PATCH_STEPS, C]
 * @param tokens  over how many tokens the mean goes, see `notchMatrix`
 * @returns the same shape
 */
export function notch({ tf, free }: Engine, x: Tensor4D, tokens: number): Tensor4D {
  const [, batch, , columns] = x.shape;
  const filter = tf.tensor2d(notchMatrix(tokens), [HORIZON_STEPS, HORIZON_STEPS]);
  const byStep = tf.transpose(x, [0, 2, 1, 3]); // [FUTURE_TOKENS, PATCH_STEPS, B, C]
  const rows = tf.reshape(byStep, [HORIZON_STEPS, batch * columns]) as Tensor2D;
  const filtered = tf.matMul(filter, rows);
  const tokenwise = tf.reshape(filtered, [FUTURE_TOKENS, PATCH_STEPS, batch, columns]);
  const result = tf.transpose(tokenwise, [0, 2, 1, 3]) as Tensor4D;
  free(x, filter, byStep, rows, filtered, tokenwise);
  return result;
}

const matrices = new Map<number, Float32Array>();

/** The filter's matrix: I − P·(I − M), M the moving average, P the mean over tokens. @returns [HORIZON_STEPS, HORIZON_STEPS] */
export function notchMatrix(tokens: number): Float32Array {
  const known = matrices.get(tokens);
  if (known) return known;
  const deviation = movingAverage().map((row, step) => row.map((share, i) => (i === step ? 1 : 0) - share));
  const matrix = new Float32Array(HORIZON_STEPS * HORIZON_STEPS);
  for (let step = 0; step < HORIZON_STEPS; step++) {
    const around = samePosition(step, tokens);
    for (let i = 0; i < HORIZON_STEPS; i++) {
      const mean = around.reduce((sum, at) => sum + deviation[at]![i]!, 0) / around.length;
      matrix[step * HORIZON_STEPS + i] = (i === step ? 1 : 0) - mean;
    }
  }
  matrices.set(tokens, matrix);
  return matrix;
}

/** Row per step: its moving average over a token's length, which goes straight on at both ends. */
function movingAverage(): number[][] {
  const centred = (step: number) =>
    Array.from({ length: HORIZON_STEPS }, (_, i) => (Math.abs(i - step) <= 1 ? 1 / PATCH_STEPS : 0));
  const onwards = (end: number, inwards: 1 | -1) => {
    const [near, far] = [centred(end + inwards), centred(end + inwards * (1 + PATCH_STEPS))] as const;
    return near.map((share, i) => share + (share - far[i]!) / PATCH_STEPS);
  };
  const last = HORIZON_STEPS - 1;
  return Array.from({ length: HORIZON_STEPS }, (_, step) =>
    step === 0 ? onwards(0, 1) : step === last ? onwards(last, -1) : centred(step),
  );
}

/** The steps at the same position of `tokens` tokens: half of them before the step's own, as far as the ends let them. */
function samePosition(step: number, tokens: number): number[] {
  const own = Math.floor(step / PATCH_STEPS);
  const first = Math.min(Math.max(own - Math.floor((tokens - 1) / 2), 0), FUTURE_TOKENS - tokens);
  return Array.from({ length: tokens }, (_, i) => (first + i) * PATCH_STEPS + (step % PATCH_STEPS));
}
