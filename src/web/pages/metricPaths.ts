/** The past and the forecast of one metric of one server, as points to draw. */
import { type Forecast, type Frame, HORIZON_STEPS, LEVEL_NAMES, type LevelName } from '../../core/flow.js';
import { bucketValue } from '../../core/frame.js';
import { forecastValue } from '../../exposition/forecastPoint.js';
import type { PlotPoint } from './plot.js';

/** The buckets of the last `seconds` up to the newest, oldest first; NaN where a bucket is empty. */
export function pastPoints(frame: Frame, metric: string, seconds: number): PlotPoint[] {
  const row = frame.metrics.indexOf(metric);
  if (row < 0) return [];
  const count = Math.min(frame.capacity, Math.round(seconds / frame.stepSeconds));
  const points: PlotPoint[] = [];
  for (let bucket = Math.max(0, frame.newest - count + 1); bucket <= frame.newest; bucket++) {
    points.push({ time: bucket * frame.stepSeconds, value: bucketValue(frame, row, bucket) });
  }
  return points;
}

/** The 96 points of each level. */
export function forecastPoints(forecast: Forecast): Record<LevelName, PlotPoint[]> {
  const pathOf = (level: LevelName) =>
    Array.from({ length: HORIZON_STEPS }, (_, index) => ({
      time: forecast.origin + (index + 1) * forecast.stepSeconds,
      value: forecastValue(forecast, index + 1, level),
    }));
  const [p10, p50, p90] = LEVEL_NAMES.map(pathOf);
  return { p10: p10!, p50: p50!, p90: p90! };
}
