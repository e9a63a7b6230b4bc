/** Which alternative serves which server: the first that has data, for each server on its own. */
import type { MetricName } from '../core/metrics.js';
import type { MetricQuery } from './metricQuery.js';
import type { Findings } from './probe.js';

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
