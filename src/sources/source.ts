/** What every source does for the pipeline: a stream of what it brings in, closed by a summary. */
import type { PackError, SourceError } from '../core/errors.js';
import type { SampleBatch } from '../core/flow.js';
import type { ServerLabels } from '../core/serverLabels.js';
import type { SourceQuery } from '../core/sourceQuery.js';

export interface Source {
  /** For metrics and logs. */
  readonly name: string;
  /** Everything that the source knows about the `seconds` before `now` (epoch seconds), the newest bucket included. */
  history(now: number, seconds: number): AsyncIterable<PullEvent>;
  /**
   * What is new since the complete bucket that begins at `since`: later complete buckets, the newest partial one, and
   * once more what may have grown by late samples. It remembers by itself what it failed to bring, and tries again.
   */
  increment(since: number, now: number): AsyncIterable<PullEvent>;
  /**
   * What the source itself recorded for an expression, at `from`, `from + stepSeconds`, … up to `to` (epoch seconds); absent
   * where a source records nothing. Throws QueryFailure after 3 tries.
   */
  recorded?(expr: string, range: RecordedRange): Promise<readonly RecordedSeries[]>;
  /** What it asks for now, metric by metric; absent where a source asks nothing. */
  queries?(): readonly SourceQuery[];
  /** Ends whatever is under way; a pull then closes with its summary. */
  close(): void;
}

export interface RecordedRange {
  readonly from: number;
  readonly to: number;
  readonly stepSeconds: number;
}

/** One series of an answer. */
export interface RecordedSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** Epoch seconds, ascending. */
  readonly times: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

/** One step of a pull. The last event is always the one summary; a pull itself does not throw. */
export type PullEvent =
  | {
      readonly kind: 'batch';
      readonly batch: SampleBatch;
      /** Steps done so far, out of `total`. */
      readonly done: number;
      readonly total: number;
    }
  | { readonly kind: 'summary'; readonly summary: PullSummary };

/** A part of a pull that brought nothing; the rest went on. */
export interface PullFailure {
  readonly metric: string;
  /** Name of the pack's alternative. */
  readonly alternative: string;
  /** Starts of the first and the last bucket that are missing, epoch seconds. */
  readonly from: number;
  readonly to: number;
  readonly error: SourceError | PackError;
}

/** How an extra target fared in a pull. */
export interface TargetPull {
  readonly metric: string;
  /** Whether all of it was answered, and within its limits. */
  readonly isUp: boolean;
  /** Series with at least one finite value. */
  readonly series: number;
}

/** What a pull did, for the exporter's own metrics and the log. */
export interface PullSummary {
  readonly source: string;
  /** The source's own clock at the pull, epoch seconds. */
  readonly at: number;
  /** The source's clock minus ours; 0 when it could not be measured. */
  readonly skewSeconds: number;
  readonly durationSeconds: number;
  /** Requests sent, each retry counted. */
  readonly queries: number;
  readonly queriesFailed: number;
  /** Finite values brought in. */
  readonly samples: number;
  /** Servers that had at least one finite value. */
  readonly servers: number;
  /** Points of a server that several series claimed; the first series by its labels won. */
  readonly duplicatePoints: number;
  /** NaN and infinite points, passed on as "none". */
  readonly nonFinitePoints: number;
  /** Points outside their metric's range, passed on as "none". */
  readonly implausiblePoints: number;
  /** Series without the server label, left out. */
  readonly unlabelledSeries: number;
  /** What the source itself warned of, e.g. Thanos about a partial answer. */
  readonly warnings: readonly string[];
  readonly failures: readonly PullFailure[];
  readonly targets: readonly TargetPull[];
  /** Labels to pass through, by server, as they are now or, if that failed, were known last; absent where none are wanted. */
  readonly labels?: ReadonlyMap<string, ServerLabels>;
  /** Those and the ones that tell a profile, likewise. */
  readonly askedLabels?: ReadonlyMap<string, ServerLabels>;
  /** Why nothing could be read at all; absent when at least the connection works. */
  readonly outage?: SourceError;
}
