/** Which of a server's thresholds is reached first, and when. */
import type { Risk, TimeToThreshold } from '../../core/flow.js';

/** The threshold that is reached first, judged by the median, else by the level that gets there first. */
export function firstThreshold(entries: readonly TimeToThreshold[]): TimeToThreshold | undefined {
  return earliestBy(entries, ({ seconds }) => seconds.p50) ?? earliestBy(entries, earliestSeconds);
}

/** Seconds of the level that crosses first; null if none does. */
export function earliestSeconds({ seconds }: TimeToThreshold): number | null {
  const { p10, p50, p90 } = seconds;
  const earliest = Math.min(p10 ?? Infinity, p50 ?? Infinity, p90 ?? Infinity);
  return earliest === Infinity ? null : earliest;
}

/** What lies ahead of a server. */
export interface Prospect {
  /** Metrics whose newest value is at or beyond the threshold. */
  readonly beyond: readonly string[];
  /** Of the others, the one that is reached first; undefined if none may be within 8 h. */
  readonly ahead: TimeToThreshold | undefined;
}

export function prospectOf({ thresholds, timeToThreshold }: Risk): Prospect {
  const beyond = thresholds.filter(({ breached }) => breached).map(({ metric }) => metric);
  const others =
    beyond.length === 0 ? timeToThreshold : timeToThreshold.filter(({ metric }) => !beyond.includes(metric));
  return { beyond, ahead: firstThreshold(others) };
}

/** The entry with the least seconds, the first of equal ones; those without any do not count. */
function earliestBy(
  entries: readonly TimeToThreshold[],
  secondsOf: (entry: TimeToThreshold) => number | null,
): TimeToThreshold | undefined {
  let earliest: TimeToThreshold | undefined;
  let least = Infinity;
  for (const entry of entries) {
    const seconds = secondsOf(entry);
    if (seconds === null || seconds >= least) continue;
    earliest = entry;
    least = seconds;
  }
  return earliest;
}
