/** A loaded model: windows in, forecasts in the metrics' units out. */
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { type EvidenceLayout, HORIZON_STEPS, QUANTILE_LEVELS } from '../core/flow.js';
import type { Engine } from './engine/types.js';
import { createInputBatch, type InputBatch, stepIndex } from './inputs/batch.js';
import { CANDIDATES, FUTURE_TOKENS, PAST_TOKENS, STATIC_FIGURES } from './inputs/contract.js';
import { fillWindow, type WindowRequest } from './inputs/window.js';
import { causalMask } from './network/attention.js';
import { NETWORK_LEVELS } from './network/head.js';
import { disposeInputs, toTensors } from './network/inputTensors.js';
import {
  ATTENTION_HOURS,
  evidenceLayout,
  evidenceSize,
  type NetworkOutput,
  runNetwork,
  tensorsOf,
} from './network/network.js';
import { type Hyperparameters, parameterSpecs, type WeightValues } from './network/parameters.js';

const TOKENS_PER_HOUR = PAST_TOKENS / ATTENTION_HOURS;

/** Values of one forecast. */
export const FORECAST_SIZE = HORIZON_STEPS * QUANTILE_LEVELS.length;
/** Values of the candidates of one forecast. */
export const CANDIDATES_SIZE = HORIZON_STEPS * CANDIDATES.length;
/** Forecasts of n windows, in their order. */
export interface ForecastBlock {
  /** [n, HORIZON_STEPS, QUANTILE_LEVELS], in the metric's unit, within its bounds, levels ascending. */
  readonly values: Float32Array;
  /** What the numbers of the evidence stand for. */
  readonly layout: EvidenceLayout;
  /** [n, evidenceSize(layout)] */
  readonly evidence: Float32Array;
  /** [n, HORIZON_STEPS, CANDIDATES], in the metric's unit; only where details were asked for. */
  readonly candidates?: Float32Array;
  /** [n, STATIC_FIGURES]: what the network was told of each window; only where details were asked for. */
  readonly figures?: Float32Array;
}

/** What a forecast brings besides its values. */
export interface ForecastWishes {
  /** The candidate forecasts and the figures, too. */
  readonly details: boolean;
}

/** Windows in one pass unless told otherwise; with 14 the network runs at half the speed. */
export const BATCH_SIZE = 128;
/** A last, smaller group runs in the smallest of these that holds it. */
const BATCH_SIZES = [8, 16, 32, 64, BATCH_SIZE];

export class Forecaster {
  readonly #engine: Engine;
  readonly #hyperparameters: Hyperparameters;
  readonly #layout: EvidenceLayout;
  readonly #weights: ReadonlyMap<string, Tensor>;
  readonly #mask: Tensor2D;
  readonly #batchSize: number;
  readonly #batches = new Map<number, InputBatch>();

  /** @param batchSize  windows in one pass, at most BATCH_SIZE */
  constructor(engine: Engine, hyperparameters: Hyperparameters, weights: WeightValues, batchSize = BATCH_SIZE) {
    this.#engine = engine;
    this.#batchSize = batchSize;
    this.#hyperparameters = hyperparameters;
    this.#layout = evidenceLayout(hyperparameters);
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
      layout: this.#layout,
      evidence: new Float32Array(requests.length * evidenceSize(this.#layout)),
      ...(details && {
        candidates: new Float32Array(requests.length * CANDIDATES_SIZE),
        figures: new Float32Array(requests.length * STATIC_FIGURES.length),
      }),
    };
    for (let from = 0; from < requests.length; from += this.#batchSize) {
      const group = requests.slice(from, from + this.#batchSize);
      const batch = this.#batchFor(group.length);
      group.forEach((request, column) => {
        const candidates = fillWindow(request, batch, column);
        block.candidates?.set(candidates, (from + column) * CANDIDATES_SIZE);
      });
      block.figures?.set(batch.figures.subarray(0, group.length * STATIC_FIGURES.length), from * STATIC_FIGURES.length);
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
    const weights = (name: string) => this.#weights.get(name)!;
    const output = runNetwork({ ...this.#engine, weights }, this.#hyperparameters, inputs, this.#mask);
    writeValues(output, batch, size, block.values.subarray(from * FORECAST_SIZE));
    writeEvidence(this.#engine, output, size, block.evidence.subarray(from * evidenceSize(this.#layout)));
    free(...tensorsOf(output));
    disposeInputs(inputs);
  }
}

/** Scaled quantiles → the metric's unit, clipped to its bounds. */
function writeValues(output: NetworkOutput, batch: InputBatch, size: number, values: Float32Array): void {
  const scaled = output.quantiles.dataSync() as Float32Array; // [FUTURE_TOKENS, B, PATCH_STEPS, Q]
  const levels = QUANTILE_LEVELS.length;
  const first = NETWORK_LEVELS.indexOf(QUANTILE_LEVELS[0]);
  for (let column = 0; column < size; column++) {
    const scale = batch.scale[column]!;
    const upper = batch.upper[column]!;
    for (let h = 0; h < HORIZON_STEPS; h++) {
      const at = stepIndex(batch.capacity, column, h);
      for (let level = 0; level < levels; level++) {
        const value = batch.base[at]! + scale * scaled[at * NETWORK_LEVELS.length + first + level]!;
        values[column * FORECAST_SIZE + h * levels + level] = Math.min(Math.max(value, 0), upper);
      }
    }
  }
}

/** Writes the parts that the network has, one after the other. */
function writeEvidence({ tf, free }: Engine, output: NetworkOutput, size: number, evidence: Float32Array): void {
  const { pastWeights, futureWeights, staticWeights, candidateWeights } = output;
  const parts = [pastWeights, futureWeights, staticWeights, candidateWeights].flatMap((weights) =>
    weights ? [{ values: weights.dataSync() as Float32Array, width: weights.shape[1] }] : [],
  );
  if (output.attention) {
    const byToken = tf.mean(output.attention, 1) as Tensor2D; // [B, TOKENS]
    parts.push({ values: attentionByHour(byToken.dataSync() as Float32Array), width: ATTENTION_HOURS + 1 });
    free(byToken);
  }
  let at = 0;
  for (let column = 0; column < size; column++) {
    for (const { values, width } of parts) {
      evidence.set(values.subarray(column * width, (column + 1) * width), at);
      at += width;
    }
  }
}

/** Sums the tokens of each hour of the past, and those of the future. @param byToken [B, TOKENS] @returns [B, 25] */
function attentionByHour(byToken: Float32Array): Float32Array {
  const tokens = PAST_TOKENS + FUTURE_TOKENS;
  const width = ATTENTION_HOURS + 1;
  const byHour = new Float32Array((byToken.length / tokens) * width);
  byToken.forEach((share, i) => {
    const hour = Math.min(Math.floor((i % tokens) / TOKENS_PER_HOUR), ATTENTION_HOURS);
    byHour[Math.floor(i / tokens) * width + hour]! += share;
  });
  return byHour;
}
