/** What is learnt from forecasts that came due and from today's inputs: made by truth, shown by exposition. */
import type { RiskHorizon } from './flow.js';
import type { Profile } from './profiles.js';

/** How far ahead the judged steps lay; ascending. */
export const TRUTH_HORIZONS = ['30m', '1h', '4h', '8h'] as const;
export type TruthHorizon = (typeof TRUTH_HORIZONS)[number];

/** What a careful person would do by hand; reports and labels use these names. */
export const BASELINES = [
  'persistence',
  'mean_1h',
  'predict_linear_4h',
  'seasonal_naive_24h',
  'median_7d',
  'median_7d_level',
] as const;
export type Baseline = (typeof BASELINES)[number];

/** Under which name each baseline stands among a model's candidate forecasts. */
export const BASELINE_CANDIDATES = {
  persistence: 'persistence',
  mean_1h: 'mean_1h',
  predict_linear_4h: 'line_4h',
  seasonal_naive_24h: 'yesterday',
  median_7d: 'weekly_median',
  median_7d_level: 'median_with_level',
} as const satisfies Readonly<Record<Baseline, string>>;

/** How good the forecasts of one metric were, at one horizon, over the trailing window. NaN where not judged yet. */
export interface ForecastAccuracy {
  readonly metric: string;
  readonly horizon: TruthHorizon;
  /** Forecast steps judged since the start, ≥ 0. */
  readonly forecasts: number;
  /** Mean absolute error of p50 over that of the 24 h seasonal naive forecast in the history before; < 1 is better. */
  readonly mase: number;
  /** Share of samples inside p10–p90, 0–1; 0.8 is nominal. */
  readonly coverage: number;
  /** Mean pinball loss over p10, p50 and p90, in the metric's unit. */
  readonly pinball: number;
  /** Weighted quantile loss: twice the pinball loss over the mean absolute value. */
  readonly wql: number;
  /** Mean width of p10–p90 in units of the same scale as `mase`: a wide interval is no merit. */
  readonly width: number;
  /** 1 − error / error of the baseline, by baseline, ≤ 1; below 0 the baseline was better. Unjudged ones are absent. */
  readonly skill: Readonly<Partial<Record<Baseline, number>>>;
}

/** Who serves a metric now. */
export interface ServingModel {
  readonly metric: string;
  /** Set where the profile has evidence enough for a choice of its own. */
  readonly profile?: Profile;
  /** Name of the shipped model, or a baseline. */
  readonly model: string;
  /** Epoch seconds of the choice; NaN where there was none yet. */
  readonly since: number;
  /** In words and numbers. */
  readonly reason: string;
}

/** Distance of one metric's inputs of late from others. */
export interface DriftScore {
  readonly metric: string;
  /** Upper quartile of the figures' population stability indices, ≥ 0: below 0.1 alike, above 0.2 another distribution. */
  readonly score: number;
  /** The index of each input figure. */
  readonly byInput: Readonly<Record<string, number>>;
}

/** The four measures of drift, or one set of limits on them. */
export interface DriftMeasures {
  /** Prediction error rate: rise of the forecast error, in units of the baselines' errors, over that of the first days. */
  readonly per: number;
  /** Distribution shift score: mean over the metrics of the distance of their inputs from those of the first week, ≥ 0. */
  readonly dss: number;
  /** Feature drift score: share of the input figures, over all metrics, that have shifted by more than 0.2; 0–1. */
  readonly fds: number;
  /** Share of samples outside p10–p90 beyond the nominal 20 %, 0–0.8. */
  readonly anomalyRate: number;
}

/** Limits that the older daemons used, on the same four measures. */
export const DRIFT_THRESHOLDS: DriftMeasures = { per: 0.1, dss: 0.2, fds: 0.15, anomalyRate: 0.05 };

/** Where a measure goes. */
export const DRIFT_TRENDS = ['rising', 'falling', 'steady', 'unknown'] as const;
export type DriftTrend = (typeof DRIFT_TRENDS)[number];

