/** Counters → increases per second. */

export interface CounterPoint {
  /** Epoch seconds. */
  readonly at: number;
  readonly value: number;
}

/**
 * The increase per second from one point to the next. A counter that fell was reset and has counted from 0 since, as in PromQL.
 * @returns undefined without a point before, for one that is not later, and over a longer gap than given
 */
export function ratePerSecond(
  before: CounterPoint | undefined,
  now: CounterPoint,
  maxGapSeconds: number,
): number | undefined {
  if (before === undefined) return undefined;
  const seconds = now.at - before.at;
  if (!(seconds > 0) || seconds > maxGapSeconds) return undefined;
  return (now.value < before.value ? now.value : now.value - before.value) / seconds;
}
