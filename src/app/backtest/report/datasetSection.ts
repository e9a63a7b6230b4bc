/** Everything about one data set, from the whole to the single series. */
import { type Html, html } from '../../../web/pages/html.js';
import { renderBreakdown, renderMetricDots } from './breakdown.js';
import { renderDistributions } from './distributions.js';
import { renderDrawnSeries } from './drawnSeries.js';
import { describeAmount } from './figures.js';
import { renderHorizonPlots } from './horizon.js';
import type { DatasetView } from './lookup.js';
import { renderMaseDots, renderMethodTable } from './methodTable.js';

/** @param index of the data set, for its anchor `#set-<index>` */
export function renderDatasetSection(view: DatasetView, index: number): Html {
  const { dataset } = view;
  const id = `set-${String(index)}`;
  const title = html`<h2>${dataset.name} <span class="muted small">${describeAmount(dataset.scoredSeries, 'series', 'series')} of ${describeAmount(dataset.servers, 'server')}, ${describeAmount(dataset.forecasts, 'forecast')}</span></h2>`;
  if (dataset.scoredSeries === 0) {
    return html`<section id="${id}">${title}<p>No series could be scored.</p></section>`;
  }
  return html`<section id="${id}">${title}
${renderMethodTable(view)}
<div class="charts">${renderMaseDots(view)}${renderMetricDots(view)}${renderHorizonPlots(view)}${renderDistributions(view)}</div>
${titled('By metric', renderBreakdown(view, 'Metric', dataset.byMetric))}
${titled('By horizon', renderBreakdown(view, 'Horizon', dataset.byHorizon))}
${titled('By profile', renderBreakdown(view, 'Profile', dataset.byProfile))}
${renderDrawnSeries(view)}
</section>`;
}

function titled(title: string, part: Html | undefined): Html | undefined {
  return (
    part &&
    html`<h3>${title} <span class="muted small">median MASE; WQL, coverage and width of the first column</span></h3>${part}`
  );
}
