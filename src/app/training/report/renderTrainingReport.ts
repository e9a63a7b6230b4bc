/** The page of a training. */
import { medianOf } from '../../../core/statistics.js';
import type { Manifest, ModelAccuracy } from '../../../model/files/manifest.js';
import type { LossPoint } from '../../../model/training/checkpoint.js';
import { type Html, html } from '../../../web/pages/html.js';
import {
  describeAmount,
  describeCount,
  describeFixed,
  describeLessOrMore,
  describeShare,
} from '../../backtest/report/figures.js';
import { renderReportPage } from '../../backtest/report/reportPage.js';
import { MOST_ROWS, renderBoundedTable } from './boundedTable.js';
import { renderHead } from './headSection.js';
import { renderLossPlot } from './lossPlot.js';

/**
 * The whole of a model's `report.html`; the same manifest and history give the same text.
 * @param history  empty where only an incident head was made
 */
export function renderTrainingReport(manifest: Manifest, history: readonly LossPoint[]): string {
  const { name, created, linborg, incident } = manifest;
  return renderReportPage({
    title: `linborg train: ${name}`,
    created,
    navigation: renderNavigation(manifest),
    main: html`<div class="title"><h1>What was learnt?</h1><span class="muted">training of ${name}</span></div>
<p class="answer">${describeOutcome(manifest)}${describeGain(manifest)}</p>
${renderTrained(manifest)}
${renderLosses(manifest, history)}
${renderAccuracy(manifest)}
${incident && renderHead(incident)}`,
    footer: html`Made by <code>linborg train</code> ${linborg}. The same figures for programs: manifest.json.`,
  });
}

function renderNavigation({ incident }: Manifest): Html {
  return html`<nav aria-label="Sections"><a href="#trained">What was trained</a><a href="#losses">Losses</a><a href="#accuracy">Accuracy</a>${incident && html`<a href="#head">Incident head</a>`}</nav>`;
}

function describeOutcome({ training: { base, steps, average, validation_loss: loss } }: Manifest): string {
  if (average) {
    const parts = average.map(({ name, share }) => `${name} (${share})`).join(', ');
    return `The weights are the mean of ${parts}: validation loss ${describeFixed(loss, 4)}.`;
  }
  if (!base) return `The weights of step ${describeCount(steps)} were kept: validation loss ${describeFixed(loss, 4)}.`;
  const before = describeFixed(base.validation_loss, 4);
  return base.outcome === 'gain'
    ? `Fine-tuning ${base.name} gained ${describeShare(1 - loss / base.validation_loss)} of validation loss: ${before} before, ${describeFixed(loss, 4)} at step ${describeCount(steps)}.`
    : `No gain over the validation loss of ${base.name}, ${before}: its weights are kept.`;
}

/** Against what a careful person does by hand, on data sets that have both. */
function describeGain({ accuracy }: Manifest): string {
  const ratios = accuracy.flatMap(({ ratio }) => ratio ?? []);
  if (ratios.length === 0) return '';
  const where = accuracy.length === 1 ? '' : `, in the middle of ${describeAmount(ratios.length, 'data set')},`;
  return ` On what it never saw it missed${where} by ${describeLessOrMore(medianOf(ratios))} the best method by hand.`;
}

function renderTrained({ training, hyperparameters, weights }: Manifest): Html {
  return html`<section id="trained"><h2>What was trained</h2>
<div class="card measured"><dl class="about">
<dt>Command</dt><dd><code>${training.command}</code></dd>
<dt>Network</dt><dd>${hyperparameters.network}, hidden size ${String(hyperparameters.hidden)}, ${describeCount(weights.parameters)} parameters</dd>
<dt>Seed</dt><dd>${String(training.seed)}</dd>
<dt>Steps</dt><dd>${describeCount(training.steps)} to the weights that were kept</dd>
<dt>Share trained on</dt><dd>the first ${describeShare(training.train_until, 0)} of each series</dd>
</dl></div>
${renderBoundedTable({
  label: 'Data sets',
  header: ['Data set', 'servers', 'series', 'from', 'to'],
  entries: training.datasets,
  cells: ({ name, servers, series, from, to }) => [name, describeCount(servers), describeCount(series), from, to],
  rank: ({ series }) => series,
  ranked: 'with the most series',
})}</section>`;
}

function renderLosses({ training }: Manifest, history: readonly LossPoint[]): Html {
  const from = history[0]?.step ?? 0;
  const late =
    from > 20
      ? html`<p class="small muted">The curves begin at step ${describeCount(from)}, where an earlier run was gone on with.</p>`
      : undefined;
  const plot = renderLossPlot(history, training.steps);
  const how = html`<p class="small muted">The loss is the pinball loss of all quantiles, on scaled values: lower is better. Validation is on windows that nothing is learnt from; where it rises while that of training falls, the model learns by heart.</p>`;
  return html`<section id="losses"><h2>Losses</h2>${plot ? html`${plot}${how}` : html`<p>The network was not trained in this run.</p>`}${late}</section>`;
}

function renderAccuracy({ accuracy, training: { base } }: Manifest): Html {
  const before = new Map(base?.accuracy.map((entry) => [entry.dataset, entry]));
  return html`<section id="accuracy"><h2>Accuracy on what it never saw</h2>${renderSpread(accuracy)}
${renderBoundedTable({
  label: 'Accuracy by data set',
  header: [
    ...['Data set', 'series', 'median MASE'],
    ...[...(base ? ['of the base'] : []), 'best by hand', 'ratio', 'WQL', 'coverage'],
  ],
  entries: accuracy,
  cells: (entry) => [
    ...[entry.dataset, describeCount(entry.series), describeFixed(entry.mase, 3)],
    ...(base ? [describeFixed(before.get(entry.dataset)?.mase, 3)] : []),
    describeBestByHand(entry),
    describeFixed(entry.ratio, 3),
    describeFixed(entry.wql, 3),
    describeShare(entry.coverage),
  ],
  rank: ({ ratio }) => ratio ?? Number.NaN,
  ranked: 'with the highest ratio to the best by hand',
})}
<p class="small muted">MASE is the error of p50 over that of “as yesterday at this time”. The ratio is the error over that of the best method by hand, series by series, then the mean: below 1 it is better, although that method is chosen in hindsight. The WQL is the error of all levels as a share of the values. The coverage of p10–p90 should be 80%.</p></section>`;
}

/** What the table does not show. */
function renderSpread(accuracy: readonly ModelAccuracy[]): Html | undefined {
  const ratios = accuracy.flatMap(({ ratio }) => ratio ?? []).sort((a, b) => a - b);
  if (accuracy.length <= MOST_ROWS || ratios.length === 0) return undefined;
  const [least, middle, most] = [ratios[0], ratios[Math.floor(ratios.length / 2)], ratios.at(-1)];
  return html`<p>Over all ${describeCount(accuracy.length)} data sets the ratio to the best by hand is ${describeFixed(middle, 3)} in the middle, from ${describeFixed(least, 3)} to ${describeFixed(most, 3)}; below 1 is better.</p>`;
}

function describeBestByHand({ baselines }: ModelAccuracy): string {
  const best = Object.entries(baselines).sort(([, a], [, b]) => a - b)[0];
  return best ? `${describeFixed(best[1], 3)} (${best[0]})` : '–';
}
