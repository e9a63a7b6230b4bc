/** What a value axis spans. */
import { upperBound } from '../../core/metrics.js';

/** From the least to the most with some air, which ends at the metric's bounds unless a value lies beyond them; never empty. */
export function valueSpan(metric: string, values: readonly number[]): [number, number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  if (least > most) return [0, 1];
  // A flat line lies in the middle.
  const air = Math.max((most - least) * 0.08, Math.abs(most) * 0.02, Math.abs(least) * 0.001, 0.01);
  const upper = upperBound(metric);
  const low = least >= 0 ? Math.max(0, least - air) : least - air;
  return [low, most <= upper ? Math.min(upper * 1.02, most + air) : most + air];
}
