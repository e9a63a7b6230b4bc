/** Asks which servers have data for which alternative of each metric. */
import { formatDuration } from '../core/duration.js';
import type { PackError, SourceError } from '../core/errors.js';
import type { MetricName } from '../core/metrics.js';
import type { Client } from './client.js';
import { STEP_SECONDS } from './grid.js';
import { bucketExpr, type MetricQuery, queryError } from './metricQuery.js';
import type { PrometheusOptions } from './options.js';
import { inParallel } from './parallel.js';
import { QueryFailure } from './queryFailure.js';

export interface Findings {
  readonly found: readonly { readonly query: MetricQuery; readonly servers: ReadonlySet<string> }[];
  readonly failures: readonly ProbeFailure[];
}

export interface ProbeFailure {
  readonly query: MetricQuery;
  readonly error: SourceError | PackError;
}

export interface Prober {
  readonly client: Client;
  readonly options: PrometheusOptions;
  readonly queries: readonly (readonly MetricQuery[])[];
}

/**
 * A probe looks at one hour at each of so many moments, evenly spread over the time asked about. Looking at all of it
 * would cost Prometheus as much as the history itself: it reads every sample of the range, whatever the step.
 */
const PROBE_MOMENTS = 8;
const PROBE_HOUR_SECONDS = 3600;

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
