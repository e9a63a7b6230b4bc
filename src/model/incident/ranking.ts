/** How well probabilities rank and how true they are. */

/** Mean outcome of the cases whose probability lies in one tenth of 0–1. */
export interface ReliabilityBin {
  readonly cases: number;
  /** Mean probability. */
  readonly predicted: number;
  /** Share of the cases in which it came. */
  readonly observed: number;
}

const BINS = 10;

/**
 * Area under the receiver operating characteristic: the chance that a case in which it came has a higher score than one in
 * which it did not; equal scores count half. undefined where all outcomes are the same.
 */
export function auroc(scores: Float32Array, labels: Uint8Array): number | undefined {
  const order = Array.from(scores.keys()).sort((a, b) => scores[a]! - scores[b]!);
  let positives = 0;
  let rankSum = 0;
  for (let from = 0; from < order.length; ) {
    let to = from;
    let tied = 0;
    while (to < order.length && scores[order[to]!] === scores[order[from]!]) tied += labels[order[to++]!]!;
    // Ranks count from 1; equal scores share the mean of theirs.
    rankSum += (tied * (from + 1 + to)) / 2;
    positives += tied;
    from = to;
  }
  const negatives = order.length - positives;
  if (positives === 0 || negatives === 0) return undefined;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/** Tenths of 0–1 that hold a case, ascending. */
export function reliability(probabilities: Float32Array, labels: Uint8Array): ReliabilityBin[] {
  const bins = Array.from({ length: BINS }, () => ({ cases: 0, predicted: 0, observed: 0 }));
  probabilities.forEach((probability, i) => {
    const bin = bins[Math.min(Math.floor(probability * BINS), BINS - 1)]!;
    bin.cases++;
    bin.predicted += probability;
    bin.observed += labels[i]!;
  });
  return bins
    .filter(({ cases }) => cases > 0)
    .map(({ cases, predicted, observed }) => ({ cases, predicted: predicted / cases, observed: observed / cases }));
}
