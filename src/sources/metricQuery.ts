/** One way to ask for one metric, rendered for one source. */
import { PackError, SourceError } from '../core/errors.js';
import type { MetricName } from '../core/metrics.js';
import type { Alternative } from '../mapping/alternative.js';
import type { MappingPack } from '../mapping/pack.js';
import { renderExpr } from '../mapping/render.js';
import { STEP_SECONDS } from './grid.js';
import type { PrometheusOptions } from './options.js';
import { isRetryable, type QueryFailure } from './queryFailure.js';
import type { TargetOptions } from './targetOptions.js';

export interface MetricQuery {
  readonly metric: MetricName;
  readonly alternative: Alternative;
  /** Position among the metric's alternatives; the lowest with data wins. */
  readonly rank: number;
  readonly target?: undefined;
}

/** The only way to ask for an extra target. */
export interface TargetQuery extends Omit<MetricQuery, 'metric' | 'target'> {
  readonly metric: string;
  readonly target: TargetOptions;
}

export type SeriesQuery = MetricQuery | TargetQuery;

/** What the configuration lets be asked, by metric in the pack's order of preference. */
export function metricQueries(pack: MappingPack, options: PrometheusOptions): MetricQuery[][] {
  return [...pack.alternatives].map(([metric, alternatives]) =>
    alternatives
      .filter((alternative) => !alternative.estimate || (options.metrics[metric]?.estimate ?? false))
      .map((alternative, rank) => ({ metric, alternative, rank })),
  );
}

/** The PromQL for a complete bucket, evaluated at its end. */
export function bucketExpr(query: SeriesQuery, options: PrometheusOptions, servers?: readonly string[]): string {
  return render(query, options, Math.max(STEP_SECONDS, options.min_window), servers);
}

/** The PromQL for a bucket of which only `elapsedSeconds` have passed, evaluated now. */
export function partialExpr(query: SeriesQuery, options: PrometheusOptions, elapsedSeconds: number): string {
  return render(query, options, Math.max(Math.ceil(elapsedSeconds), options.min_window));
}

function render(
  query: SeriesQuery,
  options: PrometheusOptions,
  windowSeconds: number,
  servers?: readonly string[],
): string {
  return renderExpr(query.alternative.expr, {
    selector: options.selector,
    serverLabel: options.server_label,
    windowSeconds,
    ...(servers === undefined ? {} : { servers }),
  });
}

/** The error to report for a failed query: PackError where a pack must be edited, else SourceError. */
export function queryError(query: SeriesQuery, expr: string, cause: Error): SourceError | PackError {
  if (cause instanceof SourceError) return cause;
  const failure = cause as QueryFailure;
  const { metric, alternative } = query;
  const tries = isRetryable(failure) ? ' after 3 tries' : '';
  if (query.target !== undefined)
    return new SourceError(`target ${metric} failed${tries} (${failure.message}); the query was: ${oneLine(expr)}`, {
      cause,
    });
  if (failure.kind === 'bad_query' || failure.kind === 'execution')
    return new PackError(
      `${alternative.place} "${alternative.name}" is refused${tries} (${failure.message}); the query was: ${oneLine(expr)}`,
      { cause },
    );
  return new SourceError(`query for ${metric} ("${alternative.name}") failed${tries} (${failure.message})`, { cause });
}

/** A query on one line, as one pastes it; as it stands where a comment needs its line end. */
export function oneLine(expr: string): string {
  if (expr.includes('#')) return expr.trim();
  return expr.replace(/\s*\n\s*/g, ' ').trim();
}
