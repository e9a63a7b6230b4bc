/** Which of a server's thresholds is reached first, and when. */
import type { TimeToThreshold } from '../../core/flow.js';

/** The threshold that is reached first, judged by the median, else by the level that gets there first. */
export function firstThreshold(entries: readonly TimeToThreshold[]): TimeToThreshold | undefined {
  const earliest = (level: 'p50' | 'any') =>
    entries
      .map((entry) => ({ entry, seconds: level === 'p50' ? entry.seconds.p50 : earliestSeconds(entry) }))
      .filter((candidate) => candidate.seconds !== null)
      .sort((a, b) => a.seconds! - b.seconds!)[0]?.entry;
  return earliest('p50') ?? earliest('any');
}

/** Seconds of the level that crosses first; null if none does. */
export function earliestSeconds({ seconds }: TimeToThreshold): number | null {
  const reached = Object.values(seconds).filter((value) => value !== null);
  return reached.length === 0 ? null : Math.min(...reached);
}
