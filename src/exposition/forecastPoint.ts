/** Reading single points out of forecasts, and what they go on from. */
import { type Forecast, type Frame, HORIZON_STEPS, LEVEL_NAMES, type LevelName } from '../core/flow.js';
import { bucketValue, newestBucket, newestValue } from '../core/frame.js';

/**
 * Steps past the forecast's end that its last step still stands for: the newest bucket may be partial and the cycle
 * may run up to one step after it.
 */
const TOLERATED_STEPS = 2;

/** Buckets back from the newest within which a value counts as current: 30 minutes of 5-minute buckets. */
const CURRENT_STEPS = 6;

/** The step (1–96) of `forecast` whose bucket holds epoch second `time`; undefined outside the forecast. */
export function forecastStep(forecast: Forecast, time: number): number | undefined {
  const step = Math.floor((time - forecast.origin) / forecast.stepSeconds);
  if (step < 1 || step > HORIZON_STEPS + TOLERATED_STEPS) return undefined;
  return Math.min(step, HORIZON_STEPS);
}

/** The forecast's value at one step (1–96) and level. */
export function forecastValue(forecast: Forecast, step: number, level: LevelName): number {
  return forecast.values[(step - 1) * LEVEL_NAMES.length + LEVEL_NAMES.indexOf(level)]!;
}

/** The newest value of a metric within the last 30 minutes; undefined if there is none. */
export function currentValue(frame: Frame, metric: string): number | undefined {
  return newestValue(frame, frame.metrics.indexOf(metric), CURRENT_STEPS);
}

const HOUR_SECONDS = 3600;

/** The rise of the current value over that of an hour before, as a share of that; undefined where one is missing or that was 0. */
export function riseInHour(frame: Frame, metric: string): number | undefined {
  const row = frame.metrics.indexOf(metric);
  const bucket = newestBucket(frame, row, CURRENT_STEPS);
  if (bucket === undefined) return undefined;
  const before = bucketValue(frame, row, bucket - HOUR_SECONDS / frame.stepSeconds);
  return before > 0 ? bucketValue(frame, row, bucket) / before - 1 : undefined;
}
