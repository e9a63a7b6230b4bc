/** One threshold of one server: natural breaches, and what every stream said before them. */
import type { TimeSpan } from '../../../core/timeSpan.js';
import type { ServerTrace } from '../serverTrace.js';
import { BEYOND, type BreachRun, findBreaches, joinBreaches, markBreaches, QUIET_BINS, UNKNOWN } from './breachRuns.js';
import { breachedShare, currentNearness, type LimitedSeries, lineNearness, seasonalShare } from './byHand.js';
import { BreachCounts } from './counts.js';
import type { ObservedThreshold } from './observed.js';
import { outcomesOf } from './outcomes.js';
import { FIRST_RAW_STREAM, STREAMS, type Stream } from './streams.js';
import { CLAIM_SECONDS, IN_PROGRESS, type Incident, SETTLING, UNSEEN, WATCHED, type Watch } from './watch.js';

export interface ThresholdWatch extends Watch {
  /** Breaches that last, joined ones as one, in epoch seconds. */
  readonly breaches: readonly TimeSpan[];
}

/** The series of the metric in the trace, watched at the moments of `bins`. */
export function watchThreshold(
  trace: ServerTrace,
  metric: string,
  bins: readonly number[],
  observed: ObservedThreshold,
): ThresholdWatch {
  const { first, stepSeconds, length, server } = trace;
  const at = (bin: number) => (first + bin) * stepSeconds;
  const values = trace.values.get(metric)!;
  const series: LimitedSeries = { metric, direction: observed.direction, values };
  const marks = markBreaches(values, limitsByBin(bins, observed.limits, length), observed.direction);
  const runs = findBreaches(marks, Math.max(1, Math.round(observed.sustainedSeconds / stepSeconds)));
  const joined = joinBreaches(runs);
  const counts = new BreachCounts(marks);
  const times = Float64Array.from(bins, at);
  const states = statesOf(marks, joined, bins, observed);
  const onsets = runs.filter(({ hasOnset }) => hasOnset).map(({ from }) => at(from));
  return {
    server,
    times,
    states,
    scores: STREAMS.map((stream) => scoresOf(stream, { series, counts, bins, observed })),
    incidents: joined
      .filter(({ to }) => at(to) > times[0]!)
      .map((run) => naturalIncident(metric, { times, states, stepSeconds }, run, at)),
    traps: [],
    leftOut: [],
    knownUntil: at(length),
    // A horizon counts as known if half of it is.
    outcomes: outcomesOf(times, onsets, stepSeconds, (moment, steps) => {
      const bin = bins[moment]!;
      return bin + steps <= length && 2 * counts.known(bin, bin + steps) >= steps;
    }),
    breaches: joined.map(({ from, to }) => ({ from: at(from), to: at(to) })),
  };
}

/** [length]: a limit holds from its moment to the next one's; the first one's before it, too. */
function limitsByBin(bins: readonly number[], limits: readonly number[], length: number): Float64Array {
  const byBin = new Float64Array(length);
  let limit = limits.find((value) => !Number.isNaN(value)) ?? Number.NaN;
  let moment = 0;
  for (let bin = 0; bin < length; bin++) {
    for (; bins[moment] === bin; moment++) if (!Number.isNaN(limits[moment]!)) limit = limits[moment]!;
    byBin[bin] = limit;
  }
  return byBin;
}

/** From what was known at each moment alone. */
function statesOf(
  marks: Uint8Array,
  joined: readonly BreachRun[],
  bins: readonly number[],
  { served }: ObservedThreshold,
): Uint8Array {
  let next = 0;
  return Uint8Array.from(bins, (bin, i) => {
    const newest = [1, 2, 3].map((back) => marks[bin - back]).find((mark) => mark !== undefined && mark !== UNKNOWN);
    if (newest === BEYOND) return IN_PROGRESS;
    if (newest === undefined || Number.isNaN(served[0]![i]!)) return UNSEEN;
    while (next < joined.length && joined[next]!.to + QUIET_BINS <= bin) next++;
    return joined[next] !== undefined && joined[next]!.from < bin ? SETTLING : WATCHED;
  });
}

interface Scored {
  readonly series: LimitedSeries;
  readonly counts: BreachCounts;
  readonly bins: readonly number[];
  readonly observed: ObservedThreshold;
}

function scoresOf(stream: Stream, { series, counts, bins, observed }: Scored): Float32Array {
  const { limits, served, raw } = observed;
  switch (stream.kind) {
    case 'served':
      return Float32Array.from(served[STREAMS.indexOf(stream)]!);
    case 'raw':
      return Float32Array.from(raw[STREAMS.indexOf(stream) - FIRST_RAW_STREAM]!);
    case 'current_value':
      return Float32Array.from(bins, (bin, i) => currentNearness(series, limits[i]!, bin));
    case 'predict_linear':
      return Float32Array.from(bins, (bin, i) => lineNearness(series, limits[i]!, bin));
    case 'seasonal_share':
      return Float32Array.from(bins, (bin) => seasonalShare(counts, bin, stream.horizon!));
    case 'breached_share':
      return Float32Array.from(bins, (bin) => breachedShare(counts, bin));
    case 'risk_score':
      throw new TypeError('a threshold has no risk score; servers have');
  }
}

type Moments = Pick<Watch, 'times' | 'states'> & { readonly stepSeconds: number };

function naturalIncident(kind: string, moments: Moments, run: BreachRun, at: (bin: number) => number): Incident {
  const [start, end] = [at(run.from), at(run.to)];
  // Nobody knows when a breach after a hole began.
  if (!run.hasOnset) return { kind, start, end, from: Number.NaN, until: Number.NaN, onset: undefined };
  const from = start - CLAIM_SECONDS + moments.stepSeconds;
  const canWarn = wasWatched(moments, from, start);
  return { kind, start, end, from, until: start, onset: canWarn ? start : undefined };
}

/** Whether any stream could have begun an alarm from `from` to `to`, both included. */
export function wasWatched({ times, states }: Pick<Watch, 'times' | 'states'>, from: number, to: number): boolean {
  return times.some((time, i) => time >= from && time <= to && states[i] === WATCHED);
}
