/** Spans that a model must not learn from: maintenance, incidents, and what an action of our own has changed. */
import type { BucketRange, LongSeries } from './corpus.js';

export interface ExcludedSpan {
  /** A server's name, or `*` for all. */
  readonly server: string;
  /** Epoch seconds; from ≤ t < to. */
  readonly from: number;
  readonly to: number;
  /** For people, e.g. `maintenance`. */
  readonly reason: string;
}

/** The same series with the spans absent as targets; a bucket that a span touches is excluded as a whole. */
export function excludeSpans(
  corpus: readonly LongSeries[],
  spans: readonly ExcludedSpan[],
  stepSeconds: number,
): LongSeries[] {
  const rangesOf = new Map<string, BucketRange[]>();
  for (const { server, from, to } of spans) {
    const range = { first: Math.floor(from / stepSeconds), end: Math.ceil(to / stepSeconds) };
    rangesOf.set(server, [...(rangesOf.get(server) ?? []), range]);
  }
  const everywhere = rangesOf.get('*') ?? [];
  return corpus.map((series) => {
    const { first, length, server } = series;
    const touches = (range: BucketRange) => range.first < first + length && range.end > first;
    const excluded = [...(server === '*' ? [] : (rangesOf.get(server) ?? [])), ...everywhere].filter(touches);
    return excluded.length === 0 ? series : { ...series, excluded };
  });
}
