/** Loss and gradients of one batch. */
import type { Tensor } from '@tensorflow/tfjs-core';
import { forTraining } from '../engine/engine.js';
import type { Engine } from '../engine/types.js';
import { FUTURE_TOKENS, PAST_TOKENS, PATCH_STEPS } from '../inputs/contract.js';
import { causalMask } from '../network/attention.js';
import { toTensors } from '../network/inputTensors.js';
import { runNetwork } from '../network/network.js';
import { type Hyperparameters, type ParameterSpec, parameterSpecs, type WeightValues } from '../network/parameters.js';
import { pinballLoss } from './loss.js';
import type { TrainingBatch } from './sampler.js';

export interface LossAndGradients {
  readonly loss: number;
  readonly gradients: Map<string, Float32Array>;
}

/** The pass from weights to loss, for one batch; must run inside `tf.tidy`. */
function lossOf(
  engine: Engine,
  hyperparameters: Hyperparameters,
  specs: readonly ParameterSpec[],
  batch: TrainingBatch,
) {
  const { tf } = engine;
  const shape: [number, number, number] = [FUTURE_TOKENS, batch.inputs.capacity, PATCH_STEPS];
  const inputs = toTensors(tf, batch.inputs);
  const target = tf.tensor3d(batch.target, shape);
  const weight = tf.tensor3d(batch.weight, shape);
  const mask = tf.tensor2d(causalMask(), [FUTURE_TOKENS, PAST_TOKENS + FUTURE_TOKENS]);
  const graph = forTraining(engine);
  return (...weights: Tensor[]) => {
    const byName = new Map(specs.map((spec, i) => [spec.name, weights[i]!]));
    const pass = { ...graph, weights: (name: string) => byName.get(name)! };
    const { quantiles } = runNetwork(pass, hyperparameters, inputs, mask);
    return pinballLoss(tf, quantiles, target, weight);
  };
}

function weightTensors({ tf }: Engine, specs: readonly ParameterSpec[], weights: WeightValues): Tensor[] {
  return specs.map((spec) => tf.tensor(weights.get(spec.name)!, [...spec.shape]));
}

/** Mean loss of a batch, without gradients. */
export function batchLoss(
  engine: Engine,
  hyperparameters: Hyperparameters,
  weights: WeightValues,
  batch: TrainingBatch,
): number {
  const specs = parameterSpecs(hyperparameters);
  return engine.tf.tidy(() => {
    const loss = lossOf(engine, hyperparameters, specs, batch)(...weightTensors(engine, specs, weights));
    return loss.dataSync()[0]!;
  });
}

/** Mean loss of a batch and its gradient by every weight. Native engine only: wasm lacks gradients of some operations. */
export function lossAndGradients(
  engine: Engine,
  hyperparameters: Hyperparameters,
  weights: WeightValues,
  batch: TrainingBatch,
): LossAndGradients {
  const { tf } = engine;
  const specs = parameterSpecs(hyperparameters);
  const gradients = new Map<string, Float32Array>();
  const loss = tf.tidy(() => {
    const of = lossOf(engine, hyperparameters, specs, batch);
    const { value, grads } = tf.valueAndGrads(of)(weightTensors(engine, specs, weights));
    specs.forEach((spec, i) => {
      gradients.set(spec.name, grads[i]!.dataSync() as Float32Array);
    });
    return value.dataSync()[0]!;
  });
  return { loss, gradients };
}
