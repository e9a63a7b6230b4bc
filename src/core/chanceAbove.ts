/**
 * Chance that what is forecast lies above a limit: the quantiles joined by straight lines, with exponential tails. It never
 * falls when a quantile rises, which a fitted normal distribution does not promise: there, a higher median with the same p90
 * makes the tail beyond p90 thinner.
 * @param tail  how far beyond the outer quantiles their tenth falls to its e-th part
 * @returns 0–1; NaN where a quantile that matters is missing
 */
export function chanceAbove(limit: number, p10: number, p50: number, p90: number, tail: number): number {
  if (limit > p90) return 0.1 * Math.exp((p90 - limit) / tail);
  if (limit > p50) return 0.1 + (0.4 * (p90 - limit)) / (p90 - p50);
  if (limit > p10) return 0.5 + (0.4 * (p50 - limit)) / (p50 - p10);
  return 1 - 0.1 * Math.exp((limit - p10) / tail);
}
