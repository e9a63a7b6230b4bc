/** Every alert of a rule file, evaluated by Prometheus over a span of the past. */
import { CommandError } from '../../../core/errors.js';
import type { TimeSpan } from '../../../core/timeSpan.js';
import type { Client } from '../../../sources/client.js';
import { firingSpans } from './firing.js';
import type { AlertRule } from './ruleFile.js';

/** Prometheus answers at most 11,000 points per series. */
const POINTS_PER_QUERY = 10_000;

/** One firing of an alert for one set of labels. */
export interface Firing extends TimeSpan {
  /** Undefined where the alert has no such label. */
  readonly server: string | undefined;
}

/** A Prometheus, and which label names the server there. */
export interface AlertSource {
  readonly client: Pick<Client, 'range'>;
  readonly serverLabel: string;
}

/** When an alert would have fired. Throws CommandError with group, alert and what Prometheus said. */
export async function evaluateAlert(
  rule: AlertRule,
  { client, serverLabel }: AlertSource,
  { from, to }: TimeSpan,
): Promise<Firing[]> {
  const { intervalSeconds } = rule;
  const first = Math.ceil(from / intervalSeconds) * intervalSeconds;
  const bySeries = new Map<string, { readonly server: string | undefined; readonly parts: Float64Array[] }>();
  for (let start = first; start < to; start += POINTS_PER_QUERY * intervalSeconds) {
    const end = Math.min(to, start + (POINTS_PER_QUERY - 1) * intervalSeconds);
    for (const { labels, times } of await ask(rule, client, start, end)) {
      const key = JSON.stringify(Object.entries(labels).sort());
      const series = bySeries.get(key) ?? { server: labels[serverLabel], parts: [] };
      bySeries.set(key, series);
      series.parts.push(times);
    }
  }
  return [...bySeries.values()].flatMap(({ server, parts }) => {
    const moments = Float64Array.from(parts.flatMap((part) => [...part]));
    return firingSpans(moments, rule).map((span) => ({ server, ...span }));
  });
}

async function ask(
  { group, alert, expr, intervalSeconds }: AlertRule,
  client: AlertSource['client'],
  from: number,
  to: number,
) {
  try {
    return await client.range(expr, from, to, intervalSeconds);
  } catch (cause) {
    throw new CommandError(
      `alert ${alert} of group ${group} cannot be replayed: ${(cause as Error).message}; its expression is ${expr.trim()}`,
      { cause },
    );
  }
}
