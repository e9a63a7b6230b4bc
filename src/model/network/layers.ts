/**
 * The paper's building blocks (Lim et al. 2021, "Temporal Fusion Transformers for interpretable multi-horizon time
 * series forecasting", section 4), on rows: N = T·B rows, time-major.
 *
 * Written for speed in eager mode: few, large operations; intermediates released at once (the memory is then reused
 * while it is hot in the cache: a fresh allocation costs ten times the arithmetic).
 */
import type { Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { Engine } from '../engine/types.js';

/** What one pass is made with. With an engine of `forTraining` it can be differentiated. */
export interface Pass extends Engine {
  /** Looks a weight up by name. */
  readonly weights: (name: string) => Tensor;
}

const NORM_EPSILON = 1e-3;

/** x·W + b. @param x [N, I] @returns [N, O] */
export function linear({ tf, free, weights }: Pass, name: string, x: Tensor2D): Tensor2D {
  const product = tf.matMul(x, weights(`${name}.w`) as Tensor2D);
  const sum = tf.add(product, weights(`${name}.b`)) as Tensor2D;
  free(product);
  return sum;
}

/** Gated linear unit: (x·W₅ + b₅) ⊙ σ(x·W₄ + b₄), equation 5. @param x [N, I] @returns [N, O] */
export function gatedLinear(pass: Pass, name: string, x: Tensor2D): Tensor2D {
  const value = linear(pass, `${name}.value`, x);
  const open = linear(pass, `${name}.gate`, x);
  return gated(pass, value, open);
}

/** value ⊙ σ(open); releases both. */
function gated<T extends Tensor>({ tf, free }: Engine, value: T, open: T): T {
  const share = tf.sigmoid(open);
  free(open);
  const result = tf.mul(value, share) as T;
  free(value, share);
  return result;
}

/** x minus its row mean, and 1/√(row variance + ε); releases x. @param x […, H] @returns centred […, H], factor […, 1] */
function standardise<T extends Tensor>({ tf, free }: Engine, x: T): { centred: T; factor: Tensor } {
  const mean = tf.mean(x, -1, true);
  const centred = tf.sub(x, mean) as T;
  free(x, mean);
  const squares = tf.mul(centred, centred);
  const variance = tf.mean(squares, -1, true);
  free(squares);
  const shifted = tf.add(variance, NORM_EPSILON);
  const factor = tf.rsqrt(shifted);
  free(variance, shifted);
  return { centred, factor };
}

/** γ ⊙ x + β; releases x. */
function scaleAndShift<T extends Tensor>({ tf, free, weights }: Pass, name: string, x: T): T {
  const scaled = tf.mul(x, weights(`${name}.gamma`));
  const shifted = tf.add(scaled, weights(`${name}.beta`)) as T;
  free(x, scaled);
  return shifted;
}

/** Layer normalisation over the last axis of a + b; releases `a` only. @returns the shape of a */
export function addAndNorm<T extends Tensor>(pass: Pass, name: string, a: T, b: T): T {
  const { tf, free } = pass;
  const sum = tf.add(a, b) as T;
  free(a);
  const { centred, factor } = standardise(pass, sum);
  const normal = tf.mul(centred, factor) as T;
  free(centred, factor);
  return scaleAndShift(pass, name, normal);
}

/**
 * Gated residual network, equations 2–4: LN(skip(x) + GLU(ELU(x·W₂ + c·W₃ + b₂))). The paper's second linear layer is
 * absorbed by the GLU's matrices: two linear maps with nothing between them are one.
 * @param x        [T·B, I], not released
 * @param context  [B, H], added to every step, or undefined
 * @returns [T·B, O]
 */
export function gatedResidual(pass: Pass, name: string, x: Tensor2D, context?: Tensor2D): Tensor2D {
  const { tf, free, weights } = pass;
  let inner = linear(pass, `${name}.in`, x);
  if (context) inner = addContext(pass, inner, tf.matMul(context, weights(`${name}.context`) as Tensor2D));
  const active = tf.elu(inner);
  free(inner);
  const gatedPart = gatedLinear(pass, `${name}.glu`, active);
  free(active);
  const width = gatedPart.shape[1];
  if (width === x.shape[1]) return addAndNorm(pass, `${name}.norm`, gatedPart, x);
  const skip = tf.matMul(x, weights(`${name}.skip`) as Tensor2D) as Tensor2D;
  const result = addAndNorm(pass, `${name}.norm`, gatedPart, skip);
  free(skip);
  return result;
}

/** Adds a row per window to all of its steps; releases both. @param x [T·B, H] @param context [B, H] */
function addContext({ tf, free }: Engine, x: Tensor2D, context: Tensor2D): Tensor2D {
  const [batch, width] = context.shape;
  const perStep = tf.reshape(x, [-1, batch, width]); // [T, B, H]
  const sum = tf.add(perStep, context);
  const result = tf.reshape(sum, x.shape) as Tensor2D;
  free(x, perStep, context, sum);
  return result;
}

/**
 * Variable selection network, equations 6–8, over V variables at once: each variable has its own GRN, and a GRN over all
 * of them with the static context gives the weights.
 * @param x        [V, T·B, P]; the last of the P values is the constant 1 that carries the biases
 * @param context  [B, H] or undefined
 * @returns selected [T·B, H] and weights [T·B, V] (softmax, sum 1)
 */
export function selectVariables(
  pass: Pass,
  name: string,
  x: Tensor3D,
  context?: Tensor2D,
): { selected: Tensor2D; selectionWeights: Tensor2D } {
  const { tf, free, perVariable, weights } = pass;
  const of = (part: string) => weights(`${name}.${part}`) as Tensor3D;
  const [inner, embedded, flat, skips] = perVariable(x, [
    of('in'),
    of('embed'),
    of('weights.in'),
    of('weights.skip'),
  ]) as [Tensor3D, Tensor3D, Tensor3D, Tensor3D]; // [V, T·B, H], …, [V, T·B, V]
  const selectionWeights = selectionShares(pass, `${name}.weights`, { flat, skips, context }); // [T·B, V]

  const active = tf.elu(inner);
  free(inner);
  const [values, gates] = perVariable(active, [of('value.w'), of('gate.w')]) as [Tensor3D, Tensor3D];
  free(active);
  const withBias = (product: Tensor3D, which: string) => {
    const sum = tf.add(product, of(`${which}.b`)) as Tensor3D;
    free(product);
    return sum;
  };
  const gatedPart = gated(pass, withBias(values, 'value'), withBias(gates, 'gate'));
  const sum = tf.add(gatedPart, embedded);
  free(gatedPart, embedded);
  const { centred, factor } = standardise(pass, sum);
  // Weighting and normalising are both factors per row: one product for both. γ and β are shared by the variables and
  // the weights sum to 1, so they are applied once, after the sum.
  const shares = tf.transpose(selectionWeights); // [V, T·B]
  const perRow = tf.reshape(shares, factor.shape); // [V, T·B, 1]
  const rowFactor = tf.mul(factor, perRow);
  free(shares, perRow, factor);
  const weighted = tf.mul(centred, rowFactor);
  free(centred, rowFactor);
  const total = tf.sum(weighted, 0) as Tensor2D; // [T·B, H]
  free(weighted);
  return { selected: scaleAndShift(pass, `${name}.norm`, total), selectionWeights };
}

/** What the weights of a selection are made from: products of every variable, released here, and the context. */
interface SelectionParts {
  readonly flat: Tensor3D; // [V, T·B, H]
  readonly skips: Tensor3D; // [V, T·B, V]
  readonly context: Tensor2D | undefined; // [B, H]
}

/** softmax(GRN(all variables, context)). @returns [T·B, V] */
function selectionShares(pass: Pass, name: string, { flat, skips, context }: SelectionParts): Tensor2D {
  const { tf, free, weights } = pass;
  const summed = (products: Tensor3D) => {
    const sum = tf.sum(products, 0) as Tensor2D; // [T·B, …]
    free(products);
    return sum;
  };
  const together = summed(flat);
  let inner = tf.add(together, weights(`${name}.in.b`)) as Tensor2D;
  free(together);
  if (context) inner = addContext(pass, inner, tf.matMul(context, weights(`${name}.context`) as Tensor2D));
  const active = tf.elu(inner);
  free(inner);
  const gatedPart = gatedLinear(pass, `${name}.glu`, active);
  free(active);
  const skip = summed(skips);
  const logits = addAndNorm(pass, `${name}.norm`, gatedPart, skip);
  free(skip);
  const shares = tf.softmax(logits);
  free(logits);
  return shares;
}
