/** From the series of an answer to one series per server: duplicates merged, impossible values taken out. */
import type { SampleSeries } from '../core/flow.js';
import { upperBound } from '../core/metrics.js';
import type { AnswerSeries } from './answer.js';

export interface PointCounts {
  samples: number;
  duplicatePoints: number;
  nonFinitePoints: number;
  implausiblePoints: number;
  unlabelledSeries: number;
}

/** Counts before anything was read. */
export function noPoints(): PointCounts {
  return { samples: 0, duplicatePoints: 0, nonFinitePoints: 0, implausiblePoints: 0, unlabelledSeries: 0 };
}

/** A name stands in each of a server's some 180 series. The longest that are meant, control groups of containers, have 250. */
const MAX_NAME_CHARACTERS = 1024;

/**
 * The answer's series by server, in the order of their labels, so that the same answer always merges the same way.
 * Series without the label, or with what can be no name, are counted and left out.
 */
export function groupByServer(
  answer: readonly AnswerSeries[],
  serverLabel: string,
  counts: PointCounts,
): Map<string, AnswerSeries[]> {
  const groups = new Map<string, AnswerSeries[]>();
  for (const series of answer) {
    const server = series.labels[serverLabel] ?? '';
    if (server === '' || server.length > MAX_NAME_CHARACTERS) {
      counts.unlabelledSeries++;
      continue;
    }
    const group = groups.get(server);
    if (group) group.push(series);
    else groups.set(server, [series]);
  }
  for (const group of groups.values()) {
    if (group.length > 1) group.sort((a, b) => (signature(a) < signature(b) ? -1 : 1));
  }
  return groups;
}

function signature(series: AnswerSeries): string {
  return JSON.stringify(Object.entries(series.labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * One series out of a server's group: at each time the first finite value in the group's order.
 * @param group as `groupByServer` orders it, never empty
 */
export function mergeSeries(group: readonly AnswerSeries[], counts: PointCounts): Omit<AnswerSeries, 'labels'> {
  if (group.length === 1) return group[0]!;
  const merged = new Map<number, number>();
  for (const { times, values } of group) {
    for (let i = 0; i < times.length; i++) {
      const held = merged.get(times[i]!);
      if (held !== undefined && Number.isFinite(held) && Number.isFinite(values[i]!)) counts.duplicatePoints++;
      else if (held === undefined || !Number.isFinite(held)) merged.set(times[i]!, values[i]!);
    }
  }
  const points = [...merged].sort(([a], [b]) => a - b);
  return {
    times: Float64Array.from(points, ([time]) => time),
    values: Float64Array.from(points, ([, value]) => value),
  };
}

/** Rates are extrapolated to the edges of their window, so a share may come out a little outside 0–100 %. */
const BOUND_TOLERANCE = 0.05;

/** A server's series in LINBORG terms; values that cannot be are NaN ("none") and counted. */
export function toSampleSeries(
  server: string,
  metric: string,
  merged: Omit<AnswerSeries, 'labels'>,
  counts: PointCounts,
): SampleSeries {
  const values = new Float64Array(merged.values.length);
  for (let i = 0; i < values.length; i++) values[i] = plausible(merged.values[i]!, upperBound(metric), counts);
  return { server, metric, times: merged.times, values };
}

function plausible(value: number, upper: number, counts: PointCounts): number {
  if (!Number.isFinite(value)) {
    counts.nonFinitePoints++;
    return Number.NaN;
  }
  const tolerance = Number.isFinite(upper) ? BOUND_TOLERANCE * upper : 0;
  if (value < -tolerance || value > upper + tolerance) {
    counts.implausiblePoints++;
    return Number.NaN;
  }
  counts.samples++;
  return Math.min(upper, Math.max(0, value));
}
