/** Questions to the demo's own Prometheus about a span of its past. */
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError } from '../../core/errors.js';

export interface PastSpan {
  /** Of Prometheus. */
  readonly url: string;
  /** Epoch seconds. */
  readonly from: number;
  readonly until: number;
  readonly everySeconds: number;
  /** Ends what is under way, which then throws. */
  readonly signal: AbortSignal;
}

export interface RangeSeries {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [time: number, value: string])[];
}

/** A rule as Prometheus tells of those that it has loaded. */
export interface LoadedRule {
  readonly name: string;
  readonly query: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** The rules of this kind, in the order in which they are evaluated. Throws CommandError if Prometheus refuses. */
export async function loadedRules<R extends LoadedRule>(
  { url, signal }: PastSpan,
  type: 'record' | 'alert',
): Promise<R[]> {
  const { groups } = await ask<{ groups: { rules: R[] }[] }>(`${url}/api/v1/rules?type=${type}`, signal);
  return groups.flatMap(({ rules }) => rules);
}

/** Evaluates an expression over the span. Throws CommandError if Prometheus refuses. */
export async function askRange(query: string, { url, from, until, everySeconds, signal }: PastSpan) {
  const asked = new URLSearchParams({ query, start: String(from), end: String(until), step: String(everySeconds) });
  const { result } = await ask<{ result: readonly RangeSeries[] }>(`${url}/api/v1/query_range?${asked}`, signal);
  return result;
}

/** When a series of an answer was gone, as a rule's own series would be: at the first evaluation without it, or when the past ended. */
export function goneAfter(times: ArrayLike<number>, { until, everySeconds }: PastSpan): number[] {
  return Array.from(times).flatMap((time, i) => {
    const next = Math.min(time + everySeconds, until);
    return times[i + 1] === next || next === time ? [] : [next];
  });
}

/** Prometheus compacts what was written while it reads, and may then miss a chunk: it has it when asked again. */
const TRIES = 5;
const PAUSE_MILLISECONDS = 500;
const UNPROCESSABLE = 422;

async function ask<Data>(url: string, signal: AbortSignal): Promise<Data> {
  for (let tries = 1; ; tries++) {
    const answer = await fetch(url, { signal });
    if (answer.ok) return ((await answer.json()) as { data: Data }).data;
    const refusal = `Prometheus refused ${url}: HTTP ${answer.status} ${await answer.text()}`;
    if (answer.status !== UNPROCESSABLE || tries === TRIES) throw new CommandError(refusal);
    await sleep(PAUSE_MILLISECONDS, undefined, { signal });
  }
}
