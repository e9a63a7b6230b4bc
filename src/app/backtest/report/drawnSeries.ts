/** The best and the worst series of a data set, drawn. */
import { isMetricName, type MetricUnit, metricSpec } from '../../../core/metrics.js';
import { type Html, html } from '../../../web/pages/html.js';
import { metricHelp } from '../../../web/pages/words.js';
import { describeChange, describeFixed, describeMinute, describeScore, describeShare } from './figures.js';
import { renderForecastPlot, seriesSpan } from './forecastPlot.js';
import { type DatasetView, methodTitle } from './lookup.js';
import type { DrawnSeries } from './reportData.js';

/** What the value axes count. */
const UNIT_TEXTS: Readonly<Record<MetricUnit, string>> = {
  percent: 'in %',
  megabytes_per_second: 'in MB/s',
  connections: 'connections',
  load: '',
  days: 'in days',
};

export function renderDrawnSeries(view: DatasetView): Html | undefined {
  const { best, worst } = view.dataset;
  if (best.length === 0 && worst.length === 0) return undefined;
  return html`${renderKeys(view)}
${renderList(view, worst, 'The worst series', 'by the ratio of what was served to the best method by hand, worst first, at most two of a metric')}
${renderList(view, best, 'The best series', 'by the same ratio, best first, at most two of a metric')}`;
}

function renderKeys({ report, dataset }: DatasetView): Html {
  const naive = methodTitle(report, dataset.bestNaive);
  return html`<ul class="legend keys-row">
<li><svg class="key" viewBox="0 0 26 12" aria-hidden="true"><path class="past" d="M0 8L8 4L16 8L26 3"/></svg>what came: 24 h before, and the hours that were forecast</li>
<li><svg class="key" viewBox="0 0 26 12" aria-hidden="true"><rect class="band" width="26" height="12"/><path class="median" d="M0 6h26"/></svg>served p10–p90 and p50</li>
<li><svg class="key" viewBox="0 0 26 12" aria-hidden="true"><path class="naive" d="M0 6h26"/></svg>${naive}, the best by hand</li>
<li>Times are UTC.</li>
</ul>`;
}

function renderList(view: DatasetView, series: readonly DrawnSeries[], title: string, order: string): Html | undefined {
  if (series.length === 0) return undefined;
  return html`<h3>${title} <span class="muted small">${order}</span></h3>
<ol class="drawn">${series.map((one) => renderSeries(view, one))}</ol>`;
}

function renderSeries(view: DatasetView, series: DrawnSeries): Html {
  const { report, dataset } = view;
  const { server, metric, profile, ratio, mase, naiveMase, coverage, forecasts } = series;
  const naiveTitle = methodTitle(report, dataset.bestNaive);
  const frame = { metric, naiveTitle, stepSeconds: report.settings.stepSeconds, span: seriesSpan(metric, forecasts) };
  const floor = report.settings.maseFloor;
  const about = [profile, metricHelp(metric), unitText(metric)].filter((text) => text !== '').join(' · ');
  return html`<li class="card">
<div class="series-head"><span><b>${metric}</b> of <b>${server}</b> <span class="muted small">${about}</span></span>
<span class="small series-figures"><b class="${ratio < 1 ? 'green-text' : 'red-text'}">${describeFixed(ratio, 2)} × the error by hand</b> (${describeChange(ratio)}) · MASE ${describeFloored(mase, floor)} against ${describeFloored(naiveMase, floor)} · coverage ${describeShare(coverage, 0)}</span></div>
<div class="triple">${forecasts.map(
    (forecast) =>
      html`<figure>${renderForecastPlot(forecast, frame)}<figcaption>forecast at ${describeMinute(forecast.origin)}</figcaption></figure>`,
  )}</div>
</li>`;
}

/** A MASE, and what it counts as where it is below the floor of ratios. */
function describeFloored(mase: number, floor: number): string {
  return mase < floor ? `${describeScore(mase)} (counts as ${describeFixed(floor, 2)})` : describeScore(mase);
}

function unitText(metric: string): string {
  if (isMetricName(metric)) return UNIT_TEXTS[metricSpec(metric).unit];
  return metric.endsWith('_pct') ? UNIT_TEXTS.percent : '';
}
