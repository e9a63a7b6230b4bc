/** The few metrics that are worth a word about a risk. */
import type { Risk, RiskContribution } from './flow.js';

/** Less than a point is noise: it would only hide that nothing is wrong. */
const SMALLEST_POINTS = 1;
const MOST_REASONS = 3;

/** At most three contributions of at least a point, largest first. */
export function topReasons({ contributions }: Risk): readonly RiskContribution[] {
  return contributions.filter(({ points }) => points >= SMALLEST_POINTS).slice(0, MOST_REASONS);
}
