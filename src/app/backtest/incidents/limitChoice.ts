/** How alarms of a stream fare at a limit, and which limit keeps false alarms rare. */
import type { TimeSpan } from '../../../core/timeSpan.js';
import { isScored, judgeAlarms, raiseAlarms, watchedWeeks } from './alarms.js';
import { WATCHED, type Watch } from './watch.js';

/** One false page per server and week is what people put up with. */
export const FALSE_ALARMS_PER_SERVER_WEEK = 1;

export interface AlarmTally {
  readonly trueAlarms: number;
  readonly falseAlarms: number;
  readonly trapsFallenFor: number;
  readonly onsets: number;
  /** Seconds from the first alarm to the onset, of every onset that was warned of. */
  readonly leads: readonly number[];
}

/** All alarms of a stream in a span, at a limit; undefined = it never alarms. */
export function tallyAlarms(
  watches: readonly Watch[],
  stream: number,
  limit: number | undefined,
  span: TimeSpan,
): AlarmTally {
  const leads: number[] = [];
  let [trueAlarms, falseAlarms, trapsFallenFor, onsets] = [0, 0, 0, 0];
  for (const watch of watches) {
    const alarms = limit === undefined ? [] : raiseAlarms(watch, stream, limit, span);
    const judgement = judgeAlarms(watch, alarms, span);
    trueAlarms += judgement.trueAlarms;
    falseAlarms += judgement.falseAlarms;
    trapsFallenFor += judgement.trapsFallenFor;
    watch.incidents.forEach((incident, i) => {
      if (isScored(incident, span)) onsets++;
      const warnedAt = judgement.warnedAt[i];
      if (warnedAt !== undefined) leads.push(incident.onset! - warnedAt);
    });
  }
  return { trueAlarms, falseAlarms, trapsFallenFor, onsets, leads };
}

/**
 * The lowest limit that can be reached from above without more than FALSE_ALARMS_PER_SERVER_WEEK at any limit tried on the
 * way; undefined where even the highest score alarms too often. About 2·log2(n) limits are tried.
 */
export function chooseLimit(watches: readonly Watch[], stream: number, span: TimeSpan): number | undefined {
  const limits = distinctScores(watches, stream, span);
  const allowed = FALSE_ALARMS_PER_SERVER_WEEK * watchedWeeks(watches, span);
  const isQuiet = (rank: number) => tallyAlarms(watches, stream, limits[rank]!, span).falseAlarms <= allowed;
  let [good, bad] = [-1, limits.length];
  for (let rank = 0; rank < limits.length; rank = 2 * rank + 1) {
    if (!isQuiet(rank)) {
      bad = rank;
      break;
    }
    good = rank;
  }
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (isQuiet(middle)) good = middle;
    else bad = middle;
  }
  return limits[good];
}

/** Scores at which an alarm could begin, highest first; one that says "never" is none. */
function distinctScores(watches: readonly Watch[], stream: number, { from, to }: TimeSpan): Float32Array {
  const scores: number[] = [];
  for (const { times, states, scores: columns } of watches) {
    times.forEach((at, i) => {
      const score = columns[stream]![i]!;
      if (states[i] === WATCHED && at >= from && at < to && score > Number.NEGATIVE_INFINITY) scores.push(score);
    });
  }
  const sorted = Float32Array.from(scores).sort().reverse();
  return sorted.filter((score, i) => i === 0 || score !== sorted[i - 1]);
}
