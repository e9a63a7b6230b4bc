/** The scores by metric, profile or horizon: what was judged beside what is done by hand. */
import { type Html, html } from '../../../web/pages/html.js';
import { renderDotPlot } from './dotPlot.js';
import { describeChange, describeCount, describeFixed, describeShare, isMeasured } from './figures.js';
import { bestNaiveOf, type DatasetView, judgedMethod, methodLook, methodTitle, quotientOf, scoreOf } from './lookup.js';
import type { MethodScore, ScoreGroup } from './reportData.js';

/** The median MASE of each metric, what was judged beside the best method by hand of the data set. */
export function renderMetricDots(view: DatasetView): Html | undefined {
  const { report, dataset } = view;
  const method = judgedMethod(report);
  if (!method || dataset.byMetric.length === 0) return undefined;
  const naive = methodTitle(report, dataset.bestNaive);
  const rows = dataset.byMetric.map((group) => {
    const mase = scoreOf(group, method.id)?.mase;
    const against = scoreOf(group, dataset.bestNaive)?.mase;
    return {
      label: group.name,
      look: methodLook(view, method),
      estimate: isMeasured(mase) ? { value: mase, low: null, high: null } : undefined,
      ...(isMeasured(against) && { against }),
    };
  });
  const plot = renderDotPlot({ label: `Median MASE by metric on ${dataset.name}`, rows, reference: undefined });
  return html`<figure class="card chart"><figcaption><b>Median MASE by metric</b> <span class="muted small">dot: ${method.title}, ring: ${naive}; left is better; logarithmic</span></figcaption><div class="scroll">${plot}</div></figure>`;
}

/** @param what names the first column, e.g. "Metric" */
export function renderBreakdown(view: DatasetView, what: string, groups: readonly ScoreGroup[]): Html | undefined {
  if (groups.length === 0) return undefined;
  const { report, dataset } = view;
  const own = report.methods.filter(({ kind }) => kind !== 'naive');
  const naive = methodTitle(report, dataset.bestNaive);
  return html`<div class="card"><div class="scroll" tabindex="0" role="region" aria-label="By ${what.toLowerCase()} on ${view.dataset.name}"><table>
<thead><tr><th scope="col">${what}</th><th scope="col" class="number">series</th>${own.map(({ title }) => html`<th scope="col" class="number">${title}</th>`)}<th scope="col" class="number" title="The best method by hand of the whole data set">${naive}</th><th scope="col" class="number" title="Median MASE of the first column over that of ${naive}">difference</th><th scope="col" title="The method by hand with the lowest error in this row alone, chosen in hindsight">best by hand in this row</th><th scope="col" class="number">WQL</th><th scope="col" class="number">coverage</th><th scope="col" class="number">width</th></tr></thead>
<tbody>${groups.map((group) => renderGroup(view, group))}</tbody>
</table></div></div>`;
}

function renderGroup({ report, dataset }: DatasetView, group: ScoreGroup): Html {
  const own = report.methods.filter(({ kind }) => kind !== 'naive');
  const judged = scoreOf(group, judgedMethod(report)?.id);
  const naive = scoreOf(group, dataset.bestNaive);
  return html`<tr><th scope="row">${group.name}</th><td class="number">${describeCount(group.series)}</td>
${own.map(({ id }) => html`<td class="number">${describeFixed(scoreOf(group, id)?.mase, 3)}</td>`)}
<td class="number">${describeFixed(naive?.mase, 3)}</td><td class="number">${renderDifference(judged, naive)}</td>
<td class="small">${renderRowBest(report, bestNaiveOf(report, group))}</td><td class="number">${describeFixed(judged?.wql, 3)}</td><td class="number">${describeShare(judged?.coverage)}</td><td class="number">${describeFixed(judged?.width, 2)}</td></tr>`;
}

function renderDifference(judged: MethodScore | undefined, naive: MethodScore | undefined): Html {
  const quotient = quotientOf(judged?.mase, naive?.mase);
  const text = describeChange(quotient);
  const color = quotient === undefined || text === '±0%' ? 'gray-text' : quotient < 1 ? 'green-text' : 'red-text';
  return html`<span class="${color}">${text}</span>`;
}

function renderRowBest(report: DatasetView['report'], best: MethodScore | undefined): Html {
  if (!best) return html`–`;
  return html`${methodTitle(report, best.method)} <span class="muted">${describeFixed(best.mase, 3)}</span>`;
}
