/** One server watched for one kind of incident: what every stream said at each moment, and what came. */
import type { TimeSpan } from '../../../core/timeSpan.js';

/** Seconds between moments: every third bin. */
export const MOMENT_SECONDS = 900;
/** How far ahead an alarm claims to see. */
export const CLAIM_SECONDS = 8 * 3600;

/** Nothing is wrong now: a stream can warn. */
export const WATCHED = 0;
/** It is there already: what a stream says now is no prediction. */
export const IN_PROGRESS = 1;
/** Not known, or not by every stream. */
export const UNSEEN = 2;
/** It is not there now, but was less than half an hour ago: a probability can be judged, an alarm would be no news. */
export const SETTLING = 3;

/** All times are epoch seconds. */
export interface Incident {
  /** What it is: a metric, or the kind of a label. */
  readonly kind: string;
  /** From when to when it is in progress; NaN = never. */
  readonly start: number;
  readonly end: number;
  /** An alarm that begins from `from` to `until`, both included, is true. */
  readonly from: number;
  readonly until: number;
  /** What should be warned of; undefined = nothing is missed by who does not warn. */
  readonly onset: number | undefined;
}

export interface Watch {
  readonly server: string;
  /** [n], ascending. */
  readonly times: Float64Array;
  /** [n] WATCHED, IN_PROGRESS, UNSEEN or SETTLING. */
  readonly states: Uint8Array;
  /** [streams][n], in the order of the subject's streams. */
  readonly scores: readonly Float32Array[];
  /** What has an onset was watched before, and began while nothing else was in progress. */
  readonly incidents: readonly Incident[];
  /** Planned work that looks like trouble. */
  readonly traps: readonly TimeSpan[];
  /** Where nobody knows what would have come: an action, say, may have changed it. Ascending and apart. */
  readonly leftOut: readonly TimeSpan[];
  /** What came is known up to here. */
  readonly knownUntil: number;
  /** [horizons][n] 0 = no onset within it, 1 = one, UNSEEN = not known. */
  readonly outcomes: readonly Uint8Array[];
}

/** Whether a probability can be judged by what came. */
export function isJudged(state: number): boolean {
  return state === WATCHED || state === SETTLING;
}

/** A part of the time: from ≤ t < to. */
export const ALL_TIME: TimeSpan = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
