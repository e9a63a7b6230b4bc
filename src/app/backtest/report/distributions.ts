/** Beyond the mean: how the ratio and the coverage are spread over the series. */

import { medianOf } from '../../../core/statistics.js';
import { type Html, html } from '../../../web/pages/html.js';
import { describeAmount, describeFixed, describeShare, isMeasured } from './figures.js';
import { renderHistogram } from './histogram.js';
import type { DatasetView } from './lookup.js';

export function renderDistributions({ report, dataset }: DatasetView): Html | undefined {
  const ratios = (dataset.outcomes ?? []).map(({ ratio }) => ratio).filter(isMeasured);
  const coverages = (dataset.outcomes ?? []).map(({ coverage }) => coverage).filter(isMeasured);
  if (ratios.length === 0 && coverages.length === 0) return undefined;
  return html`${renderRatios(ratios)}${renderCoverages(coverages, report.settings.coverageBand)}`;
}

function renderRatios(ratios: readonly number[]): Html | undefined {
  if (ratios.length === 0) return undefined;
  const better = ratios.filter((ratio) => ratio < 1).length / ratios.length;
  return html`<figure class="card chart"><figcaption><b>Ratio to the best by hand, per series</b> <span class="muted small">better than by hand on ${describeShare(better, 0)} of ${describeAmount(ratios.length, 'series', 'series')}; median ${describeFixed(medianOf(ratios), 2)}</span></figcaption><div class="scroll">${renderHistogram(
    {
      label: 'Number of series by ratio to the best method by hand',
      values: ratios,
      from: 0,
      to: 2,
      bins: 20,
      lookOf: (middle) => (middle < 1 ? 'fill-green' : 'fill-red'),
      describe: (edge) => describeFixed(edge, 1),
      labelEvery: 2,
      caption: 'ratio; green: better than by hand; larger ones in the last bar',
    },
  )}</div></figure>`;
}

function renderCoverages(coverages: readonly number[], [low, high]: readonly [number, number]): Html | undefined {
  if (coverages.length === 0) return undefined;
  const within = coverages.filter((coverage) => coverage >= low && coverage <= high).length / coverages.length;
  const band = `${describeFixed(low, 2)}–${describeFixed(high, 2)}`;
  return html`<figure class="card chart"><figcaption><b>Coverage of p10–p90, per series</b> <span class="muted small">within ${band} on ${describeShare(within, 0)} of ${describeAmount(coverages.length, 'series', 'series')}; median ${describeFixed(medianOf(coverages), 2)}</span></figcaption><div class="scroll">${renderHistogram(
    {
      label: 'Number of series by coverage',
      values: coverages,
      from: 0,
      to: 1,
      bins: 20,
      lookOf: (middle) => (middle > low && middle < high ? 'fill-accent' : 'fill-gray'),
      describe: (edge) => describeShare(edge, 0),
      labelEvery: 2,
      caption: `share of values inside p10–p90; coloured within ${band}`,
    },
  )}</div></figure>`;
}
