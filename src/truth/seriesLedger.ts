/** One series in the ledger: what is pending, and what its own past forecasts taught. */
import { HORIZON_STEPS, QUANTILE_LEVELS } from '../core/flow.js';
import { addErrors, evidenceSize, fadeEvidence, writeWeights } from './blend.js';
import { FACTORS_SIZE, type FactorSource, followVerdict, LOWER, type Side, UPPER, writeFactors } from './conformal.js';
import { LEDGER_BINS, LEDGER_STEPS } from './horizonBins.js';
import { type DueStep, PendingForecasts } from './pending.js';
import { blendedMedian, planSize, type ServingPlan } from './plan.js';

/** A forecast to be remembered. Arrays are read, not kept. */
export interface MadeForecast {
  /** Index of the last known bucket; step h forecasts bucket origin + h. */
  readonly origin: number;
  /** [HORIZON_STEPS × 3]: the model's own quantiles. */
  readonly raw: Float32Array;
  /** [HORIZON_STEPS × (methods − 1)] */
  readonly candidates: Float32Array;
  /** [HORIZON_STEPS × 3]: what was (or would have been) served. */
  readonly served: Float32Array;
  /** False for a hindcast: it teaches, but is no part of live accuracy. */
  readonly wasServed: boolean;
}

/** One step that came due and has an actual value. */
export interface JudgedStep {
  readonly step: number;
  readonly bucket: number;
  readonly wasServed: boolean;
  readonly actual: number;
  /** Unit of scaled errors; NaN if the series is as good as constant. */
  readonly scale: number;
  /** Absolute errors [methods]; valid until the next step is judged. */
  readonly errors: Float64Array;
  /** Absolute error of the blended model, whoever served. */
  readonly blendError: number;
  readonly p10: number;
  readonly p50: number;
  readonly p90: number;
}

/** What really came. */
export interface SeriesHistory {
  /** The value of a bucket, NaN if it is absent: such a step is not judged. */
  actualAt(bucket: number): number;
  /** See seasonalScale. */
  scaleUntil(bucket: number): number;
  /** Whether planned maintenance touches the buckets from `first` to `last`: a step that it lies in or before is not judged. */
  isPlanned(first: number, last: number): boolean;
}

/** Takes verdicts on intervals of many series. */
export interface FactorPool extends FactorSource {
  count(bin: number, side: Side, isBeyond: (factor: number) => boolean): void;
}

const LEVELS = QUANTILE_LEVELS.length;
/** Places after the methods in a pending step: half-widths (NaN: the level is on the bound), served levels, blended median. */
const BELOW = 0;
const ABOVE = 1;
const SERVED = 2;
const BLEND = 5;
const EXTRA = 6;

/** What a difference of errors must exceed, in half-widths of the model and in usual changes from day to day. */
const WIDTH_MARGIN = 0.1;
const SCALE_MARGIN = 0.1;

/** So many buckets later, the scale of errors is measured again: 1 h. */
const SCALE_BUCKETS = 12;

/**
 * Takes 4 KB of numbers with 15 methods and an hourly ledger (33 pending steps of 21 numbers, 132 numbers of evidence, 16 of
 * calibration, 68 of the plan); 5.2 KB with all objects around them, measured.
 */
export class SeriesLedger {
  readonly #methods: number;
  readonly #pending: PendingForecasts;
  readonly #evidence: Float32Array;
  readonly #factors = new Float32Array(FACTORS_SIZE);
  /** Errors and plan are brought up to this bucket. */
  #at = Number.NEGATIVE_INFINITY;
  #plan: ServingPlan | undefined;
  #lastOrigin = Number.NEGATIVE_INFINITY;
  #scale = Number.NaN;
  #scaleAt = Number.NEGATIVE_INFINITY;

  constructor(methods: number, slots: number) {
    this.#methods = methods;
    this.#pending = new PendingForecasts(slots, methods + EXTRA);
    this.#evidence = new Float32Array(evidenceSize(methods));
  }

  get pending(): number {
    return this.#pending.size;
  }

  /** The first bucket that is due; Infinity if none is. */
  get nextDue(): number {
    return this.#pending.nextDue;
  }

  /** Remembers a forecast; one that is not newer than the last is ignored. */
  record(forecast: MadeForecast, upper: number, isBlended: boolean): boolean {
    if (!(forecast.origin > this.#lastOrigin)) return false;
    this.#lastOrigin = forecast.origin;
    const blend = isBlended ? undefined : this.#blendOnly();
    LEDGER_STEPS.forEach((step, k) => {
      this.#recordStep(forecast, k, { h: step - 1, upper, blend });
    });
    return true;
  }

  #recordStep(
    { origin, raw, candidates, served, wasServed }: MadeForecast,
    k: number,
    { h, upper, blend }: { readonly h: number; readonly upper: number; readonly blend: ServingPlan | undefined },
  ): void {
    const [low, own, high] = [raw[h * LEVELS]!, raw[h * LEVELS + 1]!, raw[h * LEVELS + 2]!];
    const median = served[h * LEVELS + 1]!;
    if (!Number.isFinite(own) || !Number.isFinite(median)) return;
    const count = this.#methods - 1;
    const values = this.#pending.add(origin + h + 1, k, wasServed);
    values[0] = own;
    values.set(candidates.subarray(h * count, (h + 1) * count), 1);
    const shift = Math.abs(median - own);
    const at = this.#methods;
    values[at + BELOW] = low <= 0 ? Number.NaN : own - low + shift;
    values[at + ABOVE] = high >= upper ? Number.NaN : high - own + shift;
    values.set(served.subarray(h * LEVELS, (h + 1) * LEVELS), at + SERVED);
    values[at + BLEND] = blend === undefined ? median : blendedMedian(raw, candidates, blend, h);
  }

