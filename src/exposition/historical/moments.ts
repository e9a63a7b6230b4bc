/** Answers read by moment: what was recorded at each step of a span. */
import { roundMeasure } from '../seriesText.js';
import type { HistorySeries, HistorySpan } from './history.js';
import { momentsOf } from './timeRange.js';

/** Values at the moments of a span; undefined where none was recorded. */
export type Course = readonly (number | undefined)[];

/** The course of the first series, rounded; of none, if there is none. */
export function courseOf(answer: readonly HistorySeries[], span: HistorySpan): Course {
  const course: (number | undefined)[] = new Array(momentsOf(span)).fill(undefined);
  const [series] = answer;
  if (series === undefined) return course;
  for (let i = 0; i < series.times.length; i++) {
    const value = series.values[i]!;
    if (Number.isFinite(value)) course[momentIndex(series.times[i]!, span)] = roundMeasure(value);
  }
  return course;
}

/** The courses of all series by one of their labels. */
export function coursesBy(
  label: string,
  answer: readonly HistorySeries[],
  span: HistorySpan,
): ReadonlyMap<string, Course> {
  return new Map(answer.map((series) => [series.labels[label] ?? '', courseOf([series], span)]));
}

/** Index of the moment of the span that is nearest to epoch second `time`; it may lie outside of the span. */
export function momentIndex(time: number, { from, stepSeconds }: HistorySpan): number {
  return Math.round((time - from) / stepSeconds);
}

/** Epoch seconds of the moment with this index, 0 = the span's first. */
export function momentAt(index: number, { from, stepSeconds }: HistorySpan): number {
  return from + index * stepSeconds;
}
