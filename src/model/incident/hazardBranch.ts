/**
 * A small network from features to the hazard that has gathered by each horizon. Plain arithmetic without an engine: the
 * numbers are the same wherever it runs, and a case costs less than a tensor would.
 */
import { sigmoid } from '../../core/statistics.js';
import type { WeightValues } from '../network/parameters.js';

/** One dense layer, with room for what passes through it. */
interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  readonly weightName: string;
  readonly biasName: string;
  /** [inputs × outputs] */
  readonly weight: Float32Array;
  readonly bias: Float32Array;
  /** What comes out, after the activation. */
  readonly value: Float64Array;
  /** The loss by what comes out, before the activation. */
  readonly delta: Float64Array;
}

export class HazardBranch {
  readonly #layers: readonly Layer[];
  readonly #input: Float64Array;
  /** The cumulative hazard (≥ 0, never falling) by each horizon, of the last case. */
  readonly hazards: Float64Array;

  /**
   * @param name   of the branch; layer i has the weights `name.i.weight` and `name.i.bias`
   * @param sizes  widths from the features to the horizons
   */
  constructor(name: string, sizes: readonly number[], weights: WeightValues) {
    this.#layers = sizes.slice(1).map((outputs, i) => {
      const weightName = `${name}.${i}.weight`;
      const biasName = `${name}.${i}.bias`;
      return {
        ...{ inputs: sizes[i]!, outputs, weightName, biasName },
        weight: weights.get(weightName)!,
        bias: weights.get(biasName)!,
        value: new Float64Array(outputs),
        delta: new Float64Array(outputs),
      };
    });
    this.#input = new Float64Array(sizes[0]!);
    this.hazards = new Float64Array(sizes.at(-1)!);
  }

  /** Fills `hazards` for the case whose features start at `from`. */
  run(features: Float32Array, from: number): Float64Array {
    for (let i = 0; i < this.#input.length; i++) this.#input[i] = features[from + i]!;
    let input = this.#input;
    const last = this.#layers.length - 1;
    for (const [l, layer] of this.#layers.entries()) {
      dense(layer, input);
      if (l < last) for (let j = 0; j < layer.outputs; j++) layer.value[j] = elu(layer.value[j]!);
      input = layer.value;
    }
    let hazard = 0;
    for (let k = 0; k < this.hazards.length; k++) {
      hazard += softplus(input[k]!);
      this.hazards[k] = hazard;
    }
    return this.hazards;
  }

  /**
   * Adds the gradient of a loss by every weight, for the case of the last `run`.
   * @param byHazard   the loss by each of `hazards`
   * @param gradients  by weight name, same lengths as the weights
   */
  backward(byHazard: Float64Array, gradients: ReadonlyMap<string, Float32Array>): void {
    const output = this.#layers.at(-1)!;
    let later = 0;
    for (let k = output.outputs - 1; k >= 0; k--) {
      later += byHazard[k]!;
      output.delta[k] = later * sigmoid(output.value[k]!);
    }
    for (let l = this.#layers.length - 1; l >= 0; l--) {
      const below = this.#layers[l - 1];
      addGradient(this.#layers[l]!, below?.value ?? this.#input, gradients);
      if (below) passDown(this.#layers[l]!, below);
    }
  }
}

function dense({ inputs, outputs, weight, bias, value }: Layer, input: Float64Array): void {
  for (let j = 0; j < outputs; j++) value[j] = bias[j]!;
  for (let i = 0; i < inputs; i++) {
    const x = input[i]!;
    const row = i * outputs;
    for (let j = 0; j < outputs; j++) value[j]! += x * weight[row + j]!;
  }
}

function addGradient(
  { inputs, outputs, weightName, biasName, delta }: Layer,
  input: Float64Array,
  gradients: ReadonlyMap<string, Float32Array>,
): void {
  const byWeight = gradients.get(weightName)!;
  const byBias = gradients.get(biasName)!;
  for (let j = 0; j < outputs; j++) byBias[j]! += delta[j]!;
  for (let i = 0; i < inputs; i++) {
    const x = input[i]!;
    const row = i * outputs;
    for (let j = 0; j < outputs; j++) byWeight[row + j]! += x * delta[j]!;
  }
}

/** The delta of the layer below: through the weights, and through its ELU, whose slope is 1 above 0 and value + 1 below. */
function passDown({ inputs, outputs, weight, delta }: Layer, below: Layer): void {
  for (let i = 0; i < inputs; i++) {
    const row = i * outputs;
    let sum = 0;
    for (let j = 0; j < outputs; j++) sum += weight[row + j]! * delta[j]!;
    const value = below.value[i]!;
    below.delta[i] = value > 0 ? sum : sum * (value + 1);
  }
}

function elu(x: number): number {
  return x > 0 ? x : Math.expm1(x);
}

/** log(1 + eˣ) without overflow. */
function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}