  /**
   * Takes out what is due before bucket `before` and learns from it.
   */
  resolve(before: number, history: SeriesHistory, pool: FactorPool, onJudged: (judged: JudgedStep) => void): void {
    for (const due of this.#pending.takeDue(before)) {
      const actual = history.actualAt(due.due);
      if (Number.isNaN(actual) || history.isPlanned(due.due - LEDGER_STEPS[due.step]!, due.due)) continue;
      onJudged(this.#judge(due, actual, this.#scaleUpTo(due.due, history.scaleUntil), pool));
    }
  }

  /** Drops what is due before bucket `before` without a verdict. */
  discard(before: number): void {
    this.#pending.takeDue(before);
  }

  /** The scale of errors, measured again about every hour by `measure`. */
  #scaleUpTo(bucket: number, measure: (until: number) => number): number {
    if (bucket - this.#scaleAt >= SCALE_BUCKETS) {
      this.#scale = measure(bucket);
      this.#scaleAt = bucket;
    }
    return this.#scale;
  }

  /** The blend and its calibration; the same object until something new came due. */
  plan(pool: FactorSource): ServingPlan {
    if (this.#plan === undefined) {
      this.#plan = this.#blendOnly();
      writeFactors(this.#factors, pool, this.#methods, this.#plan);
    }
    return this.#plan;
  }

  #blendOnly(): ServingPlan {
    const plan = new Float32Array(planSize(this.#methods));
    writeWeights(this.#evidence, this.#methods, plan);
    return plan;
  }

  #judge(due: DueStep, actual: number, scale: number, pool: FactorPool): JudgedStep {
    const methods = this.#methods;
    const { values, step, due: bucket } = due;
    const errors = scratch.subarray(0, methods);
    for (let m = 0; m < methods; m++) errors[m] = Math.abs(actual - values[m]!);
    const bin = LEDGER_BINS[step]!;
    this.#advance(bucket);
    const below = values[methods + BELOW]!;
    const above = values[methods + ABOVE]!;
    const halfWidth = ((Number.isNaN(below) ? above : below) + (Number.isNaN(above) ? below : above)) / 2;
    addErrors(this.#evidence, {
      bin,
      age: this.#at - bucket,
      errors,
      margin:
        (Number.isNaN(halfWidth) ? 0 : WIDTH_MARGIN * halfWidth) + (Number.isNaN(scale) ? 0 : SCALE_MARGIN * scale),
    });
    const median = values[methods + SERVED + 1]!;
    this.#follow(bin, LOWER, median - actual, below, pool);
    this.#follow(bin, UPPER, actual - median, above, pool);
    this.#plan = undefined;
    return {
      step,
      bucket,
      wasServed: due.wasServed,
      actual,
      scale,
      errors,
      blendError: Math.abs(actual - values[methods + BLEND]!),
      p10: values[methods + SERVED]!,
      p50: median,
      p90: values[methods + SERVED + 2]!,
    };
  }

  /** A side whose level lies on the bound of the metric cannot be missed and teaches nothing. */
  #follow(bin: number, side: Side, distance: number, halfWidth: number, pool: FactorPool): void {
    if (Number.isNaN(halfWidth)) return;
    const tolerance = ROUNDING * Math.abs(distance);
    const isBeyond = (factor: number) => distance - tolerance > factor * halfWidth;
    followVerdict(this.#factors, { bin, side }, isBeyond, pool);
    pool.count(bin, side, isBeyond);
  }

  #advance(bucket: number): void {
    if (bucket <= this.#at) return;
    if (this.#at !== Number.NEGATIVE_INFINITY) fadeEvidence(this.#evidence, this.#methods, bucket - this.#at);
    this.#at = bucket;
  }
}

/** Values come and go as float32: a tie may differ in the last digits. */
const ROUNDING = 1e-3;
const scratch = new Float64Array(256);

/** Methods and steps are checked once, so that no array is read beyond its end later. */
export function checkShapes(forecast: MadeForecast, methods: number): void {
  const expected = {
    raw: HORIZON_STEPS * LEVELS,
    candidates: HORIZON_STEPS * (methods - 1),
    served: HORIZON_STEPS * LEVELS,
  };
  for (const key of ['raw', 'candidates', 'served'] as const) {
    if (forecast[key].length !== expected[key])
      throw new RangeError(`ledger got ${forecast[key].length} numbers as ${key}; expected ${expected[key]}`);
  }
}
