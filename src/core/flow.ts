/** The frozen values that flow from a source to the exposition: SampleBatch → Frame → Forecast → Risk. */
import type { Profile, ProfileOrigin } from './profiles.js';
import type { TimeSpan } from './timeSpan.js';

/** Samples of one series, in LINBORG units. Times ascend; a non-finite value means "the source says: none". */
export interface SampleSeries {
  readonly server: string;
  /** A LINBORG metric name, or an extra metric's name. */
  readonly metric: string;
  /** Epoch seconds, ascending, same length as `values`; what they mean is said by `SampleBatch.kind`. */
  readonly times: Float64Array;
  readonly values: Float64Array;
}

/** What one pull, push or replay step brought in. */
export interface SampleBatch {
  /**
   * `buckets`: each time is the start of a bucket and its value replaces that bucket (pulled and replayed data, which is
   * aggregated already, and pushed records). `samples`: raw samples, averaged within their bucket (linborg's own figures).
   */
  readonly kind: 'buckets' | 'samples';
  /** Which source it came from, for metrics and logs. */
  readonly source: string;
  /** Epoch seconds at which it was collected. */
  readonly at: number;
  readonly series: readonly SampleSeries[];
  /** What came with the samples about the servers themselves, by name. */
  readonly notes?: ReadonlyMap<string, ServerNote>;
}

/** What whoever sends a server's samples says of the server. */
export interface ServerNote {
  /** Undefined where nothing is said. */
  readonly profile: Profile | undefined;
  /** Spans of planned maintenance; they may overlap. */
  readonly maintenance: readonly TimeSpan[];
}

export const SERVER_STATES = ['ok', 'warming', 'stale', 'gaps', 'maintenance'] as const;
export type ServerState = (typeof SERVER_STATES)[number];

/** Why a frame may be less trusted. All counts are of buckets. */
export interface FrameQuality {
  /** Buckets of the last 24 h with a sample, divided by 288; the mean over the metrics present; 0–1. */
  readonly coverageRatio: number;
  /** Days of history that the best-covered metric has, 0–8. */
  readonly historyDays: number;
  /** Share of the needed history before the first forecast, 0–1; 1 = warm. */
  readonly warmupRatio: number;
  /** Epoch seconds of the newest sample of any metric; NaN if none. */
  readonly lastSampleAt: number;
}

/**
 * The window of one server, or of the subject of an extra target, at one moment, without copying: bucket `i` (epoch seconds = i × stepSeconds) of row `r` is
 * `values[r × capacity + i mod capacity]`, valid for `newest − capacity < i ≤ newest`. NaN = absent.
 */
export interface Frame {
  readonly server: string;
  readonly profile: Profile;
  /** What told the profile; absent where nobody asks, as in traces. */
  readonly profileOrigin?: ProfileOrigin;
  readonly stepSeconds: number;
  /** Index of the newest bucket, which may be partial. */
  readonly newest: number;
  /** Buckets kept per metric: 8 days. */
  readonly capacity: number;
  /** Row names of `values`. A metric without a row, or with a row of NaN only, is absent. */
  readonly metrics: readonly string[];
  /** [metrics × capacity], a view of the ring over a SharedArrayBuffer: workers read it without a copy. */
  readonly values: Float32Array;
  readonly state: ServerState;
  readonly quality: FrameQuality;
  /** When the server was in planned maintenance, ascending and apart; absent = never. Says nothing of what was pulled meanwhile. */
  readonly maintenance?: readonly TimeSpan[];
}

/** Quantile levels of every forecast, ascending. */
export const QUANTILE_LEVELS = [0.1, 0.5, 0.9] as const;
/** Their names in labels and JSON. */
export const LEVEL_NAMES = ['p10', 'p50', 'p90'] as const;
export type LevelName = (typeof LEVEL_NAMES)[number];

/** Steps of a forecast: 8 h of 5 minutes. */
export const HORIZON_STEPS = 96;

/** What the numbers of a `ForecastEvidence` stand for; one object shared by all forecasts of a model. */
export interface EvidenceLayout {
  /** Past inputs: mean variable-selection weights, sum 1. */
  readonly past: readonly string[];
  /** Known future inputs: mean variable-selection weights, sum 1. */
  readonly future: readonly string[];
  /** What is told of the window as a whole: variable-selection weights, sum 1. */
  readonly statics: readonly string[];
  /** Candidate forecasts: mean weight of each in the median, sum 1. */
  readonly candidates: readonly string[];
  /** Attention blocks: the 24 h of the past by the hour, oldest first ("-24h" … "-1h"), then "future"; sum 1. */
  readonly attention: readonly string[];
}

/** What the model looked at for one forecast. */
export interface ForecastEvidence {
  readonly layout: EvidenceLayout;
  /** The weights (≥ 0) of past, future, statics, candidates and attention, one after the other in the layout's order. */
  readonly weights: Float32Array;
}

