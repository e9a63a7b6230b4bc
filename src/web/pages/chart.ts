/** The plot of one metric on a server's page: a day back, eight hours ahead, with axes, band and threshold. */
import { scaleLinear } from 'd3-scale';
import type { Forecast, Frame } from '../../core/flow.js';
import { upperBound } from '../../core/metrics.js';
import { type PlotArea, renderTimeAxis, renderValueAxis } from './axes.js';
import { type Html, html } from './html.js';
import { forecastPoints, pastPoints } from './metricPaths.js';
import { bandPath, coordinate, linePath, type PlotPoint, type PlotScale } from './plot.js';
import { dateAndTime, describeValue } from './words.js';

const WIDTH = 560;
const HEIGHT = 190;
const PLOT: PlotArea = { left: 44, right: 552, top: 10, bottom: 164 };

const PAST_SECONDS = 24 * 3600;
const AHEAD_SECONDS = 8 * 3600;
const TIME_TICKS = 6;
const VALUE_TICKS = 5;
const PROBE_SECONDS = 3600;

export interface ChartInput {
  readonly frame: Frame;
  readonly metric: string;
  readonly forecast: Forecast | undefined;
  /** Undefined = the metric has none. */
  readonly threshold: number | undefined;
  /** Epoch seconds of the line between past and future. */
  readonly at: number;
}

export function renderChart({ frame, metric, forecast, threshold, at }: ChartInput): Html {
  const past = pastPoints(frame, metric, PAST_SECONDS);
  const ahead = forecast && forecastPoints(forecast);
  const shown = [past, ahead?.p10 ?? [], ahead?.p90 ?? []].flat().map(({ value }) => value);
  const [low, high] = valueRange(metric, shown, threshold);
  const x = scaleLinear([at - PAST_SECONDS, at + AHEAD_SECONDS], [PLOT.left, PLOT.right]);
  const y = scaleLinear([low, high], [PLOT.bottom, PLOT.top]);
  const scale: PlotScale = { x, y };
  const nowX = coordinate(x(at));
  const label = `${metric}: the last 24 hours and the forecast for the next 8`;
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}">
<rect class="ahead" x="${nowX}" y="${PLOT.top}" width="${coordinate(PLOT.right - x(at))}" height="${PLOT.bottom - PLOT.top}"/>
${renderValueAxis(PLOT, y, VALUE_TICKS)}${renderTimeAxis(PLOT, x, TIME_TICKS)}
${ahead && html`<path class="band" d="${bandPath(visible(ahead.p10, at), visible(ahead.p90, at), scale)}"/>`}
<path class="past" d="${linePath(
    past.filter(({ time }) => time >= at - PAST_SECONDS),
    scale,
  )}"/>
${ahead && html`<path class="median" d="${linePath(visible(ahead.p50, at), scale)}"/>`}
${threshold === undefined ? undefined : renderThreshold(metric, threshold, scale)}
<line class="nowline" x1="${nowX}" x2="${nowX}" y1="${PLOT.top}" y2="${PLOT.bottom}"/>
${ahead && renderProbes(metric, ahead, at, scale)}
</svg>`;
}

/** Without what lies right of the plot. */
function visible(points: readonly PlotPoint[], at: number): PlotPoint[] {
  return points.filter(({ time }) => time <= at + AHEAD_SECONDS);
}

/** What the value axis spans: all that is drawn and some air, within the metric's bounds. */
function valueRange(metric: string, shown: readonly number[], threshold: number | undefined): [number, number] {
  const values = [...shown, ...(threshold === undefined ? [] : [threshold])].filter(Number.isFinite);
  if (values.length === 0) return [0, 1];
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const air = Math.max((most - least) * 0.08, Math.abs(most) * 0.02, 0.01);
  // Every LINBORG metric is 0 or more.
  return [Math.max(0, least - air), Math.min(upperBound(metric) * 1.02, most + air)];
}

function renderThreshold(metric: string, threshold: number, { y }: PlotScale): Html {
  const at = coordinate(y(threshold));
  return html`<line class="threshold" x1="${PLOT.left}" x2="${PLOT.right}" y1="${at}" y2="${at}"/><text class="threshold-label" x="${PLOT.left + 6}" y="${at}" dy="${y(threshold) < PLOT.top + 14 ? 13 : -5}">threshold ${describeValue(metric, threshold)}</text>`;
}

/** Invisible areas of an hour each, whose tooltip reads the forecast in the middle of it. */
function renderProbes(metric: string, ahead: ReturnType<typeof forecastPoints>, at: number, { x }: PlotScale): Html[] {
  const probes: Html[] = [];
  for (let from = at; from < at + AHEAD_SECONDS; from += PROBE_SECONDS) {
    const index = ahead.p50.findIndex(({ time }) => time >= from + PROBE_SECONDS / 2);
    if (index < 0) break;
    const value = (level: 'p10' | 'p50' | 'p90') => describeValue(metric, ahead[level][index]!.value);
    const title = `${dateAndTime(ahead.p50[index]!.time)}: p50 ${value('p50')}, p10 ${value('p10')}, p90 ${value('p90')}`;
    probes.push(
      html`<rect class="probe" x="${coordinate(x(from))}" y="${PLOT.top}" width="${coordinate(x(from + PROBE_SECONDS) - x(from))}" height="${PLOT.bottom - PLOT.top}"><title>${title}</title></rect>`,
    );
  }
  return probes;
}
