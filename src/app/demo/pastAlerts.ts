/** Alerts over hours that passed before Prometheus ran: its own `ALERTS`, as far as they fired. */
import type { WriteSeries } from '../../simulator/writeRequest.js';
import { firingSpans } from '../backtest/rules/firing.js';
import { askRange, goneAfter, type LoadedRule, loadedRules, type PastSpan, type RangeSeries } from './rangeQuery.js';

interface LoadedAlert extends LoadedRule {
  /** Seconds of `for`. */
  readonly duration: number;
  /** Seconds; older versions of Prometheus do not tell. */
  readonly keepFiringFor?: number;
}

/** The series of every alert that Prometheus has loaded and that fired in the span. Throws CommandError if one is refused. */
export async function pastAlerts(span: PastSpan): Promise<WriteSeries[]> {
  const fired: WriteSeries[] = [];
  for (const alert of await loadedRules<LoadedAlert>(span, 'alert')) {
    for (const series of await askRange(alert.query, span)) fired.push(...firingSeries(alert, series, span));
  }
  return fired;
}

/** Nothing where it never fired. */
function firingSeries(alert: LoadedAlert, { metric, values }: RangeSeries, span: PastSpan): WriteSeries[] {
  const { name, duration, keepFiringFor = 0, labels } = alert;
  const { until, everySeconds } = span;
  const timing = { intervalSeconds: everySeconds, forSeconds: duration, keepFiringSeconds: keepFiringFor };
  const firings = firingSpans(
    Float64Array.from(values, ([time]) => time),
    timing,
  );
  const times = Float64Array.from(
    firings.flatMap(({ from, to }) => {
      const evaluations = Math.floor((until - from) / everySeconds) + 1;
      const count = Math.min(evaluations, Math.ceil((to - from) / everySeconds));
      return Array.from({ length: count }, (_, i) => from + i * everySeconds);
    }),
  );
  if (times.length === 0) return [];
  const { __name__: _, ...own } = metric;
  const told = { __name__: 'ALERTS', alertname: name, alertstate: 'firing' };
  const ones = new Float64Array(times.length).fill(1);
  return [{ labels: { ...own, ...labels, ...told }, times, values: ones, goneAt: goneAfter(times, span) }];
}
