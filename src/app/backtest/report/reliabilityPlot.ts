/** Probability against what came: on the diagonal it means what it says. */
import { scaleLinear } from 'd3-scale';
import { type PlotArea, renderValueTick } from '../../../web/pages/axes.js';
import { type Html, html } from '../../../web/pages/html.js';
import { coordinate } from '../../../web/pages/plot.js';
import { describeAmount, describeCount, describeFixed, describeShare } from './figures.js';
import type { ReliabilityBin, ReliabilityReport } from './incidentData.js';

const WIDTH = 480;
const HEIGHT = 300;
const AREA: PlotArea = { left: 44, right: 462, top: 12, bottom: 252 };
const TICKS = 5;
const LOOKS = ['other', 'model', 'served', 'best'];

/** One colour per horizon; undefined without a case. @param raw  before recalibration, horizon by horizon */
export function renderReliabilityPlot(
  title: string,
  reports: readonly ReliabilityReport[],
  raw: readonly ReliabilityReport[] = [],
): Html | undefined {
  if (reports.every(({ cases }) => cases === 0)) return undefined;
  const x = scaleLinear([0, 1], [AREA.left, AREA.right]);
  const y = scaleLinear([0, 1], [AREA.bottom, AREA.top]);
  return html`<figure class="card chart"><figcaption><b>${title}</b> <span class="muted small">dots: tenths of the probability, with 95% Wilson intervals, which take moments as independent; larger dots hold 200 cases or more</span></figcaption><div class="scroll"><svg viewBox="0 0 ${String(WIDTH)} ${String(HEIGHT)}" role="img" aria-label="${title}">
${y.ticks(TICKS).map((tick) => renderValueTick(AREA, y(tick), describeShare(tick, 0)))}
${x.ticks(TICKS).map((tick) => html`<text x="${coordinate(x(tick))}" y="${String(AREA.bottom + 15)}" text-anchor="middle">${describeShare(tick, 0)}</text>`)}
<text x="${coordinate((AREA.left + AREA.right) / 2)}" y="${String(AREA.bottom + 32)}" text-anchor="middle">probability that was given; up: share that came</text>
<line class="reference" x1="${coordinate(x(0))}" y1="${coordinate(y(0))}" x2="${coordinate(x(1))}" y2="${coordinate(y(1))}"/>
${reports.map(({ horizon, bins }, i) => html`<g class="${LOOKS[i % LOOKS.length]}">${bins.map((bin) => renderBin(horizon, bin, x, y))}</g>`)}
</svg></div><ul class="scores small muted">${reports.map((report, i) => html`<li><i class="${LOOKS[i % LOOKS.length]}"><i class="swatch"></i></i>${report.horizon}: ${describeScore(report, raw[i])}</li>`)}</ul></figure>`;
}

/** Where single cases are not known, how many there were. */
function describeScore({ cases, rate, brier, brierOfRate }: ReliabilityReport, raw?: ReliabilityReport): string {
  if (cases > 0 && brier === null) return `${describeAmount(cases, 'case')}, ${describeShare(rate, 2)} came`;
  const before = raw === undefined ? '' : `before recalibration: ${describeFixed(raw.brier, 4)}, `;
  return `Brier ${describeFixed(brier, 4)} (${before}always saying the rate of ${describeShare(rate, 2)}: ${describeFixed(brierOfRate, 4)})`;
}

function renderBin(
  horizon: string,
  { predicted, observed, low, high, cases }: ReliabilityBin,
  x: (value: number) => number,
  y: (value: number) => number,
): Html {
  const [cx, radius] = [coordinate(x(predicted)), cases >= 200 ? '4.5' : '2.5'];
  return html`<line class="whisker" x1="${cx}" x2="${cx}" y1="${coordinate(y(low))}" y2="${coordinate(y(high))}"/><circle class="mark" cx="${cx}" cy="${coordinate(y(observed))}" r="${radius}"><title>${horizon}: ${describeShare(predicted)} given, ${describeShare(observed)} came, ${describeCount(cases)} moments</title></circle>`;
}
