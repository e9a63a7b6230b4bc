/** What report.json holds and report.html draws: every figure of a backtest, with what it was measured against. */

import type { IncidentReport } from './incidentData.js';

/** Marks report.json as one of ours; raised when the shape changes. */
export const REPORT_KIND = 'linborg backtest 1';

/** A figure with its 95 % bootstrap interval over servers; the interval is null where there are fewer than three servers. */
export interface Estimate {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

/**
 * Who forecasts. `served`: what serve would have shown (after blending, calibration and gate); `model`: the network alone;
 * `yardstick`: a second, cheaper model on the same inputs; `naive`: what is done by hand.
 */
export type MethodKind = 'served' | 'model' | 'yardstick' | 'naive';

export interface Method {
  /** `served`, `model`, `yardstick`, or the name of a naive method such as `median_7d_level`. */
  readonly id: string;
  readonly kind: MethodKind;
  /** For people, e.g. "7-day median + level". */
  readonly title: string;
}

/** Scores of one method over a group of series. Every figure is null where nothing could be measured. */
export interface MethodScore {
  /** `Method.id` */
  readonly method: string;
  /** Median over series of MASE: mean absolute error of the median over the series' in-sample 24 h seasonal naive error. */
  readonly mase: number | null;
  /** Median over series of the weighted quantile loss: 2 × pinball loss, mean over the levels, over the sum of |actual|. */
  readonly wql: number | null;
  /** Median over series of the mean pinball loss over p10, p50, p90, in units of the MASE scale. */
  readonly pinball: number | null;
  /** Share of all actual values inside p10–p90; 0.8 is what the levels promise. */
  readonly coverage: number | null;
  /** Median over series of the mean width p90 − p10, in units of the MASE scale. */
  readonly width: number | null;
}

/** The same scores for a part of the series or of the horizon. */
export interface ScoreGroup {
  /** A metric, a profile, a horizon bin, or "all". */
  readonly name: string;
  readonly servers: number;
  readonly series: number;
  /** In the order of `BacktestReport.methods`. */
  readonly scores: readonly MethodScore[];
}

/** How a method compares with the best naive method of the data set, chosen in hindsight. Below 1 it is better. */
export interface MethodRatio {
  readonly method: string;
  /** Mean over series of max(MASE, floor) / max(MASE of the best naive method, floor). */
  readonly mase: Estimate;
  /** The geometric mean of the same quotients. */
  readonly maseGeometric: Estimate;
  /** The same for the pinball loss, against the naive method with the lowest; null where either has no quantiles. */
  readonly pinball: Estimate | null;
  readonly pinballGeometric: Estimate | null;
}

/** One forecast beside what came. Arrays of the horizon are 96 long; null = unknown. */
export interface DrawnForecast {
  /** Epoch seconds of the start of the last known bucket. */
  readonly origin: number;
  /** The 288 values (24 h) up to and including the origin. */
  readonly history: readonly (number | null)[];
  /** Served quantiles. */
  readonly p10: readonly number[];
  readonly p50: readonly number[];
  readonly p90: readonly number[];
  readonly actual: readonly (number | null)[];
  /** Median of the data set's best naive method. */
  readonly naive: readonly number[];
}

/** A series that is among the best or the worst of its data set. */
export interface DrawnSeries {
  readonly server: string;
  readonly metric: string;
  readonly profile: string;
  /** max(MASE, floor) of what was served over that of the best naive method. */
  readonly ratio: number;
  readonly mase: number;
  readonly naiveMase: number;
  /** Share of actual values inside the served p10–p90. */
  readonly coverage: number;
  /** Two or three, spread over the scored origins, oldest first. */
  readonly forecasts: readonly DrawnForecast[];
}

/** How one scored series fared with what was served: a point of the distributions. */
export interface SeriesOutcome {
  readonly server: string;
  readonly metric: string;
  /** max(MASE, floor) of what was served over that of the data set's best naive method. */
  readonly ratio: number;
  /** Share of actual values inside the served p10–p90. */
  readonly coverage: number;
}

/** How many series were covered as promised, by one method. */
export interface CalibratedSeries {
  readonly method: string;
  /** Share of series whose own coverage lies within the settings' coverage band. */
  readonly share: number;
  /**
   * The same, where values that equal p10 or p90 may count as inside or outside: a series that is mostly 0 and forecast to be
   * 0 has no other coverage than 100 %. At least `share`.
   */
  readonly shareWithEdges: number;
  readonly series: number;
}

/** One data set: a folder of traces, or a Prometheus. */
export interface DatasetReport {
  readonly name: string;
  readonly servers: number;
  /** All series that were replayed. */
  readonly series: number;
  readonly scoredSeries: number;
  /** Why the others are not scored. */
  readonly notScored: readonly { readonly reason: string; readonly series: number }[];
  /** Epoch seconds of the first and the last scored origin; null if there is none. */
  readonly firstOrigin: number | null;
  readonly lastOrigin: number | null;
  /** Forecasts scored: series × origins. */
  readonly forecasts: number;
  /** The naive method with the lowest median MASE, and the one with the lowest median pinball loss. Null without scores. */
  readonly bestNaive: string | null;
  readonly bestNaivePinball: string | null;
  /** For every method that is not naive. */
  readonly ratios: readonly MethodRatio[];
  /** Median MASE of every method, with its interval. */
  readonly medianMase: readonly { readonly method: string; readonly mase: Estimate }[];
  /** Only methods with quantiles. */
  readonly calibratedSeries: readonly CalibratedSeries[];
  readonly overall: ScoreGroup;
  readonly byMetric: readonly ScoreGroup[];
  readonly byHorizon: readonly ScoreGroup[];
  readonly byProfile: readonly ScoreGroup[];
  /** Every scored series. */
  readonly outcomes?: readonly SeriesOutcome[];
  /** At most ten each, by ratio; best ascending, worst descending. */
  readonly best: readonly DrawnSeries[];
  readonly worst: readonly DrawnSeries[];
}

/** A range of forecast steps, both ends included; step 1 is the first unknown bucket. */
export interface HorizonBin {
  /** E.g. "to 30 min". */
  readonly name: string;
  readonly firstStep: number;
  readonly lastStep: number;
}

/** How the figures were made: enough to make them again. */
export interface BacktestSettings {
  readonly source: 'csv' | 'prometheus';
  /** Origins per server that were asked for. */
  readonly origins: number;
  /** Share of each trace, at its end, in which origins lie. */
  readonly last: number;
  /** Epoch seconds from which origins lie; null = by `last`. */
  readonly startAt: number | null;
  readonly stepSeconds: number;
  readonly horizonSteps: number;
  readonly maseFloor: number;
  readonly pinballFloor: number;
  /** Series whose own coverage lies in this band count as calibrated. */
  readonly coverageBand: readonly [number, number];
  readonly bootstrapDraws: number;
  readonly bootstrapSeed: number;
}

export interface BacktestReport {
  readonly kind: typeof REPORT_KIND;
  /** ISO 8601. */
  readonly created: string;
  /** Version of linborg. */
  readonly linborg: string;
  /** As it was typed. */
  readonly command: string;
  readonly model: {
    readonly name: string;
    readonly created: string;
    readonly engine: string;
    /** SHA-256 of weights.safetensors, in hex. */
    readonly sha256?: string;
  };
  /** The second model, null if there is none. */
  readonly yardstick: { readonly name: string; readonly created: string } | null;
  readonly settings: BacktestSettings;
  /** Everything that was forecast, rounds that only feed ledger and risk included. */
  readonly work: {
    readonly forecasts: number;
    readonly seconds: number;
    readonly failedForecasts: number;
  };
  /** Columns of every table, in this order. */
  readonly methods: readonly Method[];
  readonly horizonBins: readonly HorizonBin[];
  readonly datasets: readonly DatasetReport[];
  /** Alarms, where they were asked for. */
  readonly incidents?: IncidentReport;
}
