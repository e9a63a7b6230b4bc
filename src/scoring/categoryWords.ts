/** What to do about an anomaly of a category, in words made from what carries it. */
import type { AnomalyCategory, OutlyingSeries, Severity } from '../core/category.js';

const URGENCY: Readonly<Record<Severity, string>> = {
  low: 'Keep an eye on it',
  medium: 'Look today',
  high: 'Look now',
  critical: 'Act now',
};

const WHERE_TO_LOOK: Readonly<Record<AnomalyCategory, string>> = {
  api: 'what was deployed within the last two hours, and what it calls',
  infrastructure: 'its page and /explain of linborg, and /cascade/status if it is not alone',
  ai_engine: "linborg's log, /status and /trust",
};

/** @param series  largest excess first; a severity comes with at least one */
export function recommendAction(
  category: AnomalyCategory,
  severity: Severity | undefined,
  series: readonly OutlyingSeries[],
): string {
  const [first] = series;
  if (severity === undefined || first === undefined) return 'Nothing to do';
  const { metric, server, direction, outside, judged } = first;
  const fact = `${metric} of ${server} was ${direction} what was forecast in ${outside} of ${judged} buckets of the last hour`;
  return `${URGENCY[severity]}: ${fact}; see ${WHERE_TO_LOOK[category]}`;
}
