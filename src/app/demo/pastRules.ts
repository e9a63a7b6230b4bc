/** Recording rules over hours that passed before Prometheus ran: asked of Prometheus itself, in the rules' order. */
import type { WriteSeries } from '../../simulator/writeRequest.js';
import { askRange, goneAfter, type LoadedRule, loadedRules, type PastSpan } from './rangeQuery.js';

export interface RecordingSpan extends PastSpan {
  /** Which rules are recorded; all unless given. */
  readonly wants?: (rule: LoadedRule) => boolean;
  /** Records what a rule gave, before the next rule is asked: it may stand on it. */
  readonly write: (series: readonly WriteSeries[]) => Promise<void>;
}

/** Evaluates the recording rules that Prometheus has loaded over the span. Throws CommandError if one is refused. */
export async function recordPastRules(span: RecordingSpan): Promise<number> {
  const { wants = () => true, write } = span;
  let recorded = 0;
  for (const rule of (await loadedRules(span, 'record')).filter(wants)) {
    const series = await evaluate(rule, span);
    if (series.length > 0) await write(series);
    recorded += series.length;
  }
  return recorded;
}

async function evaluate({ name, query, labels }: LoadedRule, span: PastSpan): Promise<WriteSeries[]> {
  return (await askRange(query, span)).map(({ metric, values }) => {
    const times = Float64Array.from(values, ([time]) => time);
    return {
      labels: { ...metric, ...labels, __name__: name },
      times,
      values: Float64Array.from(values, ([, value]) => Number(value)),
      goneAt: goneAfter(times, span),
    };
  });
}
