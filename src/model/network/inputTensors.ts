/** A filled input batch as tensors. */
import type { Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Tf } from '../engine/types.js';
import type { InputBatch } from '../inputs/batch.js';
import {
  CANDIDATES,
  FUTURE_TOKENS,
  FUTURE_VARIABLES,
  PAST_TOKENS,
  PAST_VARIABLES,
  PATCH_STEPS,
  STATIC_FIGURES,
  TOKEN_WIDTH,
} from '../inputs/contract.js';

/** The network's inputs for B = capacity windows. */
export interface InputTensors {
  readonly past: Tensor3D; // [V, PAST_TOKENS·B, TOKEN_WIDTH]
  readonly future: Tensor3D; // [V, FUTURE_TOKENS·B, TOKEN_WIDTH]
  readonly figures: Tensor2D; // [B, STATIC_FIGURES]
  readonly metricIds: Tensor1D; // [B]
  readonly profileIds: Tensor1D; // [B]
  readonly candidates: Tensor4D; // [FUTURE_TOKENS, B, PATCH_STEPS, CANDIDATES]
}

/** Copies a batch into tensors; columns that were not filled hold what they held before. */
export function toTensors(tf: Tf, batch: InputBatch): InputTensors {
  const B = batch.capacity;
  return {
    past: tf.tensor3d(batch.past, [PAST_VARIABLES.length, PAST_TOKENS * B, TOKEN_WIDTH]),
    future: tf.tensor3d(batch.future, [FUTURE_VARIABLES.length, FUTURE_TOKENS * B, TOKEN_WIDTH]),
    figures: tf.tensor2d(batch.figures, [B, STATIC_FIGURES.length]),
    metricIds: tf.tensor1d(batch.metricIds, 'int32'),
    profileIds: tf.tensor1d(batch.profileIds, 'int32'),
    candidates: tf.tensor4d(batch.candidates, [FUTURE_TOKENS, B, PATCH_STEPS, CANDIDATES.length]),
  };
}

/** Frees the memory of the tensors, which no garbage collection does. */
export function disposeInputs(inputs: InputTensors): void {
  for (const tensor of Object.values(inputs) as Tensor1D[]) tensor.dispose();
}
