/** Time and chance, owned by the caller. */
import type { Random } from '../core/random.js';

export interface Surroundings {
  /** Epoch seconds now. */
  readonly clock: () => number;
  readonly random: Random;
  /** Resolves after that many seconds, or when the signal aborts. */
  readonly sleep: (seconds: number, signal: AbortSignal) => Promise<void>;
}

const LONGEST_PAUSE_SECONDS = 60;
/** Of what the other side asks for: a date by another clock may lie years ahead, and beyond 24 days a timer of Node goes off at once. */
const LONGEST_ASKED_SECONDS = 3600;
/** What is added at most to a pause that the other side asked for, so that callers do not come back all at once. */
const LARGEST_JITTER_SECONDS = 5;

/**
 * Seconds before the next try: 1, 2, 4 … 60, each shortened by up to half at random; never less than the other side asked for, up to
 * an hour.
 * @param failures  tries that failed one after the other, from 1
 */
export function pauseSeconds(failures: number, random: Random, askedSeconds?: number): number {
  const longest = Math.min(LONGEST_PAUSE_SECONDS, 2 ** (failures - 1));
  const own = longest * (0.5 + random() / 2);
  if (askedSeconds === undefined) return own;
  const asked = Math.min(askedSeconds, LONGEST_ASKED_SECONDS);
  return Math.max(own, asked + random() * Math.min(LARGEST_JITTER_SECONDS, asked / 10));
}
