/** The plot in a row of the fleet table: eight hours back, eight hours ahead. */
import { scaleLinear } from 'd3-scale';
import type { Forecast, Frame } from '../../core/flow.js';
import { type Html, html } from './html.js';
import { forecastPoints, pastPoints } from './metricPaths.js';
import { bandPath, coordinate, linePath, type PlotPoint } from './plot.js';

const WIDTH = 150;
const HEIGHT = 34;
const SPAN_SECONDS = 8 * 3600;
/** One point per 10 minutes is one per 1.5 units of width. */
const EVERY = 2;

export function renderSparkline(frame: Frame, forecast: Forecast): Html {
  const past = thin(pastPoints(frame, forecast.metric, SPAN_SECONDS));
  const levels = forecastPoints(forecast);
  const [p10, p50, p90] = [thin(levels.p10), thin(levels.p50), thin(levels.p90)];
  const values = [...past, ...p10, ...p90].map(({ value }) => value).filter(Number.isFinite);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  // A flat line lies in the middle.
  const margin = Math.max((high - low) * 0.08, Math.abs(high) * 0.01, 1e-6);
  const scale = {
    x: scaleLinear([forecast.origin - SPAN_SECONDS, forecast.origin + SPAN_SECONDS], [0, WIDTH]),
    y: scaleLinear([low - margin, high + margin], [HEIGHT, 0]),
  };
  const middle = coordinate(scale.x(forecast.origin));
  return html`<svg class="spark" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${forecast.metric}, eight hours back and ahead"><line class="nowline" x1="${middle}" x2="${middle}" y1="0" y2="${HEIGHT}"/><path class="band" d="${bandPath(p10, p90, scale)}"/><path class="past" d="${linePath(past, scale)}"/><path class="median" d="${linePath(p50, scale)}"/></svg>`;
}

/** Every second point, the last one included. */
function thin(points: readonly PlotPoint[]): PlotPoint[] {
  return points.filter((_, index) => (points.length - 1 - index) % EVERY === 0);
}
