/** All data sets side by side. */
import { type Html, html } from '../../../web/pages/html.js';
import { renderDotPlot } from './dotPlot.js';
import { describeCount, describeFixed, describeInterval, describeShare, isMeasured } from './figures.js';
import { judgedMethod, methodTitle, ratioOf, scoreOf, type Verdict, verdictOf } from './lookup.js';
import type { BacktestReport, DatasetReport, Method } from './reportData.js';

const VERDICT_LOOKS: Readonly<Record<Verdict, string>> = { better: 'won', worse: 'lost', uncertain: 'even' };
const VERDICT_PILLS: Readonly<Record<Verdict, Html>> = {
  better: html`<span class="pill green">better</span>`,
  worse: html`<span class="pill red">worse</span>`,
  uncertain: html`<span class="pill gray">not certain</span>`,
};

/** The data sets' ratios as a table and a plot; undefined where there is only one. */
export function renderOverview(report: BacktestReport): Html | undefined {
  const method = judgedMethod(report);
  if (!method || report.datasets.length < 2) return undefined;
  const compared = report.methods.filter(({ kind }) => kind !== 'naive');
  return html`<section id="overview"><h2>Data sets side by side</h2>
<div class="card"><div class="scroll" tabindex="0" role="region" aria-label="Data sets side by side"><table>
<thead><tr><th scope="col">Data set</th><th scope="col" class="number">series</th><th scope="col">best by hand</th>${compared.map(({ title }) => html`<th scope="col" class="number">${title}, ratio to it</th>`)}<th scope="col" class="number">coverage</th><th scope="col" class="number">width</th><th scope="col">verdict</th></tr></thead>
<tbody>${report.datasets.map((dataset, index) => renderRow(report, dataset, { method, compared, index }))}</tbody></table></div></div>
<figure class="card chart spaced"><figcaption><b>Ratio to the best by hand</b> <span class="muted small">${method.title}, with its 95% interval; left of the line is better; logarithmic</span></figcaption><div class="scroll">${renderDotPlot(
    {
      label: `Ratio of ${method.title} to the best method by hand, by data set`,
      rows: report.datasets.map((dataset) => {
        const estimate = ratioOf(dataset, method.id)?.mase;
        const verdict = verdictOf(estimate);
        return { label: dataset.name, look: verdict ? VERDICT_LOOKS[verdict] : 'even', estimate };
      }),
      reference: 1,
    },
  )}</div></figure></section>`;
}

function renderRow(
  report: BacktestReport,
  dataset: DatasetReport,
  { method, compared, index }: { method: Method; compared: readonly Method[]; index: number },
): Html {
  const judged = scoreOf(dataset.overall, method.id);
  const verdict = verdictOf(ratioOf(dataset, method.id)?.mase);
  const lowest = Math.min(...compared.map(({ id }) => ratioOf(dataset, id)?.mase.value ?? 1).filter(isMeasured));
  return html`<tr><th scope="row"><a href="#set-${String(index)}">${dataset.name}</a></th><td class="number">${describeCount(dataset.scoredSeries)}</td><td>${methodTitle(report, dataset.bestNaive)}</td>
${compared.map(({ id }) => {
  const ratio = ratioOf(dataset, id)?.mase;
  const text = describeFixed(ratio?.value, 3);
  const interval = describeInterval(ratio, (value) => describeFixed(value, 2));
  return html`<td class="number">${ratio && ratio.value === lowest ? html`<b>${text}</b>` : text}${interval === '' ? undefined : html`<div class="small muted">${interval}</div>`}</td>`;
})}
<td class="number">${describeShare(judged?.coverage)}</td><td class="number">${describeFixed(judged?.width, 2)}</td><td>${verdict ? VERDICT_PILLS[verdict] : '–'}</td></tr>`;
}
