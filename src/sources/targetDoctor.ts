/** What a Prometheus really has for each extra target: the second part of `check mappings`. */
import { SourceError } from '../core/errors.js';
import { upperBound } from '../core/metrics.js';
import { createClient, type Surroundings } from './client.js';
import { apiUrl } from './grafana.js';
import { bucketAt, lastCompleteBucket, splitRange } from './grid.js';
import { bucketExpr, oneLine, type TargetQuery } from './metricQuery.js';
import type { PrometheusOptions } from './options.js';
import { inParallel } from './parallel.js';
import { RangeReader } from './reader.js';
import { noPoints } from './serverSeries.js';
import { measureSkew } from './skew.js';
import type { TargetOptions } from './targetOptions.js';
import { targetQueries, targetSamples } from './targetQuery.js';
import type { Spread } from './units.js';

export interface TargetReport {
  readonly metric: string;
  /** Subjects that had a value in the last 24 h. */
  readonly subjects: readonly string[];
  /** Values of the last 24 h within the bounds of the name; absent if there is none. */
  readonly spread?: Spread;
  /** As it was sent. */
  readonly query: string;
  /** What is wrong, one sentence each. */
  readonly problems: readonly string[];
}

const LOOKBACK_SECONDS = 86_400;

/**
 * Examines the last 24 h of every target.
 * @throws SourceError if the API cannot be reached at all
 */
export async function examineTargets(
  options: PrometheusOptions,
  surroundings: Surroundings,
  targets: readonly TargetOptions[],
): Promise<TargetReport[]> {
  if (targets.length === 0) return [];
  const client = await createClient(options, surroundings);
  try {
    const at = surroundings.clock() + (await measureSkew(client, surroundings.clock));
    const reader = new RangeReader(client, options);
    const range = { from: bucketAt(at - LOOKBACK_SECONDS), to: lastCompleteBucket(at) };
    const examine = async (query: TargetQuery) => {
      const pieces = splitRange(range, reader.bucketsPerRequest(query, query.target.max_series));
      const results = await Promise.all(pieces.map((piece) => reader.read(query, piece, [])));
      const answer = results.flatMap(({ series }) => series);
      const failures = results.flatMap((result) => result.failures.map(({ error }) => error.message));
      return reportOn(query, options, answer, failures);
    };
    const reports: TargetReport[] = [];
    for await (const report of inParallel(targetQueries(targets), options.max_concurrency, examine))
      reports.push(report);
    return reports.sort((a, b) => (a.metric < b.metric ? -1 : 1));
  } catch (cause) {
    if (cause instanceof SourceError) throw cause;
    throw new SourceError(`prometheus ${apiUrl(options)} cannot be examined (${(cause as Error).message})`, { cause });
  } finally {
    client.close();
  }
}

function reportOn(
  query: TargetQuery,
  options: PrometheusOptions,
  answer: Parameters<typeof targetSamples>[1],
  failures: readonly string[],
): TargetReport {
  const { metric } = query;
  const base = { metric, query: oneLine(bucketExpr(query, options)) };
  const counts = noPoints();
  try {
    const samples = targetSamples(query, answer, options.server_label, counts);
    const present = samples.filter(({ values }) => values.some(Number.isFinite));
    const values = Float64Array.from(present.flatMap((series) => [...series.values].filter(Number.isFinite))).sort();
    const spread = { min: values[0]!, median: values[values.length >> 1]!, max: values.at(-1)! };
    return {
      ...base,
      subjects: present.map(({ server }) => server).sort(),
      ...(values.length > 0 && { spread }),
      problems: [
        ...failures,
        ...(values.length === 0 && failures.length === 0 ? ['no value in the last 24 h'] : []),
        ...(counts.implausiblePoints > 0 ? [outOfBounds(metric, counts.implausiblePoints)] : []),
      ],
    };
  } catch (error) {
    return { ...base, subjects: [], problems: [...failures, (error as Error).message] };
  }
}

function outOfBounds(metric: string, count: number): string {
  const bound = upperBound(metric);
  const range = Number.isFinite(bound) ? `0 to ${bound}, as the name's end says` : '0 or more';
  return `${count} values count as absent, since they are outside ${range}`;
}
