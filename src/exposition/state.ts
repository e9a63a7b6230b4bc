/** What the doors (web) may know about the running exporter; the composition root implements it. */
import type { SourceQuery } from '../core/sourceQuery.js';
import type { ExporterMetrics } from './exporterMetrics.js';
import type { FutureOptions } from './options.js';
import type { PublishedCycle } from './publishedCycle.js';
import type { BuildSummary, ModelCard, ModelSummary } from './summaries.js';

/** How the cycles have gone since the start. Times are epoch seconds of the wall clock. */
export interface CycleTotals {
  readonly startedAt: number;
  readonly intervalSeconds: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly skipped: number;
  readonly lastSuccessAt?: number | undefined;
  readonly lastDurationSeconds?: number | undefined;
  /** Why the newest cycle failed; undefined if it succeeded or there was none. */
  readonly lastFailure?: string | undefined;
  /** What the first cycle waits for, in words; undefined once it succeeded. */
  readonly underWay?: string | undefined;
}

/** One cycle that ended. */
export interface CycleRecord {
  /** Epoch seconds at which it ended. */
  readonly at: number;
  readonly durationSeconds: number;
  /** Servers in its result; undefined for one that failed. */
  readonly servers: number | undefined;
  /** Series that could not be forecast. */
  readonly failedSeries: number;
  /** Why it failed, or why those series did; undefined if all went well. */
  readonly failure: string | undefined;
}

/** One query that a source is asked in every cycle, and how it fared. */
export interface QueryView extends SourceQuery {
  readonly source: string;
  /** Why it failed in the newest pull; undefined if it did not. */
  readonly failure: string | undefined;
}

/** One source as it stands. */
export interface SourceStatus {
  readonly name: string;
  /** Epoch seconds of the last successful pull. */
  readonly lastSuccessAt?: number | undefined;
  /** Why the newest pull failed; undefined if it succeeded. */
  readonly lastFailure?: string | undefined;
  /** Samples delivered since the start. */
  readonly samples: number;
}

/** The state at the moment of the call; every member returns at once. */
export interface StateView {
  readonly build: BuildSummary;
  readonly exporter: ExporterMetrics;
  /** The newest successful cycle. The doors withdraw it by themselves when it is too old. */
  cycle(): PublishedCycle | undefined;
  cycles(): CycleTotals;
  /** The newest first; only some of them are remembered. */
  recentCycles(): readonly CycleRecord[];
  /** What the sources are asked now. */
  queries(): readonly QueryView[];
  model(): ModelSummary | undefined;
  /** What is known of the model that serves. */
  modelCard(): ModelCard | undefined;
  sources(): readonly SourceStatus[];
  /** Five-minute buckets that a server needs before its first forecast. */
  warmupBuckets(): number;
  /** How remote read answers. */
  future(): FutureOptions;
  /** The configuration in force as YAML, without secrets. */
  configText(): string;
}
