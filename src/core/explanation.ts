/** Why a server has its risk: reasons, what the model looked at, and what would change it. */
import type { LevelName, Risk, RiskColor, RiskContribution, RiskHorizon, TimeToThreshold } from './flow.js';

/** A name and its share, 0–1. */
export interface NamedShare {
  readonly name: string;
  readonly share: number;
}

/** A stretch of the last 24 hours that got more attention than an even share. */
export interface FocusPeriod {
  /** Hours before the forecast's origin; from > to. */
  readonly fromHoursAgo: number;
  readonly toHoursAgo: number;
  /** Of the attention on the past, 0–1. */
  readonly share: number;
  /** How many times as much as an even share of so many hours. */
  readonly timesEven: number;
}

/** What the network looked at for one metric; a part that a network does not have is empty. */
export interface MetricEvidence {
  /** Variable-selection weights, means over time, largest first; each adds up to 1. */
  readonly past: readonly NamedShare[];
  readonly future: readonly NamedShare[];
  readonly statics: readonly NamedShare[];
  /** Weights of the candidate forecasts in the network's median. */
  readonly candidates: readonly NamedShare[];
  /** Attention by block, heads averaged, in the layout's order: the last 24 hours, oldest first, then the future. */
  readonly attention: readonly NamedShare[];
  /** Largest share first; empty where attention is spread evenly. */
  readonly focus: readonly FocusPeriod[];
}

/** One of the metrics that explain most of a risk. */
export interface ExplainedMetric {
  readonly contribution: RiskContribution;
  /** Absent where there is no value of late. */
  readonly current?: number;
  readonly threshold: number;
  readonly direction: TimeToThreshold['direction'];
  readonly breached: boolean;
  /** Absent while breached and without a forecast. */
  readonly probability?: Readonly<Record<RiskHorizon, number>>;
  /** Absent without a forecast. */
  readonly seconds?: Readonly<Record<LevelName, number | null>>;
  /** Absent without a forecast. */
  readonly evidence?: MetricEvidence;
  /** How much of the median that is served comes from the model and from each candidate; adds up to 1, largest first. */
  readonly servedBy: readonly NamedShare[];
}

/** A change of one metric that was tried. */
export interface MetricChange {
  readonly metric: string;
  /** The newest value, and what it would be. */
  readonly from: number;
  readonly to: number;
}

/** The model and the score, run again with an input changed. */
export interface Counterfactual {
  /** One, or several at once. */
  readonly changes: readonly MetricChange[];
  /** For so many hours up to now the values are changed. */
  readonly hours: number;
  readonly scoreBefore: number;
  readonly scoreAfter: number;
  /** Of the scores alone, not held. */
  readonly colorBefore: RiskColor;
  readonly colorAfter: RiskColor;
  /** Probability of any new breach within 8 h. */
  readonly probabilityBefore: number;
  readonly probabilityAfter: number;
  /** In words and numbers. */
  readonly scenario: string;
  readonly recommendation: string;
}

export interface Explanation {
  /** As served. */
  readonly risk: Risk;
  /** Those that explain most, largest first; three at most. */
  readonly metrics: readonly ExplainedMetric[];
  readonly counterfactuals: readonly Counterfactual[];
  /** What the attention of the metrics lies on, in words. */
  readonly attentionWords: string;
}
