/** When an alert fires, from when its expression holds: as Prometheus does it with `for` and `keep_firing_for`. */
import type { TimeSpan } from '../../../core/timeSpan.js';
import type { AlertRule } from './ruleFile.js';

/**
 * Spans in which an alert fires.
 * @param moments  evaluations at which the expression gave the series, epoch seconds on the rule's grid, ascending
 */
export function firingSpans(
  moments: Float64Array,
  { intervalSeconds, forSeconds, keepFiringSeconds }: Omit<AlertRule, 'group' | 'alert' | 'expr'>,
): TimeSpan[] {
  const spans: TimeSpan[] = [];
  const keptEvaluations = Math.ceil(keepFiringSeconds / intervalSeconds);
  let activeSince = Number.NaN;
  let firingSince = Number.NaN;
  let lastHeld = Number.NaN;
  // The first evaluation at which it is resolved, if the expression does not hold again until then.
  const resolution = () => lastHeld + (1 + keptEvaluations) * intervalSeconds;
  const resolve = () => {
    if (!Number.isNaN(firingSince)) spans.push({ from: firingSince, to: resolution() });
    firingSince = Number.NaN;
  };
  for (const at of moments) {
    const wasMissing = at - lastHeld > 1.5 * intervalSeconds;
    if (wasMissing && Number.isNaN(firingSince)) activeSince = at;
    else if (at > resolution()) {
      resolve();
      activeSince = at;
    }
    if (Number.isNaN(activeSince)) activeSince = at;
    if (Number.isNaN(firingSince) && at - activeSince >= forSeconds) firingSince = at;
    lastHeld = at;
  }
  resolve();
  return spans;
}
