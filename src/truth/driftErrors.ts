/** Forecast errors as signs of drift: do they rise over the model's first days, do intervals hold what they promise? */
import type { ForecastAccuracy } from '../core/truth.js';

/** The first days after the first verdicts are what later errors are compared with. */
const LEARNING_SECONDS = 3 * 86_400;
/** Verdicts on a metric at a horizon before its error is believed. */
const LEAST_FORECASTS = 100;
/** Share of samples that p10–p90 leaves out by design. */
const NOMINAL_OUTSIDE = 0.2;

interface Reference {
  readonly since: number;
  sum: number;
  count: number;
}

/** Learns the error of each metric and horizon in the first days and tells how far the error rose since. */
export class ErrorRise {
  readonly #references = new Map<string, Reference>();

  /**
   * The error now over the error of the first days, − 1: the geometric mean over metrics and horizons, so that halves and
   * doubles cancel. NaN until the first days are over.
   * @param at  epoch seconds, ascending from call to call
   */
  update(at: number, accuracy: readonly ForecastAccuracy[]): number {
    let sum = 0;
    let count = 0;
    for (const entry of accuracy) {
      if (!(entry.mase > 0) || entry.forecasts < LEAST_FORECASTS) continue;
      const reference = this.#learn(at, entry);
      if (reference === undefined) continue;
      sum += Math.log(entry.mase / reference);
      count++;
    }
    return count === 0 ? Number.NaN : Math.exp(sum / count) - 1;
  }

  /** The error of the first days; undefined while they last. */
  #learn(at: number, { metric, horizon, mase }: ForecastAccuracy): number | undefined {
    const key = `${metric} ${horizon}`;
    let reference = this.#references.get(key);
    if (reference === undefined) {
      reference = { since: at, sum: 0, count: 0 };
      this.#references.set(key, reference);
    }
    if (at - reference.since > LEARNING_SECONDS) return Math.exp(reference.sum / reference.count);
    reference.sum += Math.log(mase);
    reference.count++;
    return undefined;
  }
}

/** Share of samples outside p10–p90 beyond the nominal 20 %, over all metrics and horizons; NaN before enough verdicts. */
export function anomalyRate(accuracy: readonly ForecastAccuracy[]): number {
  let outside = 0;
  let all = 0;
  for (const { coverage, forecasts } of accuracy) {
    if (!Number.isFinite(coverage) || forecasts < LEAST_FORECASTS) continue;
    outside += (1 - coverage) * forecasts;
    all += forecasts;
  }
  return all === 0 ? Number.NaN : Math.max(0, outside / all - NOMINAL_OUTSIDE);
}
