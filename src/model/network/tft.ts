/** The Temporal Fusion Transformer (Lim et al. 2021), assembled: inputs → ordered quantiles in units of the scale. */
import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { Engine, LstmWeights } from '../engine/types.js';
import { FUTURE_TOKENS, FUTURE_VARIABLES, PAST_TOKENS, PAST_VARIABLES } from '../inputs/contract.js';
import { attend } from './attention.js';
import { type Head, quantileHead } from './head.js';
import type { InputTensors } from './inputTensors.js';
import { addAndNorm, gatedLinear, gatedResidual, linear, selectVariables, type Weights } from './layers.js';
import { type Hyperparameters, STATIC_VARIABLES } from './parameters.js';

/** What one pass gives; the caller releases it. */
export interface TftOutput extends Head {
  /** Mean selection weights of the past inputs. [B, V] */
  readonly pastWeights: Tensor2D;
  /** Mean selection weights of the known future inputs. [B, V] */
  readonly futureWeights: Tensor2D;
  /** Selection weights of the statics. [B, V] */
  readonly staticWeights: Tensor2D;
  /** Attention of each future token, mean of the heads. [B, FUTURE_TOKENS, PAST_TOKENS + FUTURE_TOKENS] */
  readonly attention: Tensor3D;
}

/** One pass over a batch. With `forTraining(engine)` it can be differentiated. */
export function runTft(
  engine: Engine,
  weights: Weights,
  hyperparameters: Hyperparameters,
  inputs: InputTensors,
  mask: Tensor2D,
): TftOutput {
  const { tf, free } = engine;
  const batch = inputs.figures.shape[0];

  // Static covariate encoders (4.2): which figure, metric or profile matters, then four contexts. [B, H] each
  const { selected: statics, selectionWeights: staticWeights } = encodeStatics(engine, weights, inputs);
  const context = (part: string) => gatedResidual(engine, weights, `context.${part}`, statics);
  const selectionContext = context('selection');
  const state = { hidden: context('hidden'), cell: context('cell') };
  const enrichmentContext = context('enrichment');
  free(statics);

  const past = selectVariables(engine, weights, 'past', inputs.past, selectionContext); // [PAST·B, H]
  const future = selectVariables(engine, weights, 'future', inputs.future, selectionContext); // [FUTURE·B, H]
  free(selectionContext);

  // Sequence-to-sequence layer (4.5.1): encoder and decoder LSTM, the first seeded from the statics.
  const runLstm = (name: string, x: Tensor2D, tokens: number, from: typeof state) => {
    const sequence = tf.reshape(x, [tokens, batch, x.shape[1]]) as Tensor3D;
    const lstmWeights: LstmWeights = {
      kernel: weights(`${name}.kernel`) as Tensor2D,
      bias: weights(`${name}.bias`) as Tensor1D,
    };
    const result = engine.lstm(sequence, lstmWeights, from);
    free(sequence, from.hidden, from.cell);
    return result;
  };
  const encoded = runLstm('encoder', past.selected, PAST_TOKENS, state);
  const decoded = runLstm('decoder', future.selected, FUTURE_TOKENS, encoded.state);
  free(decoded.state.hidden, decoded.state.cell);
  const both = tf.concat([encoded.outputs, decoded.outputs], 0); // [TOKENS, B, H]
  free(encoded.outputs, decoded.outputs);
  const selected = tf.concat([past.selected, future.selected], 0) as Tensor2D; // [TOKENS·B, H]
  free(past.selected, future.selected);
  const rows = tf.reshape(both, selected.shape) as Tensor2D;
  const gatedRows = gatedLinear(engine, weights, 'sequence.glu', rows);
  free(both, rows);
  const temporal = addAndNorm(engine, weights, 'sequence.norm', gatedRows, selected);
  free(selected);

  // Static enrichment (4.5.2), interpretable attention (4.5.3), position-wise feed-forward (4.5.4).
  const enriched = gatedResidual(engine, weights, 'enrichment', temporal, enrichmentContext);
  free(enrichmentContext);
  const { attended, attention } = attend(engine, weights, hyperparameters.heads, enriched, mask);
  const futureRows = (x: Tensor2D) =>
    tf.slice(x, [PAST_TOKENS * batch, 0], [FUTURE_TOKENS * batch, x.shape[1]]) as Tensor2D;
  const enrichedFuture = futureRows(enriched);
  const temporalFuture = futureRows(temporal);
  free(enriched, temporal);
  const gatedAttention = gatedLinear(engine, weights, 'attention.glu', attended);
  free(attended);
  const mixed = addAndNorm(engine, weights, 'attention.norm', gatedAttention, enrichedFuture);
  const fed = gatedResidual(engine, weights, 'feedforward', mixed);
  const gatedOutput = gatedLinear(engine, weights, 'output.glu', fed);
  free(enrichedFuture, mixed, fed);
  const output = addAndNorm(engine, weights, 'output.norm', gatedOutput, temporalFuture);
  free(temporalFuture);

  const head = quantileHead(engine, weights, hyperparameters, output, inputs.candidates);
  free(output);
  return {
    ...head,
    pastWeights: meanOverTokens(engine, past.selectionWeights, PAST_TOKENS, PAST_VARIABLES.length),
    futureWeights: meanOverTokens(engine, future.selectionWeights, FUTURE_TOKENS, FUTURE_VARIABLES.length),
    staticWeights,
    attention,
  };
}

/** Selected statics: figures, metric and profile, each embedded and gated. @returns [B, H] and the weights [B, V] */
function encodeStatics(engine: Engine, weights: Weights, inputs: InputTensors) {
  const { tf, free } = engine;
  const figures = linear(engine, weights, 'static.figures', inputs.figures);
  const metric = tf.gather(weights('static.metric') as Tensor2D, inputs.metricIds);
  const profile = tf.gather(weights('static.profile') as Tensor2D, inputs.profileIds);
  const stacked = tf.stack([figures, metric, profile]) as Tensor3D; // [V, B, H]
  free(figures, metric, profile);
  if (stacked.shape[0] !== STATIC_VARIABLES.length) throw new RangeError('static variables do not match the contract');
  const selection = selectVariables(engine, weights, 'static.selection', stacked);
  free(stacked);
  return selection;
}

/** Mean over time of per-token weights; releases them. @param x [T·B, V] @returns [B, V] */
function meanOverTokens({ tf, free }: Engine, x: Tensor2D, tokens: number, variables: number): Tensor2D {
  const byToken = tf.reshape(x, [tokens, -1, variables]);
  const mean = tf.mean(byToken, 0) as Tensor2D;
  free(x, byToken);
  return mean;
}
