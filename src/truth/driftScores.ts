/** Indices of single figures → one score per metric. */
import type { DriftScore } from '../core/truth.js';

/** Scores of the metrics that have one, farthest first. @param indices the known indices by figure, by metric */
export function scoresOf(indices: Iterable<readonly [string, Readonly<Record<string, number>>]>): DriftScore[] {
  return Array.from(indices, ([metric, byInput]) => ({ metric, score: upperQuartile(Object.values(byInput)), byInput }))
    .filter(({ score }) => Number.isFinite(score))
    .sort((a, b) => b.score - a.score || (a.metric < b.metric ? -1 : 1));
}

/** The mean score; NaN without one. */
export function meanScore(scores: readonly DriftScore[]): number {
  return scores.reduce((sum, { score }) => sum + score, 0) / scores.length;
}

/** One odd figure of many moves it little, a shift that several figures see moves it. NaN without a value. */
function upperQuartile(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = 0.75 * (sorted.length - 1);
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  return below + (position % 1) * (sorted[Math.ceil(position)]! - below);
}
