/** A batch of network inputs in the layout that the first matrix product wants: variable, token, window, width. */
import { HORIZON_STEPS } from '../../core/flow.js';
import {
  CANDIDATES,
  FUTURE_TOKENS,
  FUTURE_VARIABLES,
  PAST_TOKENS,
  PAST_VARIABLES,
  PATCH_STEPS,
  STATIC_FIGURES,
  TOKEN_WIDTH,
} from './contract.js';

/** Inputs of up to `capacity` windows; `size` of them are filled. Reused from batch to batch. */
export interface InputBatch {
  readonly capacity: number;
  /** [PAST_VARIABLES, PAST_TOKENS, capacity, TOKEN_WIDTH] */
  readonly past: Float32Array;
  /** [FUTURE_VARIABLES, FUTURE_TOKENS, capacity, TOKEN_WIDTH] */
  readonly future: Float32Array;
  /** [capacity, STATIC_FIGURES] */
  readonly figures: Float32Array;
  /** [capacity]: rows of the metric embedding. */
  readonly metricIds: Int32Array;
  /** [capacity]: rows of the profile embedding. */
  readonly profileIds: Int32Array;
  /** [FUTURE_TOKENS, capacity, PATCH_STEPS, CANDIDATES], in units of the scale, relative to the base candidate. */
  readonly candidates: Float32Array;
  /** [FUTURE_TOKENS, capacity, PATCH_STEPS]: the base candidate in the metric's unit. */
  readonly base: Float32Array;
  /** [capacity]: the scale in the metric's unit. */
  readonly scale: Float32Array;
  /** [capacity]: upper bound of the metric's values. */
  readonly upper: Float32Array;
}

/** Where step h (0 … 95) of a column stands in arrays of shape [FUTURE_TOKENS, capacity, PATCH_STEPS]. */
export function stepIndex(capacity: number, column: number, h: number): number {
  return (Math.floor(h / PATCH_STEPS) * capacity + column) * PATCH_STEPS + (h % PATCH_STEPS);
}

/** An empty batch; the constant 1 at the end of each token is set. */
export function createInputBatch(capacity: number): InputBatch {
  const tokens = (variables: number, count: number) => {
    const array = new Float32Array(variables * count * capacity * TOKEN_WIDTH);
    for (let i = TOKEN_WIDTH - 1; i < array.length; i += TOKEN_WIDTH) array[i] = 1;
    return array;
  };
  return {
    capacity,
    past: tokens(PAST_VARIABLES.length, PAST_TOKENS),
    future: tokens(FUTURE_VARIABLES.length, FUTURE_TOKENS),
    figures: new Float32Array(capacity * STATIC_FIGURES.length),
    metricIds: new Int32Array(capacity),
    profileIds: new Int32Array(capacity),
    candidates: new Float32Array(HORIZON_STEPS * capacity * CANDIDATES.length),
    base: new Float32Array(HORIZON_STEPS * capacity),
    scale: new Float32Array(capacity),
    upper: new Float32Array(capacity),
  };
}
