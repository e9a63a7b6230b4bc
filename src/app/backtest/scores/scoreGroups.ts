/** Scores of all methods over groups of series: medians over series, so that no unit and no large server outweighs the rest. */
import { groupBy } from '../../../core/groupBy.js';
import { medianOf } from '../../../core/statistics.js';
import type { Method, MethodScore, ScoreGroup } from '../report/reportData.js';
import { HORIZON_BINS } from './horizonBins.js';
import type { SeriesScore } from './seriesScore.js';

/** One group over the whole horizon, or over one bin of it. */
export function scoreGroup(
  name: string,
  series: readonly SeriesScore[],
  methods: readonly Method[],
  bin?: number,
): ScoreGroup {
  return {
    name,
    servers: new Set(series.map(({ identity }) => identity.server)).size,
    series: series.length,
    scores: methods.map(({ id }, method) => methodScore(id, method, series, bin)),
  };
}

/** A group for each value of `keyOf`, sorted by name. */
export function groupsBy(
  series: readonly SeriesScore[],
  methods: readonly Method[],
  keyOf: (series: SeriesScore) => string,
): ScoreGroup[] {
  return [...groupBy(series, keyOf)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, members]) => scoreGroup(name, members, methods));
}

/** A group for each part of the horizon. */
export function groupsByHorizon(series: readonly SeriesScore[], methods: readonly Method[]): ScoreGroup[] {
  return HORIZON_BINS.map(({ name }, bin) => scoreGroup(name, series, methods, bin));
}

function methodScore(id: string, method: number, series: readonly SeriesScore[], bin: number | undefined): MethodScore {
  const figures = series.map((score) => score.figures(method, bin));
  const median = (values: readonly number[]) => orNull(medianOf(values.filter(Number.isFinite)));
  const inside = figures.reduce((sum, figure) => sum + figure.inside, 0);
  const judged = figures.reduce((sum, figure) => sum + figure.judged, 0);
  return {
    method: id,
    mase: median(figures.map(({ mase }) => mase)),
    wql: median(figures.map(({ wql }) => wql)),
    pinball: median(figures.map(({ pinball }) => pinball)),
    coverage: orNull(inside / judged),
    width: median(figures.map(({ width }) => width)),
  };
}

function orNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
