/** Spans of time, and whether a moment or a range lies in one. */

export interface TimeSpan {
  /** Epoch seconds; from ≤ t < to. */
  readonly from: number;
  readonly to: number;
}

/** The same time as spans that ascend and lie apart; spans at most `gapSeconds` from each other become one. */
export function mergeSpans(spans: readonly TimeSpan[], gapSeconds = 0): TimeSpan[] {
  const merged: TimeSpan[] = [];
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    if (!(span.to > span.from)) continue;
    const last = merged.at(-1);
    if (last === undefined || span.from - last.to > gapSeconds) merged.push(span);
    else if (span.to > last.to) merged[merged.length - 1] = { from: last.from, to: span.to };
  }
  return merged;
}

/**
 * Tells whether any of the spans has a moment in common with from ≤ t < to.
 * @param spans  ascending and apart, as `mergeSpans` makes them
 */
export function touchesSpan(spans: readonly TimeSpan[], from: number, to: number): boolean {
  // What is asked about is nearly always recent.
  for (let i = spans.length - 1; i >= 0 && spans[i]!.to > from; i--) if (spans[i]!.from < to) return true;
  return false;
}

/** Tells whether epoch second `at` lies in one of the spans, which ascend and lie apart. */
export function isInSpan(spans: readonly TimeSpan[], at: number): boolean {
  return spans.some(({ from, to }) => from <= at && at < to);
}
