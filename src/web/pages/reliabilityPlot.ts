/** The tenths of one probability on the trust page: green is true, red is not. In words it stands beside. */
import type { ProbabilityAccuracy } from '../../core/truth.js';
import type { PlotArea } from './axes.js';
import type { Html } from './html.js';
import { RELIABILITY_TOLERANCE, renderReliabilityDiagram } from './reliabilityDiagram.js';

const AREA: PlotArea = { left: 44, right: 232, top: 8, bottom: 154 };

export function renderReliability({ bins }: ProbabilityAccuracy): Html {
  const dots = bins.map(({ promised, observed, cases }) => {
    const isTrue = Math.abs(observed - promised) <= RELIABILITY_TOLERANCE;
    return { promised, observed, cases, fill: isTrue ? 'fill-green' : 'fill-red' };
  });
  return renderReliabilityDiagram({
    ...{ width: 250, height: 190, area: AREA, label: undefined, caption: 'promised; upwards: came' },
    series: [{ look: 'tenths', dots }],
  });
}
