/** The running account of one pull: what came, what failed, and when to stop trying. */
import type { SourceError } from '../core/errors.js';
import type { SeriesQuery } from './metricQuery.js';
import { isOutage, type QueryFailure } from './queryFailure.js';
import { noPoints, type PointCounts } from './serverSeries.js';
import type { PullFailure, PullSummary, TargetPull } from './source.js';

/** So many failures in a row, none of them a query's own fault, mean that the rest would fail as well. */
const OUTAGE_AFTER = 3;

export interface Part {
  readonly query: SeriesQuery;
  readonly from: number;
  readonly to: number;
}

/** What was sent for a pull. */
export interface PullRequests {
  readonly queries: number;
  readonly queriesFailed: number;
  readonly warnings: readonly string[];
  /** Names of the extra targets. */
  readonly targets: readonly string[];
}

export class Pull {
  readonly counts: PointCounts = noPoints();
  /** Servers with at least one finite value. */
  readonly servers = new Set<string>();
  /** The source's clock, epoch seconds. */
  readonly at: number;
  readonly skewSeconds: number;
  readonly #failures: PullFailure[] = [];
  /** Servers with at least one finite value, by metric. */
  readonly #seen = new Map<string, Set<string>>();
  #outagesInRow = 0;
  #outage: SourceError | undefined;

  constructor(at: number, skewSeconds: number) {
    this.at = at;
    this.skewSeconds = skewSeconds;
  }

  /** Why nothing more should be asked in this pull; undefined while it goes well. */
  get outage(): SourceError | undefined {
    return this.#outage;
  }

  saw(metric: string, server: string): void {
    this.servers.add(server);
    this.sawSubject(metric, server);
  }

  /** As `saw`, but what it is about need not be a server. */
  sawSubject(metric: string, server: string): void {
    const seen = this.#seen.get(metric);
    if (seen) seen.add(server);
    else this.#seen.set(metric, new Set([server]));
  }

  /** What it has seen so far with a finite value of a metric. */
  subjectsOf(metric: string): readonly string[] {
    return [...(this.#seen.get(metric) ?? [])];
  }

  hasSeen(metric: string, server: string): boolean {
    return this.#seen.get(metric)?.has(server) ?? false;
  }

  hasFailed(metric: string): boolean {
    return this.#failures.some((failure) => failure.metric === metric);
  }

  succeeded(): void {
    this.#outagesInRow = 0;
  }

  failed({ query: { metric, alternative }, from, to }: Part, error: PullFailure['error'], cause?: QueryFailure): void {
    this.#failures.push({ metric, alternative: alternative.name, from, to, error });
    this.#countOutage(error, cause);
  }

  /** Something failed that is asked for now alone. @param asked  what it is, in the place of a metric */
  failedNow(asked: string, error: SourceError): void {
    this.#failures.push({ metric: asked, alternative: asked, from: this.at, to: this.at, error });
    this.#countOutage(error, error.cause as QueryFailure | undefined);
  }

  stopped(outage: SourceError): this {
    this.#outage = outage;
    return this;
  }

  #countOutage(error: PullFailure['error'], cause: QueryFailure | undefined): void {
    if (cause === undefined || !isOutage(cause)) return;
    this.#outagesInRow++;
    if (this.#outagesInRow >= OUTAGE_AFTER) this.#outage ??= error;
  }

  /** How a target fared. */
  target(metric: string): TargetPull {
    const isUp = this.#outage === undefined && !this.hasFailed(metric);
    return { metric, isUp, series: this.#seen.get(metric)?.size ?? 0 };
  }

  summary(source: string, durationSeconds: number, requests: PullRequests): PullSummary {
    return {
      source,
      at: this.at,
      skewSeconds: this.skewSeconds,
      durationSeconds,
      queries: requests.queries,
      queriesFailed: requests.queriesFailed,
      servers: this.servers.size,
      ...this.counts,
      warnings: requests.warnings,
      targets: requests.targets.map((metric) => this.target(metric)),
      failures: this.#failures,
      ...(this.#outage === undefined ? {} : { outage: this.#outage }),
    };
  }
}
