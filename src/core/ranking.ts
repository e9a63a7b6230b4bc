/**
 * How well scores tell the moments before an onset from the others: the area under the ROC curve as the Mann–Whitney statistic (Hanley & McNeil
 * 1982), and average precision.
 */

/** Scores of moments after which it came within the horizon, and of those after which it did not. */
export interface RankedCases {
  readonly positives: Float32Array;
  readonly negatives: Float32Array;
}

export interface Ranking {
  /** Chance that a positive scores higher than a negative, equal scores counting half: 0.5 = guessing. */
  readonly auroc: number;
  /** Mean precision over the positives, the highest scores first, equal scores together; by guessing the share of positives. */
  readonly averagePrecision: number;
}

/**
 * Undefined where one of the two is empty. Sorts once: O(n log n).
 * @throws RangeError for a score that is NaN, which has no rank
 */
export function rankCases({ positives, negatives }: RankedCases): Ranking | undefined {
  if (positives.length === 0 || negatives.length === 0) return undefined;
  if (positives.some(Number.isNaN) || negatives.some(Number.isNaN)) {
    throw new RangeError('a score is NaN; expected a number for every case, −Infinity for "never"');
  }
  const [hits, misses] = [positives.slice().sort().reverse(), negatives.slice().sort().reverse()];
  let [hit, miss, won, precision] = [0, 0, 0, 0];
  while (hit < hits.length) {
    const score = Math.max(hits[hit]!, misses[miss] ?? Number.NEGATIVE_INFINITY);
    const [hitBefore, missBefore] = [hit, miss];
    while (hits[hit] === score) hit++;
    while (misses[miss] === score) miss++;
    const tied = hit - hitBefore;
    // Negatives that are yet to come score lower; those of the same score count half.
    won += tied * (misses.length - miss + (miss - missBefore) / 2);
    if (tied > 0) precision += (tied * hit) / (hit + miss);
  }
  return { auroc: won / (hits.length * misses.length), averagePrecision: precision / hits.length };
}

/**
 * The area of rankCases for scores with what came beside them; undefined where all outcomes are the same.
 * @param labels  1 or 0 per score
 */
export function auroc(scores: Float32Array, labels: Uint8Array): number | undefined {
  const positives = scores.filter((_, i) => labels[i] === 1);
  const negatives = scores.filter((_, i) => labels[i] !== 1);
  return rankCases({ positives, negatives })?.auroc;
}
