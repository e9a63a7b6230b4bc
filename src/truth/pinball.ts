import { QUANTILE_LEVELS } from '../core/flow.js';

/** Pinball loss of one value, averaged over the levels. @param quantiles  of QUANTILE_LEVELS */
export function pinball(actual: number, quantiles: ArrayLike<number>): number {
  let sum = 0;
  QUANTILE_LEVELS.forEach((level, i) => {
    const error = actual - quantiles[i]!;
    sum += Math.max(level * error, (level - 1) * error);
  });
  return sum / QUANTILE_LEVELS.length;
}
