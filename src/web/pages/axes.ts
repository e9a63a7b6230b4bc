/** The axes of the SVG plots, at the ticks that d3 finds. */
import { type ScaleLinear, scaleUtc } from 'd3-scale';
import { type Html, html } from './html.js';
import { coordinate } from './plot.js';

/** The part of a view box that lines are drawn in. */
export interface PlotArea {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** From here on, a number is too wide for its place and gets a prefix: `150k`, `2.5G`. */
const LARGE_VALUE = 1e5;

/** How `count` ticks are written: with as many decimals as tell one from its neighbours. */
export function describeTicks(scale: ScaleLinear<number, number>, count: number): (value: number) => string {
  const isLarge = scale.domain().some((end) => Math.abs(end) >= LARGE_VALUE);
  return scale.tickFormat(count, isLarge ? 's' : ',f');
}

/** Grid lines at about `count` round values. */
export function renderValueAxis(area: PlotArea, y: ScaleLinear<number, number>, count: number): Html[] {
  const describe = describeTicks(y, count);
  return y.ticks(count).map((tick) => renderValueTick(area, y(tick), describe(tick)));
}

/** A horizontal grid line with its label left of the plot. */
export function renderValueTick(area: PlotArea, position: number, label: string): Html {
  const y = coordinate(position);
  return html`<line class="grid" x1="${area.left}" x2="${area.right}" y1="${y}" y2="${y}"/><text x="${area.left - 6}" y="${y}" dy="4" text-anchor="end">${label}</text>`;
}

/** About `count` round times of UTC below the plot. @param x  of epoch seconds */
export function renderTimeAxis(area: PlotArea, x: ScaleLinear<number, number>, count: number): Html[] {
  const moments = scaleUtc().domain(x.domain().map((seconds) => seconds * 1000));
  const ticks = moments.ticks(count);
  const describe = moments.tickFormat(count, ticks.every(isMidnight) ? '%b %d' : '%H:%M');
  return ticks.map((tick) => renderTimeTick(area, x(tick.getTime() / 1000), describe(tick)));
}

function isMidnight(moment: Date): boolean {
  return moment.getUTCHours() === 0 && moment.getUTCMinutes() === 0;
}

/** Half of a time of day that must not be cut off at the right edge. */
const HALF_LABEL = 16;

function renderTimeTick({ right, bottom }: PlotArea, position: number, label: string): Html {
  const x = coordinate(position);
  const anchor = position > right - HALF_LABEL ? 'end' : 'middle';
  return html`<line class="grid" x1="${x}" x2="${x}" y1="${bottom}" y2="${bottom + 4}"/><text x="${x}" y="${bottom + 17}" text-anchor="${anchor}">${label}</text>`;
}
