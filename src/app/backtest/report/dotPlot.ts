/** A row per method or data set: a dot at its figure and a line over its interval, on a logarithmic axis. */
import { type Html, html } from '../../../web/pages/html.js';
import { coordinate } from '../../../web/pages/plot.js';
import { shorten } from '../../shorten.js';
import { logAxis } from './axis.js';
import { describeScore, type Figure, isMeasured } from './figures.js';
import type { Estimate } from './reportData.js';

const WIDTH = 480;
const ROW = 24;
const LEFT = 170;
const RIGHT = 350;
const TOP = 8;
const BELOW = 26;
/** Characters that fit left of the axis. */
const LABEL_LENGTH = 25;

export interface DotRow {
  readonly label: string;
  /** Class of the dot: a look of lookup.ts or a verdict. */
  readonly look: string;
  readonly estimate: Estimate | undefined;
  /** A second figure of the row, drawn as a ring in the colour of the best by hand. */
  readonly against?: number;
}

export interface DotPlot {
  /** Read aloud in place of the picture. */
  readonly label: string;
  readonly rows: readonly DotRow[];
  /** A line over all rows, e.g. where the best naive method lies. */
  readonly reference: number | undefined;
}

export function renderDotPlot({ label, rows, reference }: DotPlot): Html {
  const shown = rows.flatMap(({ estimate, against }) => [estimate?.value, estimate?.low, estimate?.high, against]);
  const axis = logAxis([...shown, reference].filter(isMeasured), [LEFT, RIGHT], 30);
  const bottom = TOP + rows.length * ROW;
  return html`<svg viewBox="0 0 ${String(WIDTH)} ${String(bottom + BELOW)}" role="img" aria-label="${label}">
${axis.ticks.map((tick) => renderTick(axis.at(tick), bottom, String(tick)))}
${isMeasured(reference) ? html`<line class="reference" x1="${coordinate(axis.at(reference))}" x2="${coordinate(axis.at(reference))}" y1="${String(TOP - 4)}" y2="${String(bottom)}"/>` : undefined}
${rows.map((row, index) => renderRow(row, TOP + (index + 0.5) * ROW, axis.at))}
</svg>`;
}

function renderTick(position: number, bottom: number, label: string): Html {
  const x = coordinate(position);
  return html`<line class="grid" x1="${x}" x2="${x}" y1="${String(TOP - 4)}" y2="${String(bottom)}"/><text x="${x}" y="${String(bottom + 16)}" text-anchor="middle">${label}</text>`;
}

function renderRow({ label, look, estimate, against }: DotRow, middle: number, at: (value: number) => number): Html {
  const y = coordinate(middle);
  const name = html`<text class="row-name" x="${String(LEFT - 10)}" y="${y}" dy="4" text-anchor="end">${shorten(label, LABEL_LENGTH)}<title>${label}</title></text>`;
  if (!estimate || !isMeasured(estimate.value)) {
    return html`${name}<text x="${String(RIGHT + 12)}" y="${y}" dy="4">not measured</text>`;
  }
  const { value, low, high } = estimate;
  const hasInterval = isMeasured(low) && isMeasured(high);
  const beside = hasInterval ? `(${describeScore(low)}–${describeScore(high)})` : againstText(against);
  const figures = `${describeScore(value)}  ${beside}`.trimEnd();
  return html`<g class="${look}">${name}${hasInterval ? html`<line class="whisker" x1="${coordinate(at(low))}" x2="${coordinate(at(high))}" y1="${y}" y2="${y}"/>` : undefined}${renderAgainst(against, value, y, at)}<circle class="mark" cx="${coordinate(at(value))}" cy="${y}" r="4.5"/><text class="row-value" x="${String(RIGHT + 12)}" y="${y}" dy="4">${figures}</text></g>`;
}

function againstText(against: number | undefined): string {
  return isMeasured(against) ? `vs ${describeScore(against)}` : '';
}

function renderAgainst(against: Figure, value: number, y: string, at: (value: number) => number): Html | undefined {
  if (!isMeasured(against)) return undefined;
  return html`<line class="link" x1="${coordinate(at(against))}" x2="${coordinate(at(value))}" y1="${y}" y2="${y}"/><circle class="ring" cx="${coordinate(at(against))}" cy="${y}" r="4"/>`;
}
