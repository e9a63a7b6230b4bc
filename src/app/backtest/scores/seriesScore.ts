/** Errors of every method on one series, summed per part of the horizon as its origins come. */
import { HORIZON_STEPS, QUANTILE_LEVELS } from '../../../core/flow.js';
import { BIN_OF_STEP, HORIZON_BINS } from './horizonBins.js';

export interface SeriesIdentity {
  readonly dataset: string;
  readonly server: string;
  readonly metric: string;
  readonly profile: string;
}

/** The scores of one method on one series; NaN where nothing could be measured. */
export interface Figures {
  readonly mase: number;
  readonly wql: number;
  /** Mean pinball loss in units of the MASE scale. */
  readonly pinball: number;
  readonly width: number;
  /** Values inside p10–p90, out of `judged`. */
  readonly inside: number;
  /** Of these, values that equal p10 or p90. */
  readonly onEdge: number;
  readonly judged: number;
}

const LEVELS = QUANTILE_LEVELS.length;

/** What is summed; the last six only where the method gave quantiles. */
const ERROR = 0;
const COUNT = 1;
const PINBALL = 2;
const JUDGED = 3;
const ACTUAL = 4;
const INSIDE = 5;
const WIDTH = 6;
const ON_EDGE = 7;
const SUMS = 8;

export class SeriesScore {
  readonly identity: SeriesIdentity;
  /** In-sample error of the 24 h seasonal naive method, in the metric's unit. */
  readonly scale: number;
  /** Origins that were scored. */
  origins = 0;
  /** [methods × HORIZON_BINS × SUMS] */
  readonly #sums: Float64Array;

  constructor(identity: SeriesIdentity, scale: number, methods: number) {
    this.identity = identity;
    this.scale = scale;
    this.#sums = new Float64Array(methods * HORIZON_BINS.length * SUMS);
  }

  /**
   * Adds one origin.
   * @param actual    [HORIZON_STEPS]; NaN = unknown, not scored
   * @param forecasts per method [HORIZON_STEPS × QUANTILE_LEVELS]; p10 and p90 are NaN where it has no
   *   quantiles, all are where it has no forecast
   */
  add(actual: Float64Array, forecasts: readonly Float32Array[]): void {
    this.origins++;
    forecasts.forEach((forecast, method) => {
      for (let h = 0; h < HORIZON_STEPS; h++) {
        if (!Number.isNaN(actual[h]!)) this.#addStep(method, BIN_OF_STEP[h]!, actual[h]!, forecast, h * LEVELS);
      }
    });
  }

  #addStep(method: number, bin: number, actual: number, forecast: Float32Array, at: number): void {
    const sums = this.#sums;
    const to = (method * HORIZON_BINS.length + bin) * SUMS;
    const low = forecast[at]!;
    const middle = forecast[at + 1]!;
    const high = forecast[at + 2]!;
    if (Number.isNaN(middle)) return;
    sums[to + ERROR]! += Math.abs(actual - middle);
    sums[to + COUNT]! += 1;
    if (Number.isNaN(low) || Number.isNaN(high)) return;
    for (let q = 0; q < LEVELS; q++) {
      const error = actual - forecast[at + q]!;
      sums[to + PINBALL]! += Math.max(QUANTILE_LEVELS[q]! * error, (QUANTILE_LEVELS[q]! - 1) * error) / LEVELS;
    }
    sums[to + JUDGED]! += 1;
    sums[to + ACTUAL]! += Math.abs(actual);
    sums[to + INSIDE]! += actual >= low && actual <= high ? 1 : 0;
    sums[to + ON_EDGE]! += actual === low || actual === high ? 1 : 0;
    sums[to + WIDTH]! += high - low;
  }

  /** One method's scores, over the whole horizon or one bin of it. */
  figures(method: number, bin?: number): Figures {
    const sum = (field: number) => {
      if (bin !== undefined) return this.#sums[(method * HORIZON_BINS.length + bin) * SUMS + field]!;
      let total = 0;
      for (let b = 0; b < HORIZON_BINS.length; b++) {
        total += this.#sums[(method * HORIZON_BINS.length + b) * SUMS + field]!;
      }
      return total;
    };
    const judged = sum(JUDGED);
    return {
      mase: sum(ERROR) / sum(COUNT) / this.scale,
      wql: sum(ACTUAL) > 0 ? (2 * sum(PINBALL)) / sum(ACTUAL) : Number.NaN,
      pinball: sum(PINBALL) / judged / this.scale,
      width: sum(WIDTH) / judged / this.scale,
      inside: sum(INSIDE),
      onEdge: sum(ON_EDGE),
      judged,
    };
  }
}
