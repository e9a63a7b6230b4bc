/** The plot of one metric on a server's page: a day back, eight hours ahead, with axes, band and threshold. */
import { scaleLinear } from 'd3-scale';
import type { Forecast, Frame, LevelName } from '../../core/flow.js';
import type { PlotArea } from './axes.js';
import { type Probe, renderForecastDrawing } from './forecastDrawing.js';
import { type Html, html } from './html.js';
import { forecastPoints, pastPoints } from './metricPaths.js';
import { coordinate, type PlotPoint } from './plot.js';
import { plotReadings } from './plotReadings.js';
import { valueSpan } from './valueSpan.js';
import { dateAndTime, describeClock, describeValue, unitSign } from './words.js';

const PLOT: PlotArea = { left: 44, right: 552, top: 10, bottom: 164 };
const LAYOUT = { width: 560, height: 190, area: PLOT, timeTicks: 6, valueTicks: 5 };

const PAST_SECONDS = 24 * 3600;
const AHEAD_SECONDS = 8 * 3600;
const PROBE_SECONDS = 3600;
/** Of the forecast. */
const HOUR_STEPS = 12;

export interface ChartInput {
  readonly frame: Frame;
  readonly metric: string;
  readonly forecast: Forecast | undefined;
  /** Undefined = the metric has none. */
  readonly threshold: number | undefined;
  /** Epoch seconds of the line between past and future. */
  readonly at: number;
}

type Levels = Record<LevelName, PlotPoint[]>;

/** In place of the picture: the newest sample, and the forecast in an hour and at the end. */
function describePlot(metric: string, past: readonly PlotPoint[], ahead: Levels | undefined): string {
  const title = `${metric}, the last 24 hours and the next 8`;
  const say = ({ value }: PlotPoint) => describeValue(metric, value);
  const newest = past.at(-1);
  const now = newest && Number.isFinite(newest.value) ? say(newest) : 'no sample';
  if (ahead === undefined) return `${title}: now ${now}, no forecast`;
  const forecasts = [HOUR_STEPS - 1, ahead.p50.length - 1].flatMap((index) => {
    const [p10, p50, p90] = [ahead.p10[index], ahead.p50[index], ahead.p90[index]];
    return p10 && p50 && p90 ? [`${describeClock(p50.time)} p50 ${say(p50)}, p10 ${say(p10)} to p90 ${say(p90)}`] : [];
  });
  return [`${title}: now ${now}`, ...forecasts].join('; ');
}

export function renderChart({ frame, metric, forecast, threshold, at }: ChartInput): Html {
  const isShown = ({ time }: PlotPoint) => time >= at - PAST_SECONDS && time <= at + AHEAD_SECONDS;
  const past = pastPoints(frame, metric, PAST_SECONDS).filter(isShown);
  const ahead = forecast && levelsOf(forecast, isShown);
  const shown = [past, ahead?.p10 ?? [], ahead?.p90 ?? []].flat().map(({ value }) => value);
  const span = valueSpan(metric, threshold === undefined ? shown : [...shown, threshold]);
  const y = scaleLinear(span, [PLOT.bottom, PLOT.top]);
  const readings = plotReadings({
    area: PLOT,
    span: [at - PAST_SECONDS, at + AHEAD_SECONDS],
    stepSeconds: frame.stepSeconds,
    unit: unitSign(metric),
    past,
    ahead: ahead ? [ahead.p10, ahead.p50, ahead.p90] : [],
  });
  const drawing = renderForecastDrawing({
    ...LAYOUT,
    label: describePlot(metric, past, ahead),
    x: scaleLinear([at - PAST_SECONDS, at + AHEAD_SECONDS], [PLOT.left, PLOT.right]),
    y,
    at,
    past,
    ahead,
    over: threshold === undefined ? undefined : renderThreshold(metric, threshold, y(threshold)),
    probes: ahead ? probesOf(metric, ahead, at) : [],
  });
  return html`<div data-plot="${readings}">${drawing}<output class="small reading" aria-live="off"></output></div>`;
}

function levelsOf(forecast: Forecast, isShown: (point: PlotPoint) => boolean): Levels {
  const { p10, p50, p90 } = forecastPoints(forecast);
  return { p10: p10.filter(isShown), p50: p50.filter(isShown), p90: p90.filter(isShown) };
}

function renderThreshold(metric: string, threshold: number, position: number): Html {
  const at = coordinate(position);
  return html`<line class="threshold" x1="${PLOT.left}" x2="${PLOT.right}" y1="${at}" y2="${at}"/><text class="threshold-label" x="${PLOT.left + 6}" y="${at}" dy="${position < PLOT.top + 14 ? 13 : -5}">threshold ${describeValue(metric, threshold)}</text>`;
}

/** An hour each, which reads the forecast in the middle of it. */
function probesOf(metric: string, { p10, p50, p90 }: Levels, at: number): Probe[] {
  const probes: Probe[] = [];
  for (let from = at; from < at + AHEAD_SECONDS; from += PROBE_SECONDS) {
    const index = p50.findIndex(({ time }) => time >= from + PROBE_SECONDS / 2);
    if (index < 0) break;
    const read = (level: readonly PlotPoint[]) => describeValue(metric, level[index]!.value);
    const title = `${dateAndTime(p50[index]!.time)}: p50 ${read(p50)}, p10 ${read(p10)}, p90 ${read(p90)}`;
    probes.push({ from, to: from + PROBE_SECONDS, title });
  }
  return probes;
}
