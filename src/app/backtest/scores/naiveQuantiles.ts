/** Quantiles for methods that give a single line: the line plus the quantiles of its own past errors on this series. */
import { HORIZON_STEPS, QUANTILE_LEVELS } from '../../../core/flow.js';
import { HORIZON_BINS } from './horizonBins.js';

/** Steps at which past errors are taken, three per part of the horizon. */
const ERROR_STEPS = HORIZON_BINS.flatMap(({ firstStep, lastStep }) => [
  firstStep,
  Math.floor((firstStep + lastStep) / 2),
  lastStep,
]);
const STEPS_PER_BIN = ERROR_STEPS.length / HORIZON_BINS.length;
/** Errors kept per part: those of the last seven days of hourly forecasts. */
const KEPT = 7 * 24 * STEPS_PER_BIN;
/** With fewer, the tenth percentile is a guess. */
const MIN_ERRORS = 20;
const LEVELS = QUANTILE_LEVELS.length;

/** A forecast that has not come due altogether. */
interface Pending {
  /** Absolute index of its last known bin. */
  readonly newest: number;
  /** [methods × ERROR_STEPS] */
  readonly medians: Float32Array;
  /** ERROR_STEPS before this one have been compared. */
  due: number;
}

/** Past errors of several methods on one series. Only bins that have come are ever compared. */
export class NaiveQuantiles {
  readonly #methods: number;
  readonly #pending: Pending[] = [];
  /** Per method and part of the horizon a ring of errors, [methods × HORIZON_BINS × KEPT]. */
  readonly #errors: Float32Array;
  /** [methods × HORIZON_BINS]: errors that ever came in. */
  readonly #counts: Float64Array;

  constructor(methods: number) {
    this.#methods = methods;
    this.#errors = new Float32Array(methods * HORIZON_BINS.length * KEPT);
    this.#counts = new Float64Array(methods * HORIZON_BINS.length);
  }

  /** Remembers forecasts made after bin `newest`. @param medians per method [HORIZON_STEPS] */
  record(newest: number, medians: readonly Float32Array[]): void {
    const kept = medians.flatMap((median) => ERROR_STEPS.map((step) => median[step - 1]!));
    this.#pending.push({ newest, medians: Float32Array.from(kept), due: 0 });
  }

  /** Compares what has come due when `newest` is the last known bin. @param valueAt NaN where a bin is unknown */
  resolve(newest: number, valueAt: (bin: number) => number): void {
    for (const forecast of this.#pending) {
      while (forecast.due < ERROR_STEPS.length && forecast.newest + ERROR_STEPS[forecast.due]! <= newest) {
        this.#compare(forecast, valueAt(forecast.newest + ERROR_STEPS[forecast.due]!));
        forecast.due++;
      }
    }
    while (this.#pending[0]?.due === ERROR_STEPS.length) this.#pending.shift();
  }

  #compare({ medians, due }: Pending, actual: number): void {
    if (Number.isNaN(actual)) return;
    const bin = Math.floor(due / STEPS_PER_BIN);
    for (let method = 0; method < this.#methods; method++) {
      const slot = method * HORIZON_BINS.length + bin;
      const error = actual - medians[method * ERROR_STEPS.length + due]!;
      this.#errors[slot * KEPT + (this.#counts[slot]! % KEPT)] = error;
      this.#counts[slot]! += 1;
    }
  }

  /**
   * A line with its quantiles, [HORIZON_STEPS × QUANTILE_LEVELS]; p10 and p90 are NaN where too few errors are known.
   * @param median [HORIZON_STEPS]
   */
  around(method: number, median: Float32Array, upper: number): Float32Array {
    const quantiles = new Float32Array(HORIZON_STEPS * LEVELS);
    const clip = (value: number) => Math.min(Math.max(value, 0), upper);
    HORIZON_BINS.forEach(({ firstStep, lastStep }, bin) => {
      const [low, high] = this.#errorRange(method, bin);
      for (let h = firstStep - 1; h < lastStep; h++) {
        // The line itself stays the median; an error that never was on one side narrows that side to nothing.
        quantiles[h * LEVELS] = clip(median[h]! + Math.min(low, 0));
        quantiles[h * LEVELS + 1] = median[h]!;
        quantiles[h * LEVELS + 2] = clip(median[h]! + Math.max(high, 0));
      }
    });
    return quantiles;
  }

  /** The tenth and the ninetieth percentile of the kept errors; NaN if they are too few. */
  #errorRange(method: number, bin: number): readonly [number, number] {
    const slot = method * HORIZON_BINS.length + bin;
    const count = Math.min(this.#counts[slot]!, KEPT);
    if (count < MIN_ERRORS) return [Number.NaN, Number.NaN];
    const sorted = this.#errors.slice(slot * KEPT, slot * KEPT + count).sort();
    return [sorted[Math.floor(0.1 * (count - 1))]!, sorted[Math.ceil(0.9 * (count - 1))]!];
  }
}