/** The usual rule for the population stability index: another distribution. */
export const UNFAMILIAR = 0.2;

/** Drift in all; a measure is NaN while there is not enough evidence. */
export interface DriftReport extends DriftMeasures {
  /** Largest of the known measures in units of its threshold; above 1 = one is over; NaN = none is known. */
  readonly combinedScore: number;
  readonly needsRetraining: boolean;
  readonly thresholds: DriftMeasures;
  readonly trends: Readonly<Record<keyof DriftMeasures, DriftTrend>>;
  /** What to do and why, in words and numbers. */
  readonly recommendation: string;
  /** Inputs against those of the fleet's first week: the metrics for which that is over, farthest first. */
  readonly scores: readonly DriftScore[];
  /** Mean distance of the inputs from the training inputs; above UNFAMILIAR the fleet is of another kind. That is no drift. */
  readonly unfamiliarity: number;
  /** Inputs against the training inputs: metrics with enough evidence, farthest first. */
  readonly trainingScores: readonly DriftScore[];
  /**
   * Share of today's windows that would be among the calmest, noisiest, most seasonal or steepest fifth of the training
   * windows, by regime; 0.2 = as in training. Unknown ones are absent.
   */
  readonly regimes: Readonly<Record<string, number>>;
}

/** Served probabilities of one tenth of 0–1, over the trailing window. */
export interface ProbabilityBin {
  readonly from: number;
  readonly to: number;
  /** Older ones count less. */
  readonly cases: number;
  /** Those after which a breach came. */
  readonly breaches: number;
  /** Mean probability. */
  readonly promised: number;
  /** Share of the cases in which a breach came. */
  readonly observed: number;
}

/** How true the served probabilities of one horizon were. NaN where not judged yet. */
export interface ProbabilityAccuracy {
  readonly horizon: RiskHorizon;
  /** Judged since the start. */
  readonly cases: number;
  /** Those after which a breach came. */
  readonly breaches: number;
  /** Mean squared difference of probability and outcome, 0–1. */
  readonly brier: number;
  /** 1 − Brier score / that of always saying the share that came, ≤ 1; below 0 that would have been better. */
  readonly skill: number;
  /** Tenths with cases enough, ascending. */
  readonly bins: readonly ProbabilityBin[];
}

/** Promised breaches against what came. */
export interface IncidentTruth {
  /** Claims that are not wholly due yet; one claim is of one threshold and all horizons. */
  readonly pending: number;
  /** Verdicts left out since something was done about the server. */
  readonly mitigated: number;
  /** Verdicts on probabilities of the past that nobody was served; they teach and do not count. */
  readonly hindcasts: number;
  readonly probabilities: readonly ProbabilityAccuracy[];
}

/** What a start had to learn from. */
export interface JudgedAtStart {
  /** Of forecasts that were served before the start and read back; they count for live accuracy. */
  readonly recorded: number;
  /** Of forecasts of the past that nobody was served; they teach and do not count. */
  readonly hindcasts: number;
}

/** All that truth knows at one moment. */
export interface TruthReport {
  /** Epoch seconds. */
  readonly at: number;
  /** Epoch seconds of the first forecast in the ledger that was served; NaN before it. */
  readonly since: number;
  /** Forecasts that are not due yet. */
  readonly pending: number;
  /** Steps of forecasts that were served and came due since the start. */
  readonly judged: number;
  /** Steps of earlier forecasts that were judged, too. */
  readonly judgedAtStart: JudgedAtStart;
  readonly accuracy: readonly ForecastAccuracy[];
  /** The same of forecasts of the past, made anew at the start: no live accuracy, for nobody was served them. */
  readonly hindsight: readonly ForecastAccuracy[];
  readonly serving: readonly ServingModel[];
  readonly incidents: IncidentTruth;
  readonly drift?: DriftReport;
}
