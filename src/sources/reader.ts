/** Range reading that fits itself to what the API lets pass. */
import type { PackError, SourceError } from '../core/errors.js';
import type { AnswerSeries } from './answer.js';
import type { Client } from './client.js';
import { type BucketRange, bucketCount, STEP_SECONDS, splitRange } from './grid.js';
import { bucketExpr, queryError, type SeriesQuery } from './metricQuery.js';
import type { PrometheusOptions } from './options.js';
import { QueryFailure } from './queryFailure.js';

export interface ReadResult {
  /** Times are bucket starts. A long range may come in several series with the same labels. */
  readonly series: readonly AnswerSeries[];
  readonly failures: readonly ReadFailure[];
  /** Of which something may be missing, by the source's own word. */
  readonly partial: readonly BucketRange[];
}

export interface ReadFailure extends BucketRange {
  readonly error: SourceError | PackError;
  /** The failed request; undefined if it did not come that far. */
  readonly cause: QueryFailure | undefined;
}

/** Prometheus refuses more points per series, whatever its settings. */
const MAX_POINTS_PER_SERIES = 11_000;
/** Below one hour a query is divided by servers rather than by time. */
const MIN_BUCKETS = 12;

/** Reads complete buckets of one metric query. Remembers what size was refused, so that it is not tried again. */
export class RangeReader {
  readonly #client: Client;
  readonly #options: PrometheusOptions;
  /** Buckets per request that are known to pass, by metric and alternative. */
  readonly #limits = new Map<string, number>();

  constructor(client: Client, options: PrometheusOptions) {
    this.#client = client;
    this.#options = options;
  }

  /** How many buckets one request may span when that many servers answer. */
  bucketsPerRequest(query: SeriesQuery, servers: number): number {
    const bySamples = Math.floor(this.#options.max_samples_per_query / Math.max(1, servers));
    const refused = this.#limits.get(limitKey(query)) ?? MAX_POINTS_PER_SERIES;
    return Math.max(1, Math.min(MAX_POINTS_PER_SERIES, bySamples, refused));
  }

  /**
   * The buckets of a range. A request refused for its size is halved, by time down to one hour and then by servers;
   * what fails all the same is told in `failures`, next to the parts that came.
   * @param servers those that are expected to answer, for dividing
   */
  async read(query: SeriesQuery, range: BucketRange, servers: readonly string[]): Promise<ReadResult> {
    return this.#read(query, range, servers, undefined);
  }

  async #read(
    query: SeriesQuery,
    range: BucketRange,
    servers: readonly string[],
    only: readonly string[] | undefined,
  ): Promise<ReadResult> {
    const buckets = bucketCount(range);
    const limit = this.#limits.get(limitKey(query)) ?? MAX_POINTS_PER_SERIES;
    if (buckets > limit) {
      return joinResults(splitRange(range, limit), (piece) => this.#read(query, piece, servers, only));
    }
    const expr = bucketExpr(query, this.#options, only);
    try {
      const { series, isPartial } = await this.#ask(expr, range);
      return { series, failures: [], partial: isPartial ? [range] : [] };
    } catch (error) {
      const cause = error instanceof QueryFailure ? error : undefined;
      if (cause?.kind === 'too_much' && buckets > MIN_BUCKETS) {
        this.#limits.set(limitKey(query), Math.max(MIN_BUCKETS, Math.ceil(buckets / 2)));
        return this.#read(query, range, servers, only);
      }
      const asked = only ?? servers;
      if (cause?.kind === 'too_much' && asked.length > 1) {
        const middle = Math.ceil(asked.length / 2);
        const halves = [asked.slice(0, middle), asked.slice(middle)];
        return joinResults(halves, (half) => this.#read(query, range, servers, half));
      }
      return {
        series: [],
        partial: [],
        failures: [{ ...range, error: queryError(query, expr, error as Error), cause }],
      };
    }
  }

  /** Each bucket is evaluated at its end, over a window as long as the bucket, and named by its start. */
  async #ask(expr: string, { from, to }: BucketRange): Promise<{ series: AnswerSeries[]; isPartial: boolean }> {
    const answer = await this.#client.range(expr, from + STEP_SECONDS, to + STEP_SECONDS, STEP_SECONDS);
    const series = answer.map(({ labels, times, values }) => {
      const starts = times.map((end) => end - STEP_SECONDS);
      if (starts.some((start) => start % STEP_SECONDS !== 0 || start < from || start > to))
        throw new QueryFailure('malformed', `the answer has times outside those asked for (${from} to ${to})`);
      return { labels, times: starts, values };
    });
    return { series, isPartial: this.#client.isPartial(answer) };
  }
}

async function joinResults<T>(parts: readonly T[], read: (part: T) => Promise<ReadResult>): Promise<ReadResult> {
  const series: AnswerSeries[] = [];
  const failures: ReadFailure[] = [];
  const partial: BucketRange[] = [];
  for (const part of parts) {
    const result = await read(part);
    for (const entry of result.series) series.push(entry);
    failures.push(...result.failures);
    partial.push(...result.partial);
  }
  return { series, failures, partial };
}

function limitKey(query: SeriesQuery): string {
  return `${query.metric} ${query.rank}`;
}
