/** When each quantile path of a forecast reaches its threshold. */
import { type Forecast, HORIZON_STEPS, LEVEL_NAMES, type LevelName, type TimeToThreshold } from '../core/flow.js';
import type { Threshold } from './limit.js';

/**
 * Seconds from `at` until each level's own path is at or beyond the threshold, straight between steps and from the current
 * value; so `above` is crossed by p90 first and `below` by p10.
 * @param current the value now, undefined if unknown; when it is beyond, all levels are 0
 */
export function timeToThreshold(
  forecast: Forecast,
  threshold: Threshold,
  current: number | undefined,
  at: number,
): TimeToThreshold {
  const { metric, value, direction } = threshold;
  const seconds: Record<LevelName, number | null> = { p10: null, p50: null, p90: null };
  for (const [level, name] of LEVEL_NAMES.entries()) {
    seconds[name] = isBreach(current, threshold) ? 0 : firstCrossing(forecast, level, threshold, { current, at });
  }
  return { metric, threshold: value, direction, seconds };
}

/** Tells whether a value is at or beyond the threshold. */
export function isBreach(value: number | undefined, threshold: Threshold): boolean {
  if (value === undefined) return false;
  return threshold.direction === 'above' ? value >= threshold.value : value <= threshold.value;
}

function firstCrossing(
  forecast: Forecast,
  level: number,
  threshold: Threshold,
  now: { readonly current: number | undefined; readonly at: number },
): number | null {
  let before = now.current === undefined ? undefined : { seconds: 0, value: now.current };
  for (let step = 0; step < HORIZON_STEPS; step++) {
    const seconds = forecast.origin + (step + 1) * forecast.stepSeconds - now.at;
    if (seconds <= 0) continue;
    const value = forecast.values[step * LEVEL_NAMES.length + level]!;
    if (isBreach(value, threshold)) {
      if (before === undefined) return seconds;
      const share = (threshold.value - before.value) / (value - before.value);
      return before.seconds + share * (seconds - before.seconds);
    }
    before = Number.isNaN(value) ? undefined : { seconds, value };
  }
  return null;
}
