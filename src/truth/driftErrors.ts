/** Forecast errors as signs of drift: do they rise over the model's first days, do intervals hold what they promise? */
import type { ForecastAccuracy } from '../core/truth.js';

/** The first days after the first verdicts are what later errors are compared with. */
const LEARNING_SECONDS = 3 * 86_400;
/** Verdicts on a metric at a horizon before its error is believed. */
const LEAST_FORECASTS = 100;
/** Share of samples that p10–p90 leaves out by design. */
const NOMINAL_OUTSIDE = 0.2;

/** An error of an hour or a night says nothing yet: what is compared is 1/e after two days, as the inputs are. */
const FORGETTING_SECONDS = 2 * 86_400;

/** What is known of the error of one metric at one horizon; all are logarithms. */
interface History {
  readonly since: number;
  /** Of the first days. */
  sum: number;
  count: number;
  /** Fading mean of all. */
  recent: number;
  recentAt: number;
}

/**
 * Learns the error of each metric and horizon in the first days and tells how far it rose since, in units of what six methods by
 * hand lose on the same samples: a day that is hard for everybody is no sign of a model that has grown old.
 */
export class ErrorRise {
  readonly #histories = new Map<string, History>();

  /**
   * The relative error now over that of the first days, − 1: the geometric mean over metrics and horizons, so that halves and
   * doubles cancel. NaN until the first days are over.
   * @param at  epoch seconds, ascending from call to call
   */
  update(at: number, accuracy: readonly ForecastAccuracy[]): number {
    let sum = 0;
    let count = 0;
    for (const entry of accuracy) {
      const error = relativeError(entry);
      if (!Number.isFinite(error) || entry.forecasts < LEAST_FORECASTS) continue;
      const history = this.#learn(at, entry, error);
      if (at - history.since <= LEARNING_SECONDS) continue;
      sum += history.recent - history.sum / history.count;
      count++;
    }
    return count === 0 ? Number.NaN : Math.exp(sum / count) - 1;
  }

  #learn(at: number, { metric, horizon }: ForecastAccuracy, error: number): History {
    const key = `${metric} ${horizon}`;
    const known = this.#histories.get(key);
    const history = known ?? { since: at, sum: 0, count: 0, recent: error, recentAt: at };
    if (known === undefined) this.#histories.set(key, history);
    history.recent += (error - history.recent) * (1 - Math.exp((history.recentAt - at) / FORGETTING_SECONDS));
    history.recentAt = at;
    if (at - history.since <= LEARNING_SECONDS) {
      history.sum += error;
      history.count++;
    }
    return history;
  }
}

/** Logarithm of the error over the geometric mean of the baselines' errors; NaN where none was compared. */
function relativeError({ skill }: ForecastAccuracy): number {
  const ratios = Object.values(skill).map((gain) => Math.log(1 - gain));
  return ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
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
