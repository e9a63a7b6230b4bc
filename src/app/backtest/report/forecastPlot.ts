/** One forecast beside what came: a day back, the forecast hours, the best naive method as a thin line. */
import { scaleLinear } from 'd3-scale';
import { upperBound } from '../../../core/metrics.js';
import { type PlotArea, renderTimeAxis, renderValueAxis } from '../../../web/pages/axes.js';
import { type Html, html } from '../../../web/pages/html.js';
import { bandPath, coordinate, linePath, type PlotPoint } from '../../../web/pages/plot.js';
import { isDrawable, spanOf } from './axis.js';
import { describeClock, describeMeasured, describeMinute, isDate } from './figures.js';
import type { DrawnForecast } from './reportData.js';

const WIDTH = 392;
const HEIGHT = 158;
const AREA: PlotArea = { left: 40, right: 388, top: 8, bottom: 138 };

const TIME_TICKS = 5;
const VALUE_TICKS = 4;
const PROBE_SECONDS = 3600;

/** What all plots of one series share. */
export interface ForecastPlotFrame {
  readonly metric: string;
  readonly stepSeconds: number;
  /** Of the best naive method, for the tooltips. */
  readonly naiveTitle: string;
  /** From `valueSpan`: one scale for all forecasts of the series, so that they compare. */
  readonly span: readonly [number, number];
}

type Line = readonly (number | null)[];

/** The values that the plots of a series have to hold. */
export function valueSpan(metric: string, forecasts: readonly DrawnForecast[]): [number, number] {
  const shown = forecasts.flatMap(({ history, p10, p50, p90, actual, naive }) =>
    [history, p10, p50, p90, actual, naive].flatMap((line: Line) => line.filter(isDrawable)),
  );
  const [low, high] = spanOf(shown);
  const upper = upperBound(metric);
  // The air at the ends stops at the metric's bounds, unless a value lies beyond them.
  const isLow = shown.every((value) => value >= 0);
  const isHigh = shown.every((value) => value <= upper);
  return [isLow ? Math.max(0, low) : low, isHigh ? Math.min(upper * 1.02, high) : high];
}

export function renderForecastPlot(forecast: DrawnForecast, frame: ForecastPlotFrame): Html {
  const { stepSeconds, metric, span } = frame;
  const { origin } = forecast;
  const from = origin - stepSeconds * Math.max(1, forecast.history.length);
  const to = origin + stepSeconds * Math.max(1, forecast.p50.length);
  if (!isDate(from) || !isDate(to) || from >= to) return html`<p class="muted small">Its times are no dates.</p>`;
  const x = scaleLinear([from, to], [AREA.left, AREA.right]);
  const y = scaleLinear(span, [AREA.bottom, AREA.top]);
  const scale = { x, y };
  const ahead = (line: Line) => toPoints(line, (index) => origin + (index + 1) * stepSeconds);
  const past = toPoints(forecast.history, (index) => origin - (forecast.history.length - 1 - index) * stepSeconds);
  const nowX = coordinate(x(origin));
  return html`<svg viewBox="0 0 ${String(WIDTH)} ${String(HEIGHT)}" role="img" aria-label="${metric}: forecast of ${describeMinute(origin)} UTC and what came">
<rect class="ahead" x="${nowX}" y="${String(AREA.top)}" width="${coordinate(AREA.right - x(origin))}" height="${String(AREA.bottom - AREA.top)}"/>
${renderValueAxis(AREA, y, VALUE_TICKS)}${renderTimeAxis(AREA, x, TIME_TICKS)}
<path class="band" d="${bandPath(ahead(forecast.p10), ahead(forecast.p90), scale)}"/>
<path class="naive" d="${linePath(ahead(forecast.naive), scale)}"/>
<path class="past" d="${linePath([...past, ...ahead(forecast.actual)], scale)}"/>
<path class="median" d="${linePath(ahead(forecast.p50), scale)}"/>
<line class="nowline" x1="${nowX}" x2="${nowX}" y1="${String(AREA.top)}" y2="${String(AREA.bottom)}"/>
${renderProbes(forecast, frame, x)}
</svg>`;
}

function toPoints(line: Line, timeOf: (index: number) => number): PlotPoint[] {
  return line.map((value, index) => ({ time: timeOf(index), value: isDrawable(value) ? value : Number.NaN }));
}

/** Invisible areas of an hour each, whose tooltip reads the step in the middle of it. */
function renderProbes(
  { origin, p10, p50, p90, actual, naive }: DrawnForecast,
  { metric, stepSeconds, naiveTitle }: ForecastPlotFrame,
  x: (time: number) => number,
): Html[] {
  const probes: Html[] = [];
  const stride = Math.max(1, Math.round(PROBE_SECONDS / stepSeconds));
  for (let first = 0; first < p50.length; first += stride) {
    const index = Math.min(p50.length - 1, first + (stride >> 1));
    const read = (line: Line) => describeMeasured(metric, line[index]);
    const title = `${describeClock(origin + (index + 1) * stepSeconds)}: came ${read(actual)}, p50 ${read(p50)}, p10 ${read(p10)}, p90 ${read(p90)}, ${naiveTitle} ${read(naive)}`;
    const start = x(origin + first * stepSeconds);
    const end = x(origin + Math.min(p50.length, first + stride) * stepSeconds);
    probes.push(
      html`<rect class="probe" x="${coordinate(start)}" y="${String(AREA.top)}" width="${coordinate(end - start)}" height="${String(AREA.bottom - AREA.top)}"><title>${title}</title></rect>`,
    );
  }
  return probes;
}
