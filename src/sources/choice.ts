/** Which alternative serves which server: the first that has data, for each server on its own. */

import { formatDuration } from '../core/duration.js';
import type { PackError, SourceError } from '../core/errors.js';
import type { MetricName } from '../core/metrics.js';
import type { Client } from './client.js';
import { STEP_SECONDS } from './grid.js';
import { bucketExpr, type MetricQuery, queryError } from './metricQuery.js';
import type { PrometheusOptions } from './options.js';
import { inParallel } from './parallel.js';
import { QueryFailure } from './queryFailure.js';

export interface ProbeFailure {
  readonly query: MetricQuery;
  readonly error: SourceError | PackError;
}

/**
 * A probe looks at one hour at each of so many moments, evenly spread over the time asked about. Looking at all of it
 * would cost Prometheus as much as the history itself: it reads every sample of the range, whatever the step.
 */
const PROBE_MOMENTS = 8;
const PROBE_HOUR_SECONDS = 3600;

/** The winners so far. Invariant: a server has at most one winner per metric. */
export class Choice {
  /** Server → rank of its winner, by metric. */
  readonly #winners = new Map<MetricName, Map<string, number>>();
  /** How many servers answered the last probe, by metric and rank. */
  readonly #carriers = new Map<string, number>();
  /** Epoch seconds at which a server last had data. */
  readonly #seenAt = new Map<string, number>();
  /** Metrics whose last probe failed in part: who has them is not known. */
  readonly #uncertain = new Set<MetricName>();

  winner(metric: MetricName, server: string): number | undefined {
    return this.#winners.get(metric)?.get(server);
  }

  /** The servers that an alternative serves, sorted. */
  serversOf({ metric, rank }: MetricQuery): string[] {
    const winners = this.#winners.get(metric) ?? new Map<string, number>();
    return [...winners]
      .filter(([, winner]) => winner === rank)
      .map(([server]) => server)
      .sort();
  }