/** The distribution of one metric of one server over the next 8 hours. */
export interface Forecast {
  readonly server: string;
  readonly metric: string;
  /** Epoch seconds of the start of the last known bucket; step h (1–96) lies at origin + h × stepSeconds. */
  readonly origin: number;
  readonly stepSeconds: number;
  /** [HORIZON_STEPS × QUANTILE_LEVELS], step-major, in the metric's unit; levels ascend in each step. */
  readonly values: Float32Array;
  /** Name of the model that made it. */
  readonly model: string;
  /**
   * In the order of RISK_HORIZONS: probability (0–1) that the metric's threshold is breached anew within the horizon, for as
   * long as counts. Absent without a threshold, and where the model has no incident head.
   */
  readonly breachProbability?: Float32Array;
  /** The same as the model's head said it, before it was recalibrated by what came; absent where that is not done. */
  readonly rawBreachProbability?: Float32Array;
  readonly evidence?: ForecastEvidence;
}

export const RISK_HORIZONS = [
  { name: '30m', steps: 6 },
  { name: '1h', steps: 12 },
  { name: '4h', steps: 48 },
  { name: '8h', steps: 96 },
] as const;
export type RiskHorizon = (typeof RISK_HORIZONS)[number]['name'];

/** Levels of a risk, ascending. */
export const RISK_COLORS = ['green', 'yellow', 'red'] as const;
export type RiskColor = (typeof RISK_COLORS)[number];
/** The older dashboards' levels of the same score, ascending. */
export const ALERT_LEVELS = ['healthy', 'degraded', 'warning', 'critical'] as const;
export type AlertLevel = (typeof ALERT_LEVELS)[number];

/** When one metric reaches its threshold; null = not within 8 h at that level. 0 = it is there now. */
export interface TimeToThreshold {
  readonly metric: string;
  readonly threshold: number;
  /** `above`: the breach is at or over the threshold; `below`: at or under it. */
  readonly direction: 'above' | 'below';
  /** Seconds from `Risk.at`, per level. For `above`, p90 crosses first. */
  readonly seconds: Readonly<Record<LevelName, number | null>>;
}

/** What is known of one threshold of a server. */
export interface ThresholdOutlook {
  readonly metric: string;
  readonly threshold: number;
  /** What a threshold against the server's own history is a multiple of: what the metric seldom goes beyond. */
  readonly usualPeak?: number;
  readonly direction: TimeToThreshold['direction'];
  /** Seconds that values have to stay beyond it to count as a breach in `probability`. */
  readonly sustainedSeconds: number;
  /** The newest value is at or beyond it: a state, not a prediction. */
  readonly breached: boolean;
  /** Probability (0–1) that a breach begins within the horizon. Absent while breached, and without a forecast. */
  readonly probability?: Readonly<Record<RiskHorizon, number>>;
}

/** One metric's part of a server's risk. */
export interface RiskContribution {
  readonly metric: string;
  /** Points of the score: the exact Shapley value; the contributions add up to the score. */
  readonly points: number;
  /** In words and numbers, e.g. "mem_used_pct 91 % reaches 95 % in 1 h 50 min (p90 40 min, p10 not within 8 h)". */
  readonly reason: string;
  /** Slope of the last hours, in the metric's unit per hour; absent where too little of them is known. */
  readonly trendPerHour?: number;
}

/** A server's risk at one moment. */
export interface Risk {
  readonly server: string;
  readonly profile: Profile;
  /** Epoch seconds: the time that the forecasts start from. */
  readonly at: number;
  /** 0–100. */
  readonly score: number;
  /** Of this score alone, or held steady where the server is followed from cycle to cycle; never below that of the score. */
  readonly color: RiskColor;
  /** Likewise. */
  readonly alertLevel: AlertLevel;
  /** Epoch seconds since which the color is this one; absent where the server is not followed. */
  readonly colorSince?: number;
  /** Sorted by points, largest first; only metrics with points > 0. */
  readonly contributions: readonly RiskContribution[];
  /** Probability (0–1) that any threshold that is not breached now is breached within the horizon. */
  readonly incidentProbability: Readonly<Record<RiskHorizon, number>>;
  /** One entry per metric with a threshold that has a value now or a forecast. */
  readonly thresholds: readonly ThresholdOutlook[];
  /** One entry per thresholded metric that has a forecast. */
  readonly timeToThreshold: readonly TimeToThreshold[];
}

/** What a server's risk score would be at each step of its forecast. */
export interface RiskPath {
  /** Of the forecasts that it is made from: step h (1–96) lies at origin + h × stepSeconds. */
  readonly origin: number;
  readonly stepSeconds: number;
  /** [HORIZON_STEPS], 0–100. */
  readonly scores: Float32Array;
}

/** An age at which earlier forecasts can be had. */
export interface ForecastAge {
  /** As in the label `age`, e.g. `1h`. */
  readonly name: string;
  readonly seconds: number;
}

/** Forecasts as they were made some time ago, frozen with their cycle. */
export interface EarlierForecasts {
  readonly ages: readonly ForecastAge[];
  /** What was forecast for the server at that age; empty where nothing was kept. Steps that were not kept are NaN. */
  forecastsOf(server: string, age: ForecastAge): readonly Forecast[];
  /** The risk along these forecasts as it was then; undefined where nothing was kept. Steps that were not kept are NaN. */
  riskPathOf(server: string, age: ForecastAge): RiskPath | undefined;
}
