/** From scores to alarms, and whether they were right. */
import { type TimeSpan, touchesSpan } from '../../../core/timeSpan.js';
import { CLAIM_SECONDS, IN_PROGRESS, type Incident, MOMENT_SECONDS, SETTLING, WATCHED, type Watch } from './watch.js';

/** An alarm is over when its score has been below the limit for so long. */
const RELEASE_SECONDS = 1800;

/** Epoch seconds: from ≤ t < to. */
export type Alarm = TimeSpan;

/**
 * Alarms of one stream within a span. One begins when the score is at or over the limit. It ends when the score has been
 * below for half an hour, when the incident is there, or after 8 h, when its claim has proved wrong; if the score is still
 * over the limit then, the next one begins.
 */
export function raiseAlarms(watch: Watch, stream: number, limit: number, { from, to }: TimeSpan): Alarm[] {
  const { times, states } = watch;
  const scores = watch.scores[stream]!;
  const alarms: Alarm[] = [];
  let start = Number.NaN;
  let lastOver = Number.NaN;
  const release = (at: number) => {
    if (!Number.isNaN(start)) alarms.push({ from: start, to: at });
    start = Number.NaN;
  };
  let end = from;
  for (let i = 0; i < times.length; i++) {
    const at = times[i]!;
    if (at < from) continue;
    if (at >= to) break;
    end = at;
    if (states[i] === IN_PROGRESS || states[i] === SETTLING || at - start >= CLAIM_SECONDS) release(at);
    if (states[i] === WATCHED && scores[i]! >= limit && scores[i]! > Number.NEGATIVE_INFINITY) {
      lastOver = at;
      if (Number.isNaN(start)) start = at;
    } else if (at - lastOver >= RELEASE_SECONDS) release(at);
  }
  release(end);
  return alarms;
}

export interface Judgement {
  readonly trueAlarms: number;
  readonly falseAlarms: number;
  /** Traps during which an alarm stood that is not true. */
  readonly trapsFallenFor: number;
  /** Per incident of the watch: when the first alarm began that warned of it; undefined = none did, or it has no onset in the span. */
  readonly warnedAt: readonly (number | undefined)[];
}

/**
 * Compares alarms with what came. An alarm that is not true counts only if all of its eight hours are known, and none of them
 * are left out.
 */
export function judgeAlarms(watch: Watch, alarms: readonly Alarm[], span: TimeSpan): Judgement {
  const isIn = ({ onset = span.from }: Incident) => onset < span.to;
  const knownUntil = Math.min(watch.knownUntil, span.to);
  const incidents = watch.incidents.filter(isIn);
  let trueAlarms = 0;
  const wrong: Alarm[] = [];
  for (const alarm of alarms) {
    if (incidents.some(({ from, until }) => from <= alarm.from && alarm.from <= until)) trueAlarms++;
    else if (alarm.from + CLAIM_SECONDS <= knownUntil && !isUnproved(alarm, watch)) wrong.push(alarm);
  }
  const fallenFor = watch.traps.filter((trap) => wrong.some(({ from, to }) => from < trap.to && to > trap.from));
  const warnedAt = watch.incidents.map((incident) => {
    const { from, onset } = incident;
    if (onset === undefined || !isScored(incident, span)) return undefined;
    return alarms.find((alarm) => from <= alarm.from && alarm.from <= onset)?.from;
  });
  return { trueAlarms, falseAlarms: wrong.length, trapsFallenFor: fallenFor.length, warnedAt };
}

/** Whether nobody knows if what an alarm claims would have come. */
export function isUnproved({ from }: Alarm, { leftOut }: Watch): boolean {
  return touchesSpan(leftOut, from, from + CLAIM_SECONDS);
}

/** Whether an incident can be warned of, and comes, within a span. */
export function isScored({ onset }: Incident, { from, to }: TimeSpan): boolean {
  return onset !== undefined && onset >= from && onset < to;
}

/** Moments at which an alarm could have begun, in weeks. */
export function watchedWeeks(watches: readonly Watch[], { from, to }: TimeSpan): number {
  let moments = 0;
  for (const { times, states } of watches) {
    times.forEach((at, i) => {
      if (states[i] === WATCHED && at >= from && at < to) moments++;
    });
  }
  return (moments * MOMENT_SECONDS) / (7 * 86_400);
}