  /** How many servers will answer a query that names none: winners and others. */
  carriersOf(query: MetricQuery): number {
    return Math.max(this.#carriers.get(`${query.metric} ${query.rank}`) ?? 0, this.serversOf(query).length);
  }

  /** No server has had data. */
  get isEmpty(): boolean {
    return this.#seenAt.size === 0;
  }

  knows(server: string): boolean {
    return this.#seenAt.has(server);
  }

  /** Whether it is certain that no alternative has this metric for the server. */
  isAbsent(metric: MetricName, server: string): boolean {
    return !this.#uncertain.has(metric) && this.winner(metric, server) === undefined;
  }

  /** Whether the answers to a query about a server are to be used; a server new to the metric is, for rank 0. */
  serves({ metric, rank }: MetricQuery, server: string): boolean {
    return (this.winner(metric, server) ?? 0) === rank;
  }

  /** Notes that a server had data; a server new to a metric is given to rank 0, if that answered. */
  saw(query: MetricQuery, server: string, at: number): void {
    this.#seenAt.set(server, at);
    if (query.rank === 0 && this.winner(query.metric, server) === undefined) this.#set(query, server);
  }

  /** Takes over a probe's findings; a server without data now keeps its former winner. */
  adopt(findings: Findings, at: number): void {
    for (const { query, servers } of findings.found) {
      this.#carriers.set(`${query.metric} ${query.rank}`, servers.size);
      for (const server of servers) this.#seenAt.set(server, at);
    }
    const best = new Set<string>();
    for (const { query, servers } of [...findings.found].sort((a, b) => a.query.rank - b.query.rank)) {
      for (const server of servers) {
        const key = `${query.metric} ${server}`;
        if (!best.has(key)) this.#set(query, server);
        best.add(key);
      }
    }
    this.#uncertain.clear();
    for (const { query } of findings.failures) this.#uncertain.add(query.metric);
  }

  /** Forgets servers that had no data since `before`. */
  forget(before: number): void {
    for (const [server, seenAt] of this.#seenAt) {
      if (seenAt >= before) continue;
      this.#seenAt.delete(server);
      for (const winners of this.#winners.values()) winners.delete(server);
    }
  }

  #set({ metric, rank }: MetricQuery, server: string): void {
    const winners = this.#winners.get(metric);
    if (winners) winners.set(server, rank);
    else this.#winners.set(metric, new Map([[server, rank]]));
  }
}

export interface Findings {
  readonly found: readonly { readonly query: MetricQuery; readonly servers: ReadonlySet<string> }[];
  readonly failures: readonly ProbeFailure[];
}

export interface Prober {
  readonly client: Client;
  readonly options: PrometheusOptions;
  readonly queries: readonly (readonly MetricQuery[])[];
}

/**
 * Asks which servers have data for what in the `lookbackSeconds` before `at`. A less preferred alternative is asked
 * only while a server known from any metric lacks a more preferred one.
 */
export async function probe(prober: Prober, at: number, lookbackSeconds: number): Promise<Findings> {
  const found: { query: MetricQuery; servers: ReadonlySet<string> }[] = [];
  const failures: ProbeFailure[] = [];
  const known = new Set<string>();
  const covered = new Map<MetricName, Set<string>>();
  const nextRank = prober.queries.map(() => 0);
  for (;;) {
    const round = prober.queries.flatMap((queries, i) => {
      const query = queries[nextRank[i]!];
      if (!query || !isNeeded(query, known, covered.get(query.metric))) return [];
      nextRank[i]!++;
      return [query];
    });
    if (round.length === 0) return { found, failures };
    const answers = inParallel(round, prober.options.max_concurrency, (query) =>
      probeOne(prober, query, at, lookbackSeconds),
    );
    for await (const answer of answers) {
      if ('error' in answer) {
        failures.push(answer);
        continue;
      }
      found.push(answer);
      const { metric } = answer.query;
      covered.set(metric, new Set([...(covered.get(metric) ?? []), ...answer.servers]));
      for (const server of answer.servers) known.add(server);
    }
  }
}

function isNeeded(
  { rank }: MetricQuery,
  known: ReadonlySet<string>,
  covered: ReadonlySet<string> = new Set(),
): boolean {
  return rank === 0 || covered.size === 0 || [...known].some((server) => !covered.has(server));
}

async function probeOne(
  { client, options }: Prober,
  query: MetricQuery,
  at: number,
  lookbackSeconds: number,
): Promise<{ query: MetricQuery; servers: ReadonlySet<string> } | ProbeFailure> {
  const expr = bucketExpr(query, options);
  // max_over_time skips NaN, so a server whose values all are NaN does not count as having data. Its steps lie on whole multiples
  // of five minutes: a server that has just begun to be scraped has data at the moment itself alone.
  const steps = `[${formatDuration(PROBE_HOUR_SECONDS)}:${formatDuration(STEP_SECONDS)}]`;
  const overHour = `max_over_time((\n${expr}\n)${steps}) or (\n${expr}\n)`;
  const ask = (moment: number) =>
    client.instant(overHour, moment).catch((error: unknown) => {
      if (error instanceof QueryFailure && error.kind === 'too_much') return client.instant(expr, moment);
      throw error;
    });
  const servers = new Set<string>();
  try {
    for (const moment of probeMoments(at, lookbackSeconds)) {
      for (const { labels, values } of await ask(moment)) {
        const server = labels[options.server_label] ?? '';
        if (server !== '' && !Number.isNaN(values[0])) servers.add(server);
      }
    }
    return { query, servers };
  } catch (error) {
    return { query, error: queryError(query, overHour, error as Error) };
  }
}

/** Ends of the hours to look at, the newest first. */
function probeMoments(at: number, lookbackSeconds: number): number[] {
  const hours = Math.max(1, Math.ceil(lookbackSeconds / PROBE_HOUR_SECONDS));
  const count = Math.min(PROBE_MOMENTS, hours);
  return Array.from({ length: count }, (_, i) => at - Math.floor((i * hours) / count) * PROBE_HOUR_SECONDS);
}
