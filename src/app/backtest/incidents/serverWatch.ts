/** A whole server: what all its thresholds say together, against any breach or against what people wrote down. */
import type { TimeSpan } from '../../../core/timeSpan.js';
import { QUIET_BINS } from './breachRuns.js';
import type { Label } from './labels.js';
import type { ObservedServer } from './observed.js';
import { outcomesOf } from './outcomes.js';
import { SERVER_STREAMS } from './streams.js';
import { type ThresholdWatch, wasWatched } from './thresholdWatch.js';
import { CLAIM_SECONDS, IN_PROGRESS, type Incident, isJudged, SETTLING, UNSEEN, WATCHED, type Watch } from './watch.js';

/** Any threshold of the server. @param watches at least one, all of the same moments */
export function watchServer(watches: readonly ThresholdWatch[], observed: ObservedServer): Watch {
  const [{ server, times, leftOut, knownUntil }] = watches as readonly [ThresholdWatch];
  const states = unionOfStates(watches);
  const all = watches.flatMap(({ incidents }) => incidents).sort((a, b) => a.start - b.start);
  return {
    server,
    times,
    states,
    scores: serverScores(watches, observed),
    incidents: all.map((incident) => (isOvershadowed(incident, all) ? { ...incident, onset: undefined } : incident)),
    traps: [],
    leftOut,
    knownUntil,
    outcomes: watches[0]!.outcomes.map((column, h) => column.map((_, i) => unionOfOutcomes(watches, h, i))),
  };
}

/** What labels say of a server, whether a threshold is breached or not. */
export function watchLabels(
  watches: readonly ThresholdWatch[],
  observed: ObservedServer,
  labels: readonly Label[],
  stepSeconds: number,
): Watch {
  const [{ server, times, leftOut, knownUntil }] = watches as readonly [ThresholdWatch];
  const breaches = watches.flatMap((watch) => watch.breaches);
  const seen = labels.filter(({ from, to }) => to > times[0]! && from < knownUntil);
  const drafts = seen.filter(({ isIncident }) => isIncident).map((label) => labelledIncident(label, breaches));
  const quiet = QUIET_BINS * stepSeconds;
  const natural = unionOfStates(watches, true);
  const states = natural.map((state, i) => {
    const at = times[i]!;
    if (drafts.some(({ start, end }) => start < at && at < end)) return IN_PROGRESS;
    return drafts.some(({ start, end }) => start < at && at < end + quiet) ? SETTLING : state;
  });
  const incidents = drafts.map((incident): Incident => {
    const { onset, from } = incident;
    if (onset === undefined) return incident;
    const canWarn = wasWatched({ times, states }, from, onset) && !isOvershadowed(incident, drafts);
    return canWarn ? incident : { ...incident, onset: undefined };
  });
  const onsets = drafts.flatMap(({ onset }) => onset ?? []).sort((a, b) => a - b);
  return {
    server,
    times,
    states,
    scores: serverScores(watches, observed),
    incidents,
    traps: seen.filter(({ isIncident }) => !isIncident).map(({ from, to }): TimeSpan => ({ from, to })),
    leftOut,
    knownUntil,
    outcomes: outcomesOf(times, onsets, stepSeconds, (i, steps) => times[i]! + steps * stepSeconds <= knownUntil),
  };
}

/**
 * A label that names a metric begins with its cause, and hurts at the first breach that lasts; one that does not breach
 * anything is right to warn of, and nothing is missed without. A label without a metric hurts from its start.
 */
function labelledIncident({ kind, from, to, hasMetric }: Label, breaches: readonly TimeSpan[]): Incident {
  const firsts = breaches.filter((breach) => breach.from < to && breach.to > from).map((breach) => breach.from);
  const onset = hasMetric ? (firsts.length === 0 ? undefined : Math.max(from, Math.min(...firsts))) : from;
  if (onset === undefined) return { kind, start: Number.NaN, end: Number.NaN, from, until: to, onset };
  const earliest = Math.min(from, onset - CLAIM_SECONDS + 1);
  return { kind, start: onset, end: to, from: earliest, until: onset, onset };
}

/** Whether it began while another one was in progress. */
function isOvershadowed(incident: Incident, all: readonly Incident[]): boolean {
  return all.some((other) => other !== incident && other.start < incident.start && incident.start < other.end);
}

/** In progress if anything is; with `isSevered`, what is in progress only mutes its own threshold. */
function unionOfStates(watches: readonly ThresholdWatch[], isSevered = false): Uint8Array {
  return watches[0]!.states.map((_, i) => {
    const states = watches.map((watch) => watch.states[i]!);
    if (!isSevered && states.includes(IN_PROGRESS)) return IN_PROGRESS;
    if (!isSevered && states.includes(SETTLING)) return SETTLING;
    return states.some(isJudged) ? WATCHED : UNSEEN;
  });
}

function unionOfOutcomes(watches: readonly ThresholdWatch[], horizon: number, moment: number): number {
  const outcomes = watches.map((watch) => watch.outcomes[horizon]![moment]!);
  if (outcomes.includes(1)) return 1;
  return outcomes.includes(0) ? 0 : UNSEEN;
}

/** What is served for the server, and by hand the highest score of its thresholds that are not breached now. */
function serverScores(watches: readonly ThresholdWatch[], { riskScores, served }: ObservedServer): Float32Array[] {
  const byStream = SERVER_STREAMS.map(({ kind }, s) => {
    if (kind === 'served') return served[s]!;
    return kind === 'risk_score' ? riskScores : riskScores.map((_, i) => highestScore(watches, s, i));
  });
  return byStream.map((scores) => Float32Array.from(scores));
}

/** What is breached already is no prediction. */
function highestScore(watches: readonly ThresholdWatch[], stream: number, moment: number): number {
  let highest = Number.NEGATIVE_INFINITY;
  for (const { states, scores } of watches) {
    if (isJudged(states[moment]!)) highest = Math.max(highest, scores[stream]![moment]!);
  }
  return highest;
}
