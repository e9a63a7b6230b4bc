/** Drift: are today's inputs and errors still those that the model was made for? */
import {
  DRIFT_THRESHOLDS,
  type DriftMeasures,
  type DriftReport,
  type DriftTrend,
  type ForecastAccuracy,
} from '../core/truth.js';
import { anomalyRate, ErrorRise } from './driftErrors.js';
import { InputDrift, type TrainingInputs } from './driftInputs.js';
import { DriftOverTime } from './driftOverTime.js';
import { meanScore } from './driftScores.js';
import { recommend } from './driftWords.js';

/** Above this index a figure counts as shifted: the usual rule for the population stability index. */
const SHIFTED_INDEX = 0.2;

const HOUR_SECONDS = 3600;
/** Trends compare with yesterday's measures, or with those of at least half a day ago. */
const TREND_SECONDS = 24 * HOUR_SECONDS;
const SHORTEST_TREND_SECONDS = 12 * HOUR_SECONDS;
/** A change of a quarter of the threshold is a trend. */
const TREND_SHARE = 0.25;

/** The bins of the training deciles that make a regime: a fifth of the training windows each. */
const REGIMES = {
  calm: { figure: 'roughness', bins: [0, 1] },
  noisy: { figure: 'roughness', bins: [8, 9] },
  seasonal: { figure: 'seasonal_share_of_scale', bins: [8, 9] },
  ramping: { figure: 'change_over_8h', bins: [0, 9] },
} as const;

interface PastMeasures {
  readonly at: number;
  readonly measures: DriftMeasures;
}

/** Watches the inputs and errors of one model; another model needs another monitor. */
export class DriftMonitor {
  /** Against the training. */
  readonly #inputs: InputDrift;
  /** Against the fleet's own past. */
  readonly #overTime: DriftOverTime;
  readonly #errors = new ErrorRise();
  #past: PastMeasures[] = [];

  /** @param training  from the model's manifest; without, only errors are watched */
  constructor(training: TrainingInputs = { names: [], edges: {} }) {
    this.#inputs = new InputDrift(training);
    this.#overTime = new DriftOverTime(training.names);
  }

  /** Takes in the input figures of one forecast made at epoch second `at`, in the order of the training's names. */
  observe(at: number, server: string, metric: string, figures: ArrayLike<number>): void {
    this.#inputs.observe(at, server, metric, figures);
    this.#overTime.observe(at, server, metric, figures);
  }

  /**
   * Judges drift at epoch second `at`, which ascends from call to call.
   * @param accuracy  live accuracy at that moment
   */
  report(at: number, accuracy: readonly ForecastAccuracy[]): DriftReport {
    const scores = this.#overTime.scores(at);
    const indices = scores.flatMap(({ byInput }) => Object.values(byInput));
    const trainingScores = this.#inputs.scores(at);
    // One metric is never distributed as all metrics together are: that distance is shown, but says nothing of the fleet.
    const unfamiliarity = meanScore(trainingScores.filter(({ metric }) => this.#inputs.isKnown(metric)));
    const measures: DriftMeasures = {
      per: this.#errors.update(at, accuracy),
      dss: meanScore(scores),
      fds: indices.filter((index) => index > SHIFTED_INDEX).length / indices.length,
      anomalyRate: anomalyRate(accuracy),
    };
    const trends = this.#trends(at, measures);
    const combinedScore = combine(measures);
    return {
      ...measures,
      combinedScore,
      needsRetraining: combinedScore > 1,
      thresholds: DRIFT_THRESHOLDS,
      trends,
      recommendation: recommend(measures, DRIFT_THRESHOLDS, { scores, unfamiliarity }),
      scores,
      unfamiliarity,
      trainingScores,
      regimes: this.#regimes(at),
    };
  }

  #trends(at: number, measures: DriftMeasures): DriftReport['trends'] {
    const before = this.#past.find((past) => at - past.at <= TREND_SECONDS);
    const old = before !== undefined && at - before.at >= SHORTEST_TREND_SECONDS ? before.measures : undefined;
    const newest = this.#past.at(-1);
    if (newest === undefined || at - newest.at >= HOUR_SECONDS) {
      this.#past = [...this.#past.filter((past) => at - past.at <= TREND_SECONDS), { at, measures }];
    }
    const trendOf = (measure: keyof DriftMeasures): DriftTrend => {
      const change = (measures[measure] - (old?.[measure] ?? Number.NaN)) / DRIFT_THRESHOLDS[measure];
      if (Number.isNaN(change)) return 'unknown';
      return change > TREND_SHARE ? 'rising' : change < -TREND_SHARE ? 'falling' : 'steady';
    };
    return { per: trendOf('per'), dss: trendOf('dss'), fds: trendOf('fds'), anomalyRate: trendOf('anomalyRate') };
  }

  #regimes(at: number): Record<string, number> {
    const shares = Object.entries(REGIMES).map(([name, { figure, bins }]): [string, number] => [
      name,
      this.#inputs.shareInBins(at, figure, bins),
    ]);
    return Object.fromEntries(shares.filter(([, share]) => Number.isFinite(share)));
  }
}

/** The largest known measure in units of its threshold; NaN if none is known. */
function combine(measures: DriftMeasures): number {
  const known = (Object.keys(DRIFT_THRESHOLDS) as (keyof DriftMeasures)[])
    .map((measure) => measures[measure] / DRIFT_THRESHOLDS[measure])
    .filter((ratio) => Number.isFinite(ratio));
  return known.length === 0 ? Number.NaN : Math.max(0, ...known);
}
