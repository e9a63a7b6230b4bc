/** Recording rules over hours that passed before Prometheus ran: asked of Prometheus itself, in the rules' order. */
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError } from '../../core/errors.js';
import type { WriteSeries } from '../../simulator/writeRequest.js';

export interface RecordingSpan {
  /** Of Prometheus. */
  readonly url: string;
  /** Epoch seconds. */
  readonly from: number;
  readonly until: number;
  readonly everySeconds: number;
  /** Records what a rule gave, before the next rule is asked: it may stand on it. */
  readonly write: (series: readonly WriteSeries[]) => Promise<void>;
}

interface Rule {
  readonly name: string;
  readonly query: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Evaluates every recording rule that Prometheus has loaded over the span. Throws CommandError if one is refused. */
export async function recordPastRules(span: RecordingSpan): Promise<number> {
  const { groups } = await ask<{ groups: { rules: Rule[] }[] }>(`${span.url}/api/v1/rules?type=record`);
  let recorded = 0;
  for (const rule of groups.flatMap(({ rules }) => rules)) {
    const series = await evaluate(rule, span);
    if (series.length > 0) await span.write(series);
    recorded += series.length;
  }
  return recorded;
}

interface RangeAnswer {
  readonly result: readonly {
    readonly metric: Readonly<Record<string, string>>;
    readonly values: readonly (readonly [number, string])[];
  }[];
}

async function evaluate({ name, query, labels }: Rule, span: RecordingSpan): Promise<WriteSeries[]> {
  const { url, from, until, everySeconds } = span;
  const asked = new URLSearchParams({ query, start: String(from), end: String(until), step: String(everySeconds) });
  const { result } = await ask<RangeAnswer>(`${url}/api/v1/query_range?${asked}`);
  return result.map(({ metric, values }) => ({
    labels: { ...metric, ...labels, __name__: name },
    times: Float64Array.from(values, ([time]) => time),
    values: Float64Array.from(values, ([, value]) => Number(value)),
  }));
}

/** Prometheus compacts what was written while it reads, and may then miss a chunk: it has it when asked again. */
const TRIES = 5;
const PAUSE_MILLISECONDS = 500;
const UNPROCESSABLE = 422;

async function ask<Data>(url: string): Promise<Data> {
  for (let tries = 1; ; tries++) {
    const answer = await fetch(url);
    if (answer.ok) return ((await answer.json()) as { data: Data }).data;
    const refusal = `Prometheus refused ${url}: HTTP ${answer.status} ${await answer.text()}`;
    if (answer.status !== UNPROCESSABLE || tries === TRIES) throw new CommandError(refusal);
    await sleep(PAUSE_MILLISECONDS);
  }
}
