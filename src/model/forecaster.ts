/** A loaded model: windows in, forecasts in the metrics' units out. */
import type { Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { type EvidenceLayout, HORIZON_STEPS, QUANTILE_LEVELS } from '../core/flow.js';
import type { Engine } from './engine/types.js';
import { createInputBatch, type InputBatch, stepIndex } from './inputs/batch.js';
import { CANDIDATES, FUTURE_TOKENS, FUTURE_VARIABLES, PAST_TOKENS, PAST_VARIABLES } from './inputs/contract.js';
import { fillWindow, type WindowRequest } from './inputs/window.js';
import { causalMask } from './network/attention.js';
import { disposeInputs, toTensors } from './network/inputTensors.js';
import { type Hyperparameters, parameterSpecs, type WeightValues } from './network/parameters.js';
import { runTft, type TftOutput } from './network/tft.js';

const HOURS = 24;
const TOKENS_PER_HOUR = PAST_TOKENS / HOURS;

/** The names behind the numbers of the evidence. */
export const EVIDENCE_LAYOUT: EvidenceLayout = {
  past: PAST_VARIABLES.map(({ name }) => name),
  future: FUTURE_VARIABLES.map(({ name }) => name),
  candidates: [...CANDIDATES],
  attention: [...Array.from({ length: HOURS }, (_, i) => `-${HOURS - i}h`), 'future'],
};

/** Values of one forecast. */
export const FORECAST_SIZE = HORIZON_STEPS * QUANTILE_LEVELS.length;
/** Values of the candidates of one forecast. */
export const CANDIDATES_SIZE = HORIZON_STEPS * CANDIDATES.length;
/** Values of the evidence of one forecast. */
export const EVIDENCE_SIZE = Object.values(EVIDENCE_LAYOUT).reduce((sum, names) => sum + names.length, 0);

/** Forecasts of n windows, in their order. */
export interface ForecastBlock {
  /** [n, HORIZON_STEPS, QUANTILE_LEVELS], in the metric's unit, within its bounds, levels ascending. */
  readonly values: Float32Array;
  /** [n, EVIDENCE_SIZE], see EVIDENCE_LAYOUT. */
  readonly evidence: Float32Array;
  /** [n, HORIZON_STEPS, CANDIDATES], in the metric's unit; only where details were asked for. */
  readonly candidates?: Float32Array;
}

/** What a forecast brings besides its values. */
export interface ForecastWishes {
  /** The candidate forecasts, too. */
  readonly details: boolean;
}

/** Windows in one pass unless told otherwise; with 14 the network runs at half the speed. */
export const BATCH_SIZE = 128;
/** A last, smaller group runs in the smallest of these that holds it. */
const BATCH_SIZES = [8, 16, 32, 64, BATCH_SIZE];

export class Forecaster {
  readonly #engine: Engine;
  readonly #hyperparameters: Hyperparameters;
  readonly #weights: ReadonlyMap<string, Tensor>;
  readonly #mask: Tensor2D;
  readonly #batchSize: number;
  readonly #batches = new Map<number, InputBatch>();

  /** @param batchSize  windows in one pass, at most BATCH_SIZE */
  constructor(engine: Engine, hyperparameters: Hyperparameters, weights: WeightValues, batchSize = BATCH_SIZE) {
    this.#engine = engine;
    this.#batchSize = batchSize;
    this.#hyperparameters = hyperparameters;
    const { tf } = engine;
    this.#weights = new Map(
      parameterSpecs(hyperparameters).map(({ name, shape }) => [name, tf.tensor(weights.get(name)!, [...shape])]),
    );
    this.#mask = tf.tensor2d(causalMask(), [FUTURE_TOKENS, PAST_TOKENS + FUTURE_TOKENS]);
  }

  /** Forecasts every window; equal windows give equal forecasts whatever stands beside them in a batch. */
  forecast(requests: readonly WindowRequest[], { details }: ForecastWishes = { details: false }): ForecastBlock {
    const block: ForecastBlock = {
      values: new Float32Array(requests.length * FORECAST_SIZE),
      evidence: new Float32Array(requests.length * EVIDENCE_SIZE),
      ...(details ? { candidates: new Float32Array(requests.length * CANDIDATES_SIZE) } : {}),
    };
    for (let from = 0; from < requests.length; from += this.#batchSize) {
      const group = requests.slice(from, from + this.#batchSize);
      const batch = this.#batchFor(group.length);
      group.forEach((request, column) => {
        const candidates = fillWindow(request, batch, column);
        block.candidates?.set(candidates, (from + column) * CANDIDATES_SIZE);
      });
      this.#runBatch(batch, group.length, block, from);
    }
    return block;
  }

  /** Releases the weights. */
  dispose(): void {
    for (const tensor of this.#weights.values()) tensor.dispose();
    this.#mask.dispose();
  }

  #batchFor(size: number): InputBatch {
    const capacity = BATCH_SIZES.find((candidate) => candidate >= size)!;
    const batch = this.#batches.get(capacity) ?? createInputBatch(capacity);
    this.#batches.set(capacity, batch);
    return batch;
  }

  #runBatch(batch: InputBatch, size: number, block: ForecastBlock, from: number): void {
    const { tf, free } = this.#engine;
    const inputs = toTensors(tf, batch);
    const output = runTft(this.#engine, (name) => this.#weights.get(name)!, this.#hyperparameters, inputs, this.#mask);
    writeValues(output, batch, size, block.values.subarray(from * FORECAST_SIZE));
    const attention = tf.mean(output.attention as Tensor3D, 1) as Tensor2D; // [B, TOKENS]
    writeEvidence(output, attention, size, block.evidence.subarray(from * EVIDENCE_SIZE));
    free(attention, ...Object.values(output as unknown as Record<string, Tensor>));
    disposeInputs(inputs);
  }
}

/** Scaled quantiles → the metric's unit, clipped to its bounds. */
function writeValues(output: TftOutput, batch: InputBatch, size: number, values: Float32Array): void {
  const scaled = output.quantiles.dataSync() as Float32Array; // [FUTURE_TOKENS, B, PATCH_STEPS, Q]
  const levels = QUANTILE_LEVELS.length;
  for (let column = 0; column < size; column++) {
    const scale = batch.scale[column]!;
    const upper = batch.upper[column]!;
    for (let h = 0; h < HORIZON_STEPS; h++) {
      const at = stepIndex(batch.capacity, column, h);
      for (let level = 0; level < levels; level++) {
        const value = batch.base[at]! + scale * scaled[at * levels + level]!;
        values[column * FORECAST_SIZE + h * levels + level] = Math.min(Math.max(value, 0), upper);
      }
    }
  }
}

function writeEvidence(output: TftOutput, attention: Tensor2D, size: number, evidence: Float32Array): void {
  const copies: readonly (readonly [Float32Array, number])[] = [
    [output.pastWeights.dataSync() as Float32Array, PAST_VARIABLES.length],
    [output.futureWeights.dataSync() as Float32Array, FUTURE_VARIABLES.length],
    [output.candidateWeights.dataSync() as Float32Array, CANDIDATES.length],
  ];
  const byToken = attention.dataSync() as Float32Array;
  const tokens = PAST_TOKENS + FUTURE_TOKENS;
  for (let column = 0; column < size; column++) {
    let at = column * EVIDENCE_SIZE;
    for (const [values, width] of copies) {
      evidence.set(values.subarray(column * width, (column + 1) * width), at);
      at += width;
    }
    for (let token = 0; token < tokens; token++) {
      evidence[at + Math.min(Math.floor(token / TOKENS_PER_HOUR), HOURS)]! += byToken[column * tokens + token]!;
    }
  }
}
