/** A reliability diagram: what was promised across, how often it came upwards; right is on the diagonal. */
import { scaleLinear } from 'd3-scale';
import type { ProbabilityAccuracy, ProbabilityBin } from '../../core/truth.js';
import { type Html, html } from './html.js';
import { bandPath, coordinate, linePath } from './plot.js';

/** Farther than this from what came is said in red: the distance that reliability aims at. */
export const RELIABILITY_TOLERANCE = 0.05;

/** In units of the view box. */
const WIDTH = 250;
const HEIGHT = 190;
const LEFT = 44;
const RIGHT = 18;
const TOP = 8;
const BOTTOM = 36;
const LARGEST_DOT = 7;
const SMALLEST_DOT = 2.5;
const TICKS = 5;

/** The tenths as dots, the larger the more cases, on a band within which they are true. In words it stands beside. */
export function renderReliability({ bins }: ProbabilityAccuracy): Html {
  const x = scaleLinear([0, 1], [LEFT, WIDTH - RIGHT]);
  const y = scaleLinear([0, 1], [HEIGHT - BOTTOM, TOP]);
  const along = (distance: number) =>
    [0, 1].map((time) => ({ time, value: Math.min(1, Math.max(0, time + distance)) }));
  const most = Math.max(...bins.map(({ cases }) => cases));
  const dots = bins.map((bin) => renderDot(bin, most, x, y));
  const lines = y
    .ticks(TICKS)
    .map(
      (tick) =>
        html`<path class="grid" d="M${coordinate(x(0))} ${coordinate(y(tick))}H${coordinate(x(1))}"/><text x="${LEFT - 9}" y="${coordinate(y(tick) + 4)}" text-anchor="end">${100 * tick}%</text><text x="${coordinate(x(tick))}" y="${HEIGHT - BOTTOM + 17}" text-anchor="middle">${100 * tick}%</text>`,
    );
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" aria-hidden="true">${lines}<text x="${coordinate(x(0.5))}" y="${HEIGHT - 4}" text-anchor="middle">promised; upwards: came</text>
<path class="band" d="${bandPath(along(-RELIABILITY_TOLERANCE), along(RELIABILITY_TOLERANCE), { x, y })}"/><path class="nowline" d="${linePath(along(0), { x, y })}"/>${dots}</svg>`;
}

/** Its area goes with the number of cases. */
function renderDot(
  { promised, observed, cases }: ProbabilityBin,
  most: number,
  x: (ratio: number) => number,
  y: (ratio: number) => number,
): Html {
  const isTrue = Math.abs(observed - promised) <= RELIABILITY_TOLERANCE;
  const radius = Math.max(SMALLEST_DOT, LARGEST_DOT * Math.sqrt(cases / most));
  return html`<circle class="${isTrue ? 'fill-green' : 'fill-red'}" cx="${coordinate(x(promised))}" cy="${coordinate(y(observed))}" r="${coordinate(radius)}"/>`;
}
