/** Scores over the horizon: a line per method, named at its end. */
import { scaleLinear } from 'd3-scale';
import { type PlotArea, renderValueTick } from '../../../web/pages/axes.js';
import { type Html, html } from '../../../web/pages/html.js';
import { coordinate, linePath } from '../../../web/pages/plot.js';
import { shorten } from '../../shorten.js';
import type { ValueAxis } from './axis.js';
import { type Figure, isMeasured } from './figures.js';

const WIDTH = 520;
const HEIGHT = 256;
const AREA: PlotArea = { left: 40, right: 306, top: 12, bottom: 214 };
const LABEL_GAP = 13.5;
/** Characters that fit right of the lines, the figure not counted. */
const LABEL_LENGTH = 26;

export interface PlottedLine {
  readonly label: string;
  readonly look: string;
  /** One per place. */
  readonly values: readonly Figure[];
}

export interface LinePlot {
  readonly label: string;
  /** Names along the x axis. */
  readonly places: readonly string[];
  readonly lines: readonly PlottedLine[];
  /** The value axis, made for the room that the plot has, bottom to top. */
  readonly axis: (bottom: number, top: number) => ValueAxis;
  /** Shaded: from, to. */
  readonly band?: readonly [number, number];
  readonly describe: (value: number) => string;
}

export function renderLinePlot({ label, places, lines, axis, band, describe }: LinePlot): Html {
  const { at, ticks } = axis(AREA.bottom, AREA.top);
  const placeX = scaleLinear([-0.5, places.length - 0.5], [AREA.left, AREA.right]);
  const shown = lines.filter(({ values }) => values.some(isMeasured));
  return html`<svg viewBox="0 0 ${String(WIDTH)} ${String(HEIGHT)}" role="img" aria-label="${label}">
${band && html`<rect class="target" x="${coordinate(AREA.left)}" y="${coordinate(at(band[1]))}" width="${coordinate(AREA.right - AREA.left)}" height="${coordinate(at(band[0]) - at(band[1]))}"/>`}
${ticks.map((tick) => renderValueTick(AREA, at(tick), describe(tick)))}
${places.map((place, index) => renderPlace(place, coordinate(placeX(index))))}
${shown.map((line) => renderLine(line, placeX, at, { places, describe }))}
${renderEndLabels(shown, placeX, at, describe)}
</svg>`;
}

/** A name such as "30 min to 2 h" takes two lines, so that neighbours do not touch. */
function renderPlace(place: string, x: string): Html {
  const [, first, second] = /^(.{5,}) (to .+)$/.exec(place) ?? [undefined, place, ''];
  const line = (text: string, row: number) =>
    html`<text x="${x}" y="${String(AREA.bottom + 18 + 14 * row)}" text-anchor="middle">${text}</text>`;
  return html`${line(first!, 0)}${second === '' ? undefined : line(second!, 1)}`;
}

function renderLine(
  { label, look, values }: PlottedLine,
  placeX: (index: number) => number,
  at: (value: number) => number,
  { places, describe }: Pick<LinePlot, 'places' | 'describe'>,
): Html {
  const points = values.map((value, time) => ({ time, value: isMeasured(value) ? value : Number.NaN }));
  const marks = points.filter(({ value }) => Number.isFinite(value));
  return html`<g class="${look}"><path class="line" d="${linePath(points, { x: placeX, y: at })}"/>${marks.map(
    ({ time, value }) =>
      html`<circle class="mark" cx="${coordinate(placeX(time))}" cy="${coordinate(at(value))}" r="3"><title>${label}, ${places[time]}: ${describe(value)}</title></circle>`,
  )}</g>`;
}

/** Each line's name and last figure right of the plot, moved apart where they would overlap. */
function renderEndLabels(
  lines: readonly PlottedLine[],
  placeX: (index: number) => number,
  at: (value: number) => number,
  describe: (value: number) => string,
): Html[] {
  const ends = lines
    .map(({ label, look, values }) => {
      const place = values.findLastIndex(isMeasured);
      const y = at(values[place]!);
      return { text: `${shorten(label, LABEL_LENGTH)} ${describe(values[place]!)}`, look, x: placeX(place), y };
    })
    .sort((a, b) => a.y - b.y);
  const places = spreadApart(
    ends.map(({ y }) => y),
    AREA.bottom + 8,
  );
  return ends.map(({ text, look, x, y }, index) => {
    const labelY = coordinate(places[index]!);
    return html`<g class="${look}"><line class="leader" x1="${coordinate(x + 5)}" y1="${coordinate(y)}" x2="${coordinate(AREA.right + 6)}" y2="${labelY}"/><text class="end" x="${coordinate(AREA.right + 10)}" y="${labelY}" dy="4">${text}</text></g>`;
  });
}

/** Ascending positions with at least `LABEL_GAP` between neighbours, none below `bottom` as long as there is room. */
function spreadApart(positions: readonly number[], bottom: number): number[] {
  const spread: number[] = [];
  for (const position of positions) spread.push(Math.max(position, (spread.at(-1) ?? -LABEL_GAP) + LABEL_GAP));
  let limit = bottom;
  for (let index = spread.length - 1; index >= 0; index--) {
    spread[index] = Math.min(spread[index]!, limit);
    limit = spread[index]! - LABEL_GAP;
  }
  return spread;
}
