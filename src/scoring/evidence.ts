/** What the network looked at for a forecast, by name, and which hours stand out. */
import type { FocusPeriod, MetricEvidence, NamedShare } from '../core/explanation.js';
import type { ForecastEvidence } from '../core/flow.js';

/** Hours stand out from so many times an even share. */
const NOTABLE_TIMES = 1.25;
const MOST_PERIODS = 3;

/** The weights under their names, largest first (attention: in its order), and the hours that stand out. */
export function describeEvidence({ layout, weights }: ForecastEvidence): MetricEvidence {
  let at = 0;
  const take = (names: readonly string[]) => names.map((name) => ({ name, share: weights[at++]! }));
  const [past, future, statics, candidates] = [
    take(layout.past),
    take(layout.future),
    take(layout.statics),
    take(layout.candidates),
  ].map(largestFirst);
  const attention = take(layout.attention);
  return {
    past: past!,
    future: future!,
    statics: statics!,
    candidates: candidates!,
    attention,
    focus: focusOf(attention),
  };
}

/** A sorted copy. */
export function largestFirst(shares: readonly NamedShare[]): NamedShare[] {
  return [...shares].sort((a, b) => b.share - a.share);
}

/** Neighbouring hours that each get NOTABLE_TIMES an even share of the attention on the past. */
function focusOf(attention: readonly NamedShare[]): FocusPeriod[] {
  const hours = attention.slice(0, -1).map(({ share }) => share);
  const total = hours.reduce((sum, share) => sum + share, 0);
  if (!(total > 0)) return [];
  const even = total / hours.length;
  const periods: FocusPeriod[] = [];
  for (let from = 0; from < hours.length; from++) {
    let [to, sum] = [from, 0];
    while (to < hours.length && hours[to]! >= NOTABLE_TIMES * even) sum += hours[to++]!;
    if (to === from) continue;
    periods.push({
      fromHoursAgo: hours.length - from,
      toHoursAgo: hours.length - to,
      share: sum / total,
      timesEven: sum / (even * (to - from)),
    });
    from = to;
  }
  return periods.sort((a, b) => b.share - a.share).slice(0, MOST_PERIODS);
}

/** E.g. "mem_used_pct: 34 % of the attention on the past lies on 20–24 h ago, 2.0 times an even share". */
export function describeFocus(metric: string, { attention, focus }: MetricEvidence): string {
  if (attention.length === 0) return `${metric}: the model has no attention`;
  if (focus.length === 0) return `${metric}: attention is spread evenly over the last ${attention.length - 1} h`;
  const parts = focus.map(
    ({ fromHoursAgo, toHoursAgo, share, timesEven }) =>
      `${Math.round(100 * share)} % on ${toHoursAgo}–${fromHoursAgo} h ago (${timesEven.toFixed(1)} times an even share)`,
  );
  return `${metric}: of the attention on the past, ${parts.join(', ')}`;
}
