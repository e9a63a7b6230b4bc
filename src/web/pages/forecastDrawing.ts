/** Past and forecast in one plot, whatever else is drawn with them. */
import type { ScaleLinear } from 'd3-scale';
import { type PlotArea, renderTimeAxis, renderValueAxis } from './axes.js';
import { type Html, html } from './html.js';
import { bandPath, coordinate, linePath, type PlotPoint } from './plot.js';

export interface ForecastDrawing {
  readonly width: number;
  readonly height: number;
  readonly area: PlotArea;
  /** Read aloud in place of the picture. */
  readonly label: string;
  /** Of epoch seconds. */
  readonly x: ScaleLinear<number, number>;
  readonly y: ScaleLinear<number, number>;
  readonly timeTicks: number;
  readonly valueTicks: number;
  /** Epoch seconds of the line between past and future. */
  readonly at: number;
  readonly past: readonly PlotPoint[];
  readonly ahead: Readonly<Record<'p10' | 'p50' | 'p90', readonly PlotPoint[]>> | undefined;
  /** Between the band and the lines. */
  readonly behind?: Html | undefined;
  /** Over the lines. */
  readonly over?: Html | undefined;
  readonly probes: readonly Probe[];
}

/** A span of time whose tooltip reads what is drawn there. */
export interface Probe {
  readonly from: number;
  readonly to: number;
  readonly title: string;
}

/** What lies over what: median, past, what is behind them, band. */
export function renderForecastDrawing(drawing: ForecastDrawing): Html {
  const { width, height, area, label, x, y, at, ahead, past } = drawing;
  const scale = { x, y };
  const nowX = coordinate(x(at));
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">
<rect class="ahead" x="${nowX}" y="${area.top}" width="${coordinate(area.right - x(at))}" height="${area.bottom - area.top}"/>
${renderValueAxis(area, y, drawing.valueTicks)}${renderTimeAxis(area, x, drawing.timeTicks)}
${ahead && html`<path class="band" d="${bandPath(ahead.p10, ahead.p90, scale)}"/>`}${drawing.behind}
<path class="past" d="${linePath(past, scale)}"/>
${ahead && html`<path class="median" d="${linePath(ahead.p50, scale)}"/>`}${drawing.over}
<line class="nowline" x1="${nowX}" x2="${nowX}" y1="${area.top}" y2="${area.bottom}"/>
${drawing.probes.map((probe) => renderProbe(probe, drawing))}
</svg>`;
}

function renderProbe({ from, to, title }: Probe, { area, x }: ForecastDrawing): Html {
  return html`<rect class="probe" x="${coordinate(x(from))}" y="${area.top}" width="${coordinate(x(to) - x(from))}" height="${area.bottom - area.top}"><title>${title}</title></rect>`;
}
