/** Anomalies of whole categories of series: services, servers, linborg itself. */

export const ANOMALY_CATEGORIES = ['api', 'infrastructure', 'ai_engine'] as const;
/** `api`: HTTP services; `infrastructure`: the fleet's servers; `ai_engine`: linborg itself. */
export type AnomalyCategory = (typeof ANOMALY_CATEGORIES)[number];

/** Ascending. */
export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** A series that was outside what was forecast for it, over the last hour. */
export interface OutlyingSeries {
  readonly server: string;
  readonly metric: string;
  /** Mean distance beyond the edge in half-widths of p10–p90, 0 inside; each bucket counts 4 at most. */
  readonly excess: number;
  /** The side on which most of the excess lies. */
  readonly direction: 'above' | 'below';
  /** Buckets outside, and buckets that could be judged; of 12. */
  readonly outside: number;
  readonly judged: number;
}

/** What an hour of one category says. */
export interface CategoryState {
  readonly category: AnomalyCategory;
  /** Servers, or series of extra targets, that could be judged; > 0. */
  readonly judged: number;
  /** How many of them are outlying. */
  readonly outlying: number;
  /** Share that is usually outlying, 0–1. */
  readonly usualShare: number;
  /** Probability of fewer outlying ones if each were outlying by its usual chance, 0–1. */
  readonly confidence: number;
  /** Depth of what is outlying times the root of its share, 0–1. */
  readonly score: number;
  /** What the score amounts to; undefined where the category is not anomalous. */
  readonly severity: Severity | undefined;
  /** What to do about it, in words. */
  readonly recommendedAction: string;
  /** The series that carry it, largest excess first, MOST_SERIES at most. */
  readonly series: readonly OutlyingSeries[];
}

/** Series of a category that are told. */
export const MOST_SERIES = 10;
