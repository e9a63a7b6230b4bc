/** A forecast that costs nothing: for what works on forecasts of a whole fleet, whoever made them. */
import { type Forecast, type Frame, HORIZON_STEPS } from '../../core/flow.js';
import { bucketValue } from '../../core/frame.js';

/** The last value; wide enough to either side that few servers are under stress, as in a healthy fleet. */
export function levelForecast(frame: Frame, row: number): Forecast {
  const value = bucketValue(frame, row, frame.newest);
  const halfWidth = 5 + value / 2;
  const levels = [value - halfWidth, value, value + halfWidth];
  const values = new Float32Array(HORIZON_STEPS * levels.length);
  for (let step = 0; step < HORIZON_STEPS; step++) values.set(levels, step * levels.length);
  const { server, newest, stepSeconds } = frame;
  return { server, metric: frame.metrics[row]!, origin: newest * stepSeconds, stepSeconds, values, model: 'level' };
}
