/**
 * A perceptron on the TFT's inputs and with its head: the yardstick that the TFT's cost is measured against. Shrinking
 * every step's inputs before they stand side by side is the feature projection of TiDE (Das et al. 2023).
 */
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { Engine } from '../engine/types.js';
import { FUTURE_TOKENS, PAST_TOKENS } from '../inputs/contract.js';
import { type Head, quantileHead } from './head.js';
import type { InputTensors } from './inputTensors.js';
import { linear, type Pass } from './layers.js';
import type { Hyperparameters } from './parameters.js';

/** One pass over a batch. */
export function runPerceptron(pass: Pass, hyperparameters: Hyperparameters, inputs: InputTensors): Head {
  const { tf, free, weights } = pass;
  const past = embedTokens(pass, 'past', inputs.past); // [PAST·B, P]
  const future = embedTokens(pass, 'future', inputs.future); // [FUTURE·B, F]
  const pastRows = rowPerWindow(pass, past, PAST_TOKENS); // [B, PAST·P]
  free(past);
  const futureRows = rowPerWindow(pass, future, FUTURE_TOKENS); // [B, FUTURE·F]
  const metric = tf.gather(weights('static.metric') as Tensor2D, inputs.metricIds);
  const profile = tf.gather(weights('static.profile') as Tensor2D, inputs.profileIds);
  const together = tf.concat([pastRows, futureRows, inputs.figures, metric, profile], 1) as Tensor2D;
  free(pastRows, futureRows, metric, profile);
  const first = activeLayer(pass, 'window.first', together);
  free(together);
  const window = activeLayer(pass, 'window.second', first); // [B, H]
  free(first);

  const rows = layerPerToken(pass, future, window); // [FUTURE·B, H]
  free(future, window);
  const narrow = activeLayer(pass, 'token.second', rows); // [FUTURE·B, H/2]
  free(rows);
  const head = quantileHead(pass, hyperparameters, narrow, inputs.candidates);
  free(narrow);
  return head;
}

/** ELU(x·W + b). @param x [N, I] @returns [N, O] */
function activeLayer(pass: Pass, name: string, x: Tensor2D): Tensor2D {
  const inner = linear(pass, name, x);
  const active = pass.tf.elu(inner);
  pass.free(inner);
  return active;
}

/** ELU of all variables of a token times one matrix (the constant 1 carries the bias). @param x [V, T·B, TOKEN_WIDTH] */
function embedTokens({ tf, free, perVariable, weights }: Pass, name: string, x: Tensor3D): Tensor2D {
  const products = perVariable(x, [weights(`${name}.embed`) as Tensor3D])[0]!; // [V, T·B, width]
  const sum = tf.sum(products, 0) as Tensor2D;
  free(products);
  const active = tf.elu(sum);
  free(sum);
  return active;
}

/** Tokens of a window side by side. @param x [T·B, I], not released @returns [B, T·I] */
function rowPerWindow({ tf, free }: Engine, x: Tensor2D, tokens: number): Tensor2D {
  const width = x.shape[1];
  const byToken = tf.reshape(x, [tokens, -1, width]);
  const byWindow = tf.transpose(byToken, [1, 0, 2]);
  const rows = tf.reshape(byWindow, [-1, tokens * width]) as Tensor2D;
  free(byToken, byWindow);
  return rows;
}

/** ELU(token·W + b + window·W_context): what is known of a step, in the light of the whole window. @returns [T·B, H] */
function layerPerToken(pass: Pass, tokens: Tensor2D, window: Tensor2D): Tensor2D {
  const { tf, free, weights } = pass;
  const context = tf.matMul(window, weights('token.context') as Tensor2D) as Tensor2D; // [B, H]
  const own = linear(pass, 'token.first', tokens);
  const byToken = tf.reshape(own, [FUTURE_TOKENS, ...context.shape]);
  free(own);
  const sum = tf.add(byToken, context); // [FUTURE, B, H]
  free(byToken, context);
  const active = tf.elu(sum);
  free(sum);
  const rows = tf.reshape(active, [tokens.shape[0], -1]) as Tensor2D;
  free(active);
  return rows;
}
