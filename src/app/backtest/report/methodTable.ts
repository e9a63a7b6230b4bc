/** One data set: every method with its scores, the best of each column in bold, and the errors drawn. */
import { type Html, html } from '../../../web/pages/html.js';
import { PROMISED_COVERAGE } from './coverage.js';
import { renderDotPlot } from './dotPlot.js';
import { describeFixed, describeInterval, describeShare, type Figure, isMeasured } from './figures.js';
import { type DatasetView, medianMaseOf, methodLook, ratioOf, scoreOf } from './lookup.js';
import type { Estimate, Method } from './reportData.js';

const twoDigits = (value: number) => describeFixed(value, 2);
const fixed = (digits: number) => (value: Figure) => describeFixed(value, digits);

/** A column of figures; `distance` is least for the best method, without it none is the best. */
interface Column {
  readonly title: string;
  readonly hint: string;
  readonly value: (method: Method) => Figure;
  readonly describe: (value: Figure) => string;
  readonly estimate?: (method: Method) => Estimate | null | undefined;
  readonly distance?: (value: number) => number;
}

export function renderMethodTable(view: DatasetView): Html {
  const { methods } = view.report;
  const columns = columnsOf(view);
  const best = columns.map((column) => bestValue(column, methods));
  return html`<div class="card"><div class="scroll" tabindex="0" role="region" aria-label="Methods on ${view.dataset.name}"><table>
<thead><tr><th scope="col">Method</th>${columns.map(({ title, hint }) => html`<th scope="col" class="number" title="${hint}">${title}</th>`)}</tr></thead>
<tbody>${methods.map((method) => html`<tr class="${methodLook(view, method)}"><th scope="row"><i class="swatch"></i>${method.title}${method.id === view.dataset.bestNaive ? html` <span class="muted small">best by hand</span>` : undefined}</th>${columns.map((column, index) => renderCell(column, method, best[index]))}</tr>`)}</tbody>
</table></div></div>`;
}

export function renderMaseDots(view: DatasetView): Html {
  const { report, dataset } = view;
  const rows = report.methods.map((method) => ({
    label: method.title,
    look: methodLook(view, method),
    estimate: medianMaseOf(dataset, method.id),
  }));
  const reference = dataset.bestNaive === null ? undefined : medianMaseOf(dataset, dataset.bestNaive)?.value;
  return html`<figure class="card chart"><figcaption><b>Median MASE</b> <span class="muted small">with its 95% interval; left is better; logarithmic; the line marks the best by hand</span></figcaption><div class="scroll">${renderDotPlot({ label: `Median MASE of every method on ${dataset.name}`, rows, reference })}</div></figure>`;
}

function columnsOf(view: DatasetView): Column[] {
  return [...errorColumns(view), ...coverageColumns(view)];
}

/** How far from what came. */
function errorColumns({ report, dataset }: DatasetView): Column[] {
  const overall = overallOf(dataset);
  const error = { describe: fixed(3), distance: (value: number) => value };
  return [
    {
      ...error,
      title: 'median MASE',
      hint: 'Error over the error of "as yesterday"; median over series',
      value: (m) => medianMaseOf(dataset, m.id)?.value ?? overall(m)?.mase,
      estimate: ({ id }) => medianMaseOf(dataset, id),
    },
    {
      ...error,
      title: 'ratio to best by hand',
      hint: `Mean over series of MASE over that of the best method by hand, both at least ${describeFixed(report.settings.maseFloor, 2)}`,
      value: ({ id }) => ratioOf(dataset, id)?.mase.value,
      estimate: ({ id }) => ratioOf(dataset, id)?.mase,
    },
    {
      ...error,
      title: 'quantile loss ratio',
      hint: 'The same for the pinball loss of p10, p50 and p90',
      value: ({ id }) => ratioOf(dataset, id)?.pinball?.value,
      estimate: ({ id }) => ratioOf(dataset, id)?.pinball,
    },
    {
      ...error,
      title: 'WQL',
      hint: 'Weighted quantile loss; median over series',
      value: (m) => overall(m)?.wql,
    },
  ];
}

/** How far p10 and p90 lie apart, and whether they keep their promise. */
function coverageColumns({ report, dataset }: DatasetView): Column[] {
  const overall = overallOf(dataset);
  return [
    {
      title: 'coverage',
      hint: `Share of values inside p10–p90; ${describeShare(PROMISED_COVERAGE, 0)} is promised`,
      value: (m) => overall(m)?.coverage,
      describe: (value) => describeShare(value),
      distance: (value) => Math.abs(value - PROMISED_COVERAGE),
    },
    {
      title: 'width',
      hint: 'Mean p90 − p10 in units of the MASE scale; median over series. Narrow is good only where coverage holds.',
      value: (m) => overall(m)?.width,
      describe: fixed(2),
    },
    {
      title: 'series well covered',
      hint: `Share of series whose own coverage lies in ${report.settings.coverageBand.map(twoDigits).join('–')}`,
      value: ({ id }) => dataset.calibratedSeries.find(({ method }) => method === id)?.share,
      describe: (value) => describeShare(value, 0),
      distance: (value) => -value,
    },
    {
      title: 'with edges',
      hint: 'The same, where values that equal p10 or p90 may count as inside or outside: nothing else can be said of a series that is mostly 0',
      value: ({ id }) => dataset.calibratedSeries.find(({ method }) => method === id)?.shareWithEdges,
      describe: (value) => describeShare(value, 0),
    },
  ];
}

function overallOf(dataset: DatasetView['dataset']) {
  return (method: Method) => scoreOf(dataset.overall, method.id);
}

/** What the best method of a column prints; undefined where there is nothing to compare. */
function bestValue({ value, distance, describe }: Column, methods: readonly Method[]): string | undefined {
  const figures = methods.map(value).filter(isMeasured);
  if (!distance || figures.length < 2) return undefined;
  return describe(figures.reduce((best, figure) => (distance(figure) < distance(best) ? figure : best)));
}

function renderCell(column: Column, method: Method, best: string | undefined): Html {
  const text = column.describe(column.value(method));
  const interval = describeInterval(column.estimate?.(method), twoDigits);
  return html`<td class="number">${text === best ? html`<b>${text}</b>` : text}${interval === '' ? undefined : html`<div class="small muted">${interval}</div>`}</td>`;
}
