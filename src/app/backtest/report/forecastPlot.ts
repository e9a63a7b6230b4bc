/** One forecast beside what came: a day back, the forecast hours, the best naive method as a thin line. */
import { scaleLinear } from 'd3-scale';
import type { PlotArea } from '../../../web/pages/axes.js';
import { type Probe, renderForecastDrawing } from '../../../web/pages/forecastDrawing.js';
import { type Html, html } from '../../../web/pages/html.js';
import { linePath, type PlotPoint } from '../../../web/pages/plot.js';
import { valueSpan } from '../../../web/pages/valueSpan.js';
import { isDrawable } from './axis.js';
import { describeClock, describeMeasured, describeMinute, isDate } from './figures.js';
import type { DrawnForecast } from './reportData.js';

const AREA: PlotArea = { left: 40, right: 388, top: 8, bottom: 138 };
const LAYOUT = { width: 392, height: 158, area: AREA, timeTicks: 5, valueTicks: 4 };

const PROBE_SECONDS = 3600;

/** What all plots of one series share. */
export interface ForecastPlotFrame {
  readonly metric: string;
  readonly stepSeconds: number;
  /** Of the best naive method, for the tooltips. */
  readonly naiveTitle: string;
  /** From `seriesSpan`: one scale for all forecasts of the series, so that they compare. */
  readonly span: readonly [number, number];
}

type Line = readonly (number | null)[];

/** The values that the plots of a series have to hold. */
export function seriesSpan(metric: string, forecasts: readonly DrawnForecast[]): [number, number] {
  const shown = forecasts.flatMap(({ history, p10, p50, p90, actual, naive }) =>
    [history, p10, p50, p90, actual, naive].flatMap((line: Line) => line.filter(isDrawable)),
  );
  return valueSpan(metric, shown);
}

export function renderForecastPlot(forecast: DrawnForecast, frame: ForecastPlotFrame): Html {
  const { stepSeconds, metric, span } = frame;
  const { origin, history } = forecast;
  const from = origin - stepSeconds * Math.max(1, history.length);
  const to = origin + stepSeconds * Math.max(1, forecast.p50.length);
  if (!isDate(from) || !isDate(to) || from >= to) return html`<p class="muted small">Its times are no dates.</p>`;
  const x = scaleLinear([from, to], [AREA.left, AREA.right]);
  const y = scaleLinear(span, [AREA.bottom, AREA.top]);
  const ahead = (line: Line) => toPoints(line, (index) => origin + (index + 1) * stepSeconds);
  const before = toPoints(history, (index) => origin - (history.length - 1 - index) * stepSeconds);
  return renderForecastDrawing({
    ...LAYOUT,
    label: `${metric}: forecast of ${describeMinute(origin)} UTC and what came`,
    x,
    y,
    at: origin,
    past: [...before, ...ahead(forecast.actual)],
    ahead: { p10: ahead(forecast.p10), p50: ahead(forecast.p50), p90: ahead(forecast.p90) },
    behind: html`<path class="naive" d="${linePath(ahead(forecast.naive), { x, y })}"/>`,
    probes: probesOf(forecast, frame),
  });
}

function toPoints(line: Line, timeOf: (index: number) => number): PlotPoint[] {
  return line.map((value, index) => ({ time: timeOf(index), value: isDrawable(value) ? value : Number.NaN }));
}

/** An hour each, which reads the step in the middle of it. */
function probesOf(
  { origin, p10, p50, p90, actual, naive }: DrawnForecast,
  { metric, stepSeconds, naiveTitle }: ForecastPlotFrame,
): Probe[] {
  const probes: Probe[] = [];
  const stride = Math.max(1, Math.round(PROBE_SECONDS / stepSeconds));
  for (let first = 0; first < p50.length; first += stride) {
    const index = Math.min(p50.length - 1, first + (stride >> 1));
    const read = (line: Line) => describeMeasured(metric, line[index]);
    const title = `${describeClock(origin + (index + 1) * stepSeconds)}: came ${read(actual)}, p50 ${read(p50)}, p10 ${read(p10)}, p90 ${read(p90)}, ${naiveTitle} ${read(naive)}`;
    const to = origin + Math.min(p50.length, first + stride) * stepSeconds;
    probes.push({ from: origin + first * stepSeconds, to, title });
  }
  return probes;
}
