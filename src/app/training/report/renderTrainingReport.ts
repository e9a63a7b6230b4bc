/** The page of a training. */
import { describeHorizon } from '../../../model/files/incidentCard.js';
import type { IncidentManifest, Manifest, ModelAccuracy } from '../../../model/files/manifest.js';
import type { LossPoint } from '../../../model/training/checkpoint.js';
import { type Html, html } from '../../../web/pages/html.js';
import { describeCount, describeFixed, describeShare } from '../../backtest/report/figures.js';
import { renderReportPage } from '../../backtest/report/reportPage.js';
import { renderLossPlot } from './lossPlot.js';

/**
 * The whole of a model's `report.html`; the same manifest and history give the same text.
 * @param history  empty where only an incident head was made
 */
export function renderTrainingReport(manifest: Manifest, history: readonly LossPoint[]): string {
  return renderReportPage({
    title: `linborg train: ${manifest.name}`,
    created: manifest.created,
    main: html`<div class="title"><h1>What was learnt?</h1><span class="muted">training of ${manifest.name}</span></div>
<p class="answer">${describeOutcome(manifest)}</p>
${renderTrained(manifest)}
${renderLosses(manifest, history)}
${renderAccuracy(manifest)}
${manifest.incident && renderHead(manifest.incident)}`,
    footer: html`Made by <code>linborg train</code> ${manifest.linborg}. The same figures for programs: manifest.json.`,
  });
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

function renderTrained({ training, hyperparameters, weights }: Manifest): Html {
  return html`<section id="trained"><h2>What was trained</h2>
<div class="card measured"><dl class="about">
<dt>Command</dt><dd><code>${training.command}</code></dd>
<dt>Network</dt><dd>${hyperparameters.network}, hidden size ${String(hyperparameters.hidden)}, ${describeCount(weights.parameters)} parameters</dd>
<dt>Seed</dt><dd>${String(training.seed)}</dd>
<dt>Steps</dt><dd>${describeCount(training.steps)} to the weights that were kept</dd>
<dt>Share trained on</dt><dd>the first ${describeShare(training.train_until, 0)} of each series</dd>
</dl></div>
${renderTable(
  ['Data set', 'servers', 'series', 'from', 'to'],
  training.datasets.map(({ name, servers, series, from, to }) => [
    name,
    describeCount(servers),
    describeCount(series),
    from,
    to,
  ]),
)}</section>`;
}

function renderLosses({ training }: Manifest, history: readonly LossPoint[]): Html {
  const from = history[0]?.step ?? 0;
  const late =
    from > 20
      ? html`<p class="small muted">The curves begin at step ${describeCount(from)}, where an earlier run was gone on with.</p>`
      : undefined;
  return html`<section id="losses"><h2>Losses</h2>${renderLossPlot(history, training.steps) ?? html`<p>The network was not trained in this run.</p>`}${late}</section>`;
}

function renderAccuracy({ accuracy, training: { base } }: Manifest): Html {
  const before = new Map(base?.accuracy.map((entry) => [entry.dataset, entry]));
  return html`<section id="accuracy"><h2>Accuracy on what it never saw</h2>
${renderTable(
  ['Data set', 'series', 'median MASE', ...(base ? ['of the base'] : []), 'best by hand', 'ratio', 'WQL', 'coverage'],
  accuracy.map((entry) => [
    entry.dataset,
    describeCount(entry.series),
    describeFixed(entry.mase, 3),
    ...(base ? [describeFixed(before.get(entry.dataset)?.mase, 3)] : []),
    describeBestByHand(entry),
    describeFixed(entry.ratio, 3),
    describeFixed(entry.wql, 3),
    describeShare(entry.coverage),
  ]),
)}</section>`;
}

function describeBestByHand({ baselines }: ModelAccuracy): string {
  const best = Object.entries(baselines).sort(([, a], [, b]) => a - b)[0];
  return best ? `${describeFixed(best[1], 3)} (${best[0]})` : '–';
}

function renderHead({ accuracy, outcome, rows, command, horizon_steps: horizons }: IncidentManifest): Html {
  const names = horizons.map(describeHorizon);
  return html`<section id="head"><h2>Incident head</h2><p>Outcome: ${outcome}; ${describeCount(rows)} cases. Command: <code>${command}</code></p>
${renderTable(
  ['Question', ...names.map((name) => `AUROC, ${name}`)],
  accuracy.map(({ dataset, metric, threshold, auroc }) => [
    `${dataset}, ${metric} at ${threshold}`,
    ...auroc.map((area) => describeFixed(area, 3)),
  ]),
)}
<h3>Reliability</h3>${renderTable(
    ['Question', 'horizon', 'cases', 'probability given', 'share that came'],
    accuracy.flatMap(({ dataset, metric, threshold, reliability }) =>
      reliability.flatMap((bins, i) =>
        bins.map(({ cases, predicted, observed }) => [
          `${dataset}, ${metric} at ${threshold}`,
          names[i] ?? '',
          describeCount(cases),
          describeShare(predicted),
          describeShare(observed),
        ]),
      ),
    ),
  )}</section>`;
}

function renderTable(heads: readonly string[], rows: readonly (readonly string[])[]): Html {
  const [first, ...others] = heads;
  return html`<div class="card spaced"><div class="scroll"><table>
<thead><tr><th scope="col">${first}</th>${others.map((head) => html`<th scope="col" class="number">${head}</th>`)}</tr></thead>
<tbody>${rows.map(([name, ...cells]) => html`<tr><th scope="row">${name}</th>${cells.map((cell) => html`<td class="number">${cell}</td>`)}</tr>`)}</tbody></table></div></div>`;
}
