/** How far back the historical doors look, and how densely: at most about a hundred moments. */
import type { HistorySpan } from './history.js';

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** Names of the older daemons: `M` is a month of 30 days. */
export const TIME_RANGES = ['30m', '1h', '8h', '1d', '1w', '1M'] as const;
export type TimeRange = (typeof TIME_RANGES)[number];

const SPANS: Readonly<Record<TimeRange, { readonly seconds: number; readonly stepSeconds: number }>> = {
  '30m': { seconds: 30 * MINUTE, stepSeconds: MINUTE },
  '1h': { seconds: HOUR, stepSeconds: MINUTE },
  '8h': { seconds: 8 * HOUR, stepSeconds: 5 * MINUTE },
  '1d': { seconds: DAY, stepSeconds: 15 * MINUTE },
  '1w': { seconds: 7 * DAY, stepSeconds: 2 * HOUR },
  '1M': { seconds: 30 * DAY, stepSeconds: 8 * HOUR },
};

/** Answers hold for so long: requests within it ask for the same moments. */
export const SHARED_SECONDS = 15;

/** The moments of a range that ends now. @param now epoch seconds */
export function spanOf(range: TimeRange, now: number): HistorySpan {
  const { seconds, stepSeconds } = SPANS[range];
  const to = Math.floor(now / SHARED_SECONDS) * SHARED_SECONDS;
  return { from: to - seconds, to, stepSeconds };
}

/** How many moments a span has. */
export function momentsOf({ from, to, stepSeconds }: HistorySpan): number {
  return Math.floor((to - from) / stepSeconds) + 1;
}
