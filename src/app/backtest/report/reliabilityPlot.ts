/** Probability against what came: on the diagonal it means what it says. */
import type { PlotArea } from '../../../web/pages/axes.js';
import { type Html, html } from '../../../web/pages/html.js';
import {
  RELIABILITY_TOLERANCE,
  type ReliabilityDot,
  renderReliabilityDiagram,
} from '../../../web/pages/reliabilityDiagram.js';
import { describeAmount, describeCount, describeFixed, describeShare } from './figures.js';
import type { ReliabilityBin, ReliabilityReport } from './incidentData.js';

const AREA: PlotArea = { left: 44, right: 462, top: 12, bottom: 252 };
const LOOKS = ['other', 'model', 'served', 'best'];

/** One colour per horizon; undefined without a case. @param raw  before recalibration, horizon by horizon */
export function renderReliabilityPlot(
  title: string,
  reports: readonly ReliabilityReport[],
  raw: readonly ReliabilityReport[] = [],
): Html | undefined {
  if (reports.every(({ cases }) => cases === 0)) return undefined;
  const lookOf = (i: number) => LOOKS[i % LOOKS.length]!;
  const diagram = renderReliabilityDiagram({
    ...{ width: 480, height: 300, area: AREA, label: title },
    caption: 'probability that was given; up: share that came',
    series: reports.map(({ horizon, bins }, i) => ({ look: lookOf(i), dots: bins.map((bin) => dotOf(horizon, bin)) })),
  });
  return html`<figure class="card chart"><figcaption><b>${title}</b> <span class="muted small">dots: tenths of the probability, the larger the more moments, with 95% Wilson intervals, which take moments as independent; shaded: ${100 * RELIABILITY_TOLERANCE} points about what was given</span></figcaption><div class="scroll">${diagram}</div><ul class="scores small muted">${reports.map((report, i) => html`<li><i class="${lookOf(i)}"><i class="swatch"></i></i>${report.horizon}: ${describeScore(report, raw[i])}</li>`)}</ul></figure>`;
}

function dotOf(horizon: string, { predicted, observed, low, high, cases }: ReliabilityBin): ReliabilityDot {
  const title = `${horizon}: ${describeShare(predicted)} given, ${describeShare(observed)} came, ${describeCount(cases)} moments`;
  return { promised: predicted, observed, cases, fill: 'mark', interval: [low, high], title };
}

/** Where single cases are not known, how many there were. */
function describeScore({ cases, rate, brier, brierOfRate }: ReliabilityReport, raw?: ReliabilityReport): string {
  if (cases > 0 && brier === null) return `${describeAmount(cases, 'case')}, ${describeShare(rate, 2)} came`;
  const before = raw === undefined ? '' : `before recalibration: ${describeFixed(raw.brier, 4)}, `;
  return `Brier ${describeFixed(brier, 4)} (${before}always saying the rate of ${describeShare(rate, 2)}: ${describeFixed(brierOfRate, 4)})`;
}
