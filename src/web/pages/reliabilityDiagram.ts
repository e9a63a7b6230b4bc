/** A reliability diagram: what was promised across, how often it came upwards; right is on the diagonal. */
import { scaleLinear } from 'd3-scale';
import { type PlotArea, renderValueTick } from './axes.js';
import { type Html, html } from './html.js';
import { bandPath, coordinate, linePath } from './plot.js';

/** Farther than this from what came is not reliable: the distance that reliability aims at. */
export const RELIABILITY_TOLERANCE = 0.05;

export interface ReliabilityDiagram {
  readonly width: number;
  readonly height: number;
  readonly area: PlotArea;
  /** Written under the axis. */
  readonly caption: string;
  /** Read aloud in place of the picture; undefined where the same stands beside it in words. */
  readonly label: string | undefined;
  readonly series: readonly ReliabilitySeries[];
}

export interface ReliabilitySeries {
  /** Class of all its dots. */
  readonly look: string;
  readonly dots: readonly ReliabilityDot[];
}

export interface ReliabilityDot {
  /** Mean probability, 0–1. */
  readonly promised: number;
  /** Share that came, 0–1. */
  readonly observed: number;
  readonly cases: number;
  /** Class of the dot alone. */
  readonly fill: string;
  /** What `observed` may be by chance. */
  readonly interval?: readonly [number, number];
  readonly title?: string;
}

/** Maps ratios to the units of the view box. */
interface RatioScale {
  readonly x: (ratio: number) => number;
  readonly y: (ratio: number) => number;
}

const TICKS = 5;
const LARGEST_DOT = 7;
const SMALLEST_DOT = 2.5;

/** The dots, the larger the more cases, on a band within which they are true. */
export function renderReliabilityDiagram({ width, height, area, caption, label, series }: ReliabilityDiagram): Html {
  const x = scaleLinear([0, 1], [area.left, area.right]);
  const y = scaleLinear([0, 1], [area.bottom, area.top]);
  const percent = y.tickFormat(TICKS, '%');
  const most = Math.max(...series.flatMap(({ dots }) => dots.map(({ cases }) => cases)));
  const spoken = label === undefined ? html`aria-hidden="true"` : html`role="img" aria-label="${label}"`;
  return html`<svg viewBox="0 0 ${width} ${height}" ${spoken}>
${y.ticks(TICKS).map((tick) => renderValueTick(area, y(tick), percent(tick)))}
${x.ticks(TICKS).map((tick) => html`<text x="${coordinate(x(tick))}" y="${area.bottom + 17}" text-anchor="middle">${percent(tick)}</text>`)}
<text x="${coordinate(x(0.5))}" y="${area.bottom + 32}" text-anchor="middle">${caption}</text>
${renderTolerance({ x, y })}
${series.map(({ look, dots }) => html`<g class="${look}">${dots.map((dot) => renderDot(dot, most, { x, y }))}</g>`)}
</svg>`;
}

/** The diagonal within its band, which has a corner where it would leave the plot. */
function renderTolerance(scale: RatioScale): Html {
  const corners = [0, RELIABILITY_TOLERANCE, 1 - RELIABILITY_TOLERANCE, 1];
  const along = (distance: number) =>
    corners.map((time) => ({ time, value: Math.min(1, Math.max(0, time + distance)) }));
  return html`<path class="band" d="${bandPath(along(-RELIABILITY_TOLERANCE), along(RELIABILITY_TOLERANCE), scale)}"/><path class="nowline" d="${linePath(along(0), scale)}"/>`;
}

/** Its area goes with the number of cases. */
function renderDot(
  { promised, observed, cases, fill, interval, title }: ReliabilityDot,
  most: number,
  scale: RatioScale,
) {
  const x = coordinate(scale.x(promised));
  const radius = Math.max(SMALLEST_DOT, LARGEST_DOT * Math.sqrt(cases / most));
  const whisker =
    interval &&
    html`<line class="whisker" x1="${x}" x2="${x}" y1="${coordinate(scale.y(interval[0]))}" y2="${coordinate(scale.y(interval[1]))}"/>`;
  return html`${whisker}<circle class="${fill}" cx="${x}" cy="${coordinate(scale.y(observed))}" r="${coordinate(radius)}">${title === undefined ? undefined : html`<title>${title}</title>`}</circle>`;
}
