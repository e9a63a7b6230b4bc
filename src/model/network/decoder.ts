/** The temporal fusion decoder (Lim et al. 2021, section 4.5): selected inputs of past and future → one row per future token. */
import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { LstmState, LstmWeights } from '../engine/types.js';
import { FUTURE_TOKENS, PAST_TOKENS } from '../inputs/contract.js';
import { attend } from './attention.js';
import { addAndNorm, gatedLinear, gatedResidual, type Pass } from './layers.js';
import type { Hyperparameters } from './parameters.js';

/** What variable selection gives. */
interface Selected {
  readonly past: Tensor2D; // [PAST_TOKENS·B, H]
  readonly future: Tensor2D; // [FUTURE_TOKENS·B, H]
}

/**
 * Sequence-to-sequence layer (4.5.1): encoder and decoder LSTM, gated and added to what they read; releases all of its inputs.
 * @param start  from the statics, each [B, H]
 * @returns [TOKENS·B, H], time-major
 */
export function sequenceLayer(pass: Pass, { past, future }: Selected, start: LstmState): Tensor2D {
  const { tf, free, weights } = pass;
  const batch = start.hidden.shape[0];
  const runLstm = (name: string, x: Tensor2D, tokens: number, from: LstmState) => {
    const sequence = tf.reshape(x, [tokens, batch, x.shape[1]]) as Tensor3D;
    const lstmWeights: LstmWeights = {
      kernel: weights(`${name}.kernel`) as Tensor2D,
      bias: weights(`${name}.bias`) as Tensor1D,
    };
    const result = pass.lstm(sequence, lstmWeights, from);
    free(sequence, from.hidden, from.cell);
    return result;
  };
  const encoded = runLstm('encoder', past, PAST_TOKENS, start);
  const decoded = runLstm('decoder', future, FUTURE_TOKENS, encoded.state);
  free(decoded.state.hidden, decoded.state.cell);
  const both = tf.concat([encoded.outputs, decoded.outputs], 0); // [TOKENS, B, H]
  free(encoded.outputs, decoded.outputs);
  const selected = tf.concat([past, future], 0) as Tensor2D; // [TOKENS·B, H]
  free(past, future);
  const rows = tf.reshape(both, selected.shape) as Tensor2D;
  const gatedRows = gatedLinear(pass, 'sequence.glu', rows);
  free(both, rows);
  const temporal = addAndNorm(pass, 'sequence.norm', gatedRows, selected);
  free(selected);
  return temporal;
}

interface Temporal {
  readonly temporal: Tensor2D; // [TOKENS·B, H]
  readonly enrichmentContext: Tensor2D; // [B, H]
  readonly mask: Tensor2D; // [FUTURE_TOKENS, TOKENS]
}

/**
 * Static enrichment (4.5.2), interpretable attention (4.5.3) and position-wise feed-forward (4.5.4); releases its inputs but the mask.
 * @returns output [FUTURE_TOKENS·B, H] and the mean attention of the heads [B, FUTURE_TOKENS, TOKENS]
 */
export function fuseAhead(
  pass: Pass,
  { heads }: Pick<Hyperparameters, 'heads'>,
  { temporal, enrichmentContext, mask }: Temporal,
): { output: Tensor2D; attention: Tensor3D } {
  const { tf, free } = pass;
  const batch = enrichmentContext.shape[0];
  const enriched = gatedResidual(pass, 'enrichment', temporal, enrichmentContext);
  free(enrichmentContext);
  const { attended, attention } = attend(pass, heads, enriched, mask);
  const futureRows = (x: Tensor2D) =>
    tf.slice(x, [PAST_TOKENS * batch, 0], [FUTURE_TOKENS * batch, x.shape[1]]) as Tensor2D;
  const enrichedFuture = futureRows(enriched);
  const temporalFuture = futureRows(temporal);
  free(enriched, temporal);
  const gatedAttention = gatedLinear(pass, 'attention.glu', attended);
  free(attended);
  const mixed = addAndNorm(pass, 'attention.norm', gatedAttention, enrichedFuture);
  const fed = gatedResidual(pass, 'feedforward', mixed);
  const gatedOutput = gatedLinear(pass, 'output.glu', fed);
  free(enrichedFuture, mixed, fed);
  const output = addAndNorm(pass, 'output.norm', gatedOutput, temporalFuture);
  free(temporalFuture);
  return { output, attention };
}
