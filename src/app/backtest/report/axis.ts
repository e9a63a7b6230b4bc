/** What the axes of the report's plots span and where their ticks lie. */
import { type Html, html } from '../../../web/pages/html.js';
import { coordinate, linearScale } from '../../../web/pages/plot.js';

/** The part of a view box that lines are drawn in. */
export interface PlotArea {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Beyond this, a value cannot be drawn beside others. */
const LARGEST_DRAWN = 1e12;
/** A score below or above is drawn at the end of a logarithmic axis. */
const LOG_FLOOR = 0.01;
const LOG_CEILING = 1000;

/** Whether a number can be drawn: known, and not so large that coordinates overflow. */
export function isDrawable(value: number | null | undefined): value is number {
  return typeof value === 'number' && Math.abs(value) <= LARGEST_DRAWN;
}

/** From the least to the most with some air; never empty, so that a flat line lies in the middle. */
export function spanOf(values: readonly number[]): [number, number] {
  if (values.length === 0) return [0, 1];
  let [least, most] = [values[0]!, values[0]!];
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const air = Math.max((most - least) * 0.08, Math.abs(most) * 0.02, Math.abs(least) * 0.001, 0.01);
  return [least - air, most + air];
}

/** A logarithmic axis: equal distances are equal percentages. */
export interface LogAxis {
  readonly from: number;
  readonly to: number;
  /** Position of a score; one beyond the axis lies at its end. */
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
}

/** A logarithmic axis over `values` with some air, from view-box unit `start` to `end`; ticks `gap` units apart. */
export function logAxis(values: readonly number[], [start, end]: readonly [number, number], gap: number): LogAxis {
  const bounded = values.map((value) => Math.min(LOG_CEILING, Math.max(LOG_FLOOR, value)));
  const from = Math.min(...(bounded.length > 0 ? bounded : [1])) / 1.12;
  const to = Math.max(...(bounded.length > 0 ? bounded : [1])) * 1.12;
  const scale = linearScale(Math.log(from), Math.log(to), start, end);
  const at = (value: number) => scale(Math.log(Math.min(to, Math.max(from, value))));
  const choices = TICK_DIGITS.map((digits) => logTicks(from, to, digits));
  return { from, to, at, ticks: choices.find((ticks) => areApart(ticks.map(at), gap)) ?? [] };
}

/** Digits of a decade that get a tick, the densest first. */
const TICK_DIGITS = [
  [1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9, 2, 2.2, 2.5, 2.8, 3, 3.3, 3.6, 4, 4.5, 5, 5.5, 6, 6.5, 7, 7.5, 8, 9],
  [1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9],
  [1, 1.5, 2, 3, 4, 5, 6, 8],
  [1, 1.5, 2, 3, 5, 7],
  [1, 2, 5],
  [1, 3],
  [1],
] as const;

function logTicks(from: number, to: number, digits: readonly number[]): number[] {
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(from)); power <= Math.ceil(Math.log10(to)); power++) {
    for (const digit of digits) {
      const tick = Number((digit * 10 ** power).toPrecision(3));
      if (tick >= from && tick <= to) ticks.push(tick);
    }
  }
  return ticks;
}

function areApart(positions: readonly number[], gap: number): boolean {
  return positions.every((position, index) => index === 0 || Math.abs(position - positions[index - 1]!) >= gap);
}

/** A horizontal grid line with its label left of the plot. */
export function renderValueTick(area: PlotArea, position: number, label: string): Html {
  const y = coordinate(position);
  return html`<line class="grid" x1="${coordinate(area.left)}" x2="${coordinate(area.right)}" y1="${y}" y2="${y}"/><text x="${coordinate(area.left - 6)}" y="${y}" dy="4" text-anchor="end">${label}</text>`;
}
