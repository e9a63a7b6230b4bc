/** How many series fall where: bars over bins of equal width. */
import { scaleLinear, scaleQuantize } from 'd3-scale';
import { type PlotArea, renderValueTick } from '../../../web/pages/axes.js';
import { type Html, html } from '../../../web/pages/html.js';
import { coordinate } from '../../../web/pages/plot.js';
import { describeAmount, describeCount } from './figures.js';

const WIDTH = 480;
const HEIGHT = 210;
const AREA: PlotArea = { left: 40, right: 462, top: 12, bottom: 176 };
const COUNT_TICKS = 4;

export interface Histogram {
  readonly label: string;
  readonly values: readonly number[];
  /** First and last edge; values beyond count in the outermost bins. */
  readonly from: number;
  readonly to: number;
  readonly bins: number;
  /** Class of a bar by the middle of its bin. */
  readonly lookOf: (middle: number) => string;
  readonly describe: (value: number) => string;
  /** Every so many edges get a label. */
  readonly labelEvery: number;
  /** Written under the axis. */
  readonly caption: string;
  /** One and many of what is counted; series if not given. */
  readonly counted?: readonly [string, string];
}

export function renderHistogram(histogram: Histogram): Html {
  const { label, from, to, bins, labelEvery, describe, caption, counted = ['series', 'series'] } = histogram;
  const counts = countByBin(histogram);
  const highest = Math.max(1, ...counts);
  const x = scaleLinear([0, bins], [AREA.left, AREA.right]);
  const y = scaleLinear([0, highest], [AREA.bottom, AREA.top]).nice(COUNT_TICKS);
  const edge = (index: number) => from + ((to - from) * index) / bins;
  const ticks = y.ticks(COUNT_TICKS).filter(Number.isInteger);
  const edges = Array.from({ length: bins + 1 }, (_, index) => index).filter((index) => index % labelEvery === 0);
  return html`<svg viewBox="0 0 ${String(WIDTH)} ${String(HEIGHT)}" role="img" aria-label="${label}">
${ticks.map((tick) => renderValueTick(AREA, y(tick), describeCount(tick)))}
${counts.map((count, index) => {
  const isOuter = index === bins - 1 && histogram.values.some((value) => value > to);
  const range = isOuter
    ? `${describe(edge(index))} or more`
    : `${describe(edge(index))} to ${describe(edge(index + 1))}`;
  return html`<rect class="bar ${histogram.lookOf((edge(index) + edge(index + 1)) / 2)}" x="${coordinate(x(index) + 1)}" y="${coordinate(y(count))}" width="${coordinate(x(1) - x(0) - 2)}" height="${coordinate(AREA.bottom - y(count))}"><title>${range}: ${describeAmount(count, ...counted)}</title></rect>`;
})}
${edges.map((index) => html`<text x="${coordinate(x(index))}" y="${String(AREA.bottom + 15)}" text-anchor="middle">${describe(edge(index))}</text>`)}
<text x="${coordinate((AREA.left + AREA.right) / 2)}" y="${String(AREA.bottom + 31)}" text-anchor="middle">${caption}</text>
</svg>`;
}

/** Counts per bin; a value on an edge belongs to the bin right of it. */
function countByBin({ values, from, to, bins }: Histogram): number[] {
  const counts = new Array<number>(bins).fill(0);
  const binOf = scaleQuantize([from, to], [...counts.keys()]);
  for (const value of values) counts[binOf(value)]!++;
  return counts;
}
