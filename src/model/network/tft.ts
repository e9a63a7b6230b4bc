/** The Temporal Fusion Transformer (Lim et al. 2021), assembled: inputs → ordered quantiles in units of the scale. */
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { Engine } from '../engine/types.js';
import { FUTURE_TOKENS, FUTURE_VARIABLES, PAST_TOKENS, PAST_VARIABLES } from '../inputs/contract.js';
import { fuseAhead, sequenceLayer } from './decoder.js';
import { type Head, quantileHead } from './head.js';
import type { InputTensors } from './inputTensors.js';
import { gatedResidual, linear, type Pass, selectVariables } from './layers.js';
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

/** One pass over a batch. */
export function runTft(pass: Pass, hyperparameters: Hyperparameters, inputs: InputTensors, mask: Tensor2D): TftOutput {
  const { free } = pass;

  // Static covariate encoders (4.2): which figure, metric or profile matters, then four contexts. [B, H] each
  const { selected: statics, selectionWeights: staticWeights } = encodeStatics(pass, inputs);
  const context = (part: string) => gatedResidual(pass, `context.${part}`, statics);
  const selectionContext = context('selection');
  const state = { hidden: context('hidden'), cell: context('cell') };
  const enrichmentContext = context('enrichment');
  free(statics);

  const past = selectVariables(pass, 'past', inputs.past, selectionContext); // [PAST·B, H]
  const future = selectVariables(pass, 'future', inputs.future, selectionContext); // [FUTURE·B, H]
  free(selectionContext);

  // Temporal fusion decoder (4.5), and the head on top of it. [FUTURE·B, H]
  const temporal = sequenceLayer(pass, { past: past.selected, future: future.selected }, state);
  const { output, attention } = fuseAhead(pass, hyperparameters, { temporal, enrichmentContext, mask });
  const head = quantileHead(pass, hyperparameters, output, inputs.candidates);
  free(output);
  return {
    ...head,
    pastWeights: meanOverTokens(pass, past.selectionWeights, PAST_TOKENS, PAST_VARIABLES.length),
    futureWeights: meanOverTokens(pass, future.selectionWeights, FUTURE_TOKENS, FUTURE_VARIABLES.length),
    staticWeights,
    attention,
  };
}

/** Selected statics: figures, metric and profile, each embedded and gated. @returns [B, H] and the weights [B, V] */
function encodeStatics(pass: Pass, inputs: InputTensors) {
  const { tf, free, weights } = pass;
  const figures = linear(pass, 'static.figures', inputs.figures);
  const metric = tf.gather(weights('static.metric') as Tensor2D, inputs.metricIds);
  const profile = tf.gather(weights('static.profile') as Tensor2D, inputs.profileIds);
  const stacked = tf.stack([figures, metric, profile]) as Tensor3D; // [V, B, H]
  free(figures, metric, profile);
  if (stacked.shape[0] !== STATIC_VARIABLES.length) throw new RangeError('static variables do not match the contract');
  const selection = selectVariables(pass, 'static.selection', stacked);
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
