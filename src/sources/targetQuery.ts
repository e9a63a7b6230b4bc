/** The query of an extra target, and how its answer becomes series of subjects. */
import { SourceError } from '../core/errors.js';
import type { SampleSeries } from '../core/flow.js';
import type { AnswerSeries } from './answer.js';
import type { TargetQuery } from './metricQuery.js';
import { groupByServer, mergeSeries, type PointCounts, toSampleSeries } from './serverSeries.js';
import type { TargetOptions } from './targetOptions.js';

/** One query per target. */
export function targetQueries(targets: readonly TargetOptions[]): TargetQuery[] {
  return targets.map((target) => ({
    metric: target.name,
    alternative: { name: target.pack ?? 'target', expr: target.query, estimate: false, place: `target ${target.name}` },
    rank: 0,
    target,
  }));
}

/**
 * One series per subject.
 * @throws SourceError where the answer is not what the target may give: it then counts for nothing
 */
export function targetSamples(
  { metric, target }: TargetQuery,
  answer: readonly AnswerSeries[],
  sourceLabel: string,
  counts: PointCounts,
): SampleSeries[] {
  const { server, server_label: label = sourceLabel, max_series: most } = target;
  const unlabelled = answer.filter(({ labels }) => server === undefined && !labels[label]).length;
  if (unlabelled > 0)
    throw new SourceError(
      `target ${metric} gives ${unlabelled} series without the label ${label}; keep it with by (${label}), or name the subject with server`,
    );
  const series = new Set(answer.map(({ labels }) => JSON.stringify(labels))).size;
  if (server !== undefined && series > 1)
    throw new SourceError(`target ${metric} gives ${series} series for server ${server}; expected one: aggregate them`);
  const groups = server === undefined ? groupByServer(answer, label, counts) : new Map([[server, [...answer]]]);
  if (groups.size > most)
    throw new SourceError(`target ${metric} gives ${groups.size} series; expected at most ${most} (max_series)`);
  return [...groups].flatMap(([subject, group]) =>
    group.length === 0 ? [] : [toSampleSeries(subject, metric, mergeSeries(group, counts), counts)],
  );
}
