/** The page at `/model`: which model serves, what it learnt from, and how it was measured before it served here. */
import { currentCycle } from '../../exposition/readiness.js';
import type { StateView } from '../../exposition/state.js';
import type { CardAccuracy, ModelCard } from '../../exposition/summaries.js';
import { type Html, html } from './html.js';
import { renderLayout } from './layout.js';
import { renderNotice, renderStatusPill } from './statusPill.js';
import { renderTrustSummary } from './trustSummary.js';
import { describeNumber, describeRatio } from './words.js';

/** @param now epoch seconds */
export function renderModelPage(state: StateView, now: number): Html {
  const card = state.modelCard();
  return renderLayout(
    {
      title: 'Model · linborg',
      section: '/model',
      status: renderStatusPill(state, now),
      footer: html`The whole card is CARD.md in the folder of the model.`,
    },
    html`${renderNotice(state, now)}
<div class="title"><h1>${card === undefined ? 'No model is loaded' : `Model ${card.name}`}</h1></div>
${card && renderCard(card, state)}
${renderTrustSummary(currentCycle(state, now)?.truth, html`<a href="/trust">By metric and horizon</a>`)}
${card && renderAccuracy(card)}
${card && renderDatasets(card)}`,
  );
}

function renderCard(card: ModelCard, { build }: StateView): Html {
  const { network, hidden, parameters, created, path, incidentMeasurements, incidentAuroc } = card;
  const head =
    incidentMeasurements === 0
      ? html`<b>none</b> the quantiles alone tell the probability of a breach`
      : html`<b>${incidentAuroc.toFixed(2)}</b> area under the ROC curve within 8 h, median of ${incidentMeasurements} measurements`;
  return html`<section class="card" aria-label="Card"><dl class="facts">
<div><dt>network</dt><dd><b>${network}</b> ${hidden} hidden, ${describeNumber(parameters)} parameters</dd></div>
<div><dt>trained</dt><dd><b>${created.slice(0, 10)}</b> ${path}</dd></div>
<div><dt>runs on</dt><dd><b>${build.engine}</b> ${build.backend}</dd></div>
<div><dt>incident head</dt><dd>${head}</dd></div>
</dl></section>`;
}

function renderAccuracy({ accuracy }: ModelCard): Html {
  const rows = accuracy.map((entry) => {
    const [name, best] = bestBaseline(entry);
    const isBetter = entry.mase <= best;
    return html`<tr><th scope="row">${entry.dataset}${entry.trainedOn === false ? html` <span class="small muted">never trained on</span>` : undefined}</th><td class="number" data-label="Series">${describeNumber(entry.series)}</td><td class="number" data-label="Error"><span class="${isBetter ? 'green-text' : 'red-text'}">${entry.mase.toFixed(3)}</span></td><td data-label="Best method by hand">${best.toFixed(3)} <span class="small muted">${name}</span></td><td class="number" data-label="Inside p10–p90">${describeRatio(entry.coverage)}</td></tr>\n`;
  });
  return html`<section class="card" aria-label="Measured accuracy"><div class="bar-head"><h2>Measured while it was made</h2></div>
<div class="scroll" role="region" aria-label="Table of measured accuracy" tabindex="0"><table class="stacked">
<thead><tr><th scope="col">Data set</th><th scope="col" class="number">Series</th><th scope="col" class="number">Error</th><th scope="col">Best method by hand</th><th scope="col" class="number">Inside p10–p90</th></tr></thead>
<tbody>
${rows}</tbody></table></div>
<p class="note small muted">8 hours ahead, on the part of each data set that training never saw. The error is MASE, the median over the series: relative to “as a day ago at this time”; lower is better. 80% inside p10–p90 are meant. How it does on your servers is above.</p></section>`;
}

function bestBaseline({ baselines }: CardAccuracy): readonly [string, number] {
  return Object.entries(baselines).sort(([, a], [, b]) => a - b)[0] ?? ['none', Number.POSITIVE_INFINITY];
}

function renderDatasets({ datasets }: ModelCard): Html {
  const rows = datasets.map(
    ({ name, servers, series, from, to }) =>
      html`<tr><th scope="row">${name}</th><td class="number" data-label="Servers">${describeNumber(servers)}</td><td class="number" data-label="Series">${describeNumber(series)}</td><td data-label="Recorded">${from.slice(0, 10)} to ${to.slice(0, 10)}</td></tr>\n`,
  );
  return html`<section class="card" aria-label="Training data"><div class="bar-head"><h2>Learnt from</h2></div>
<div class="scroll" role="region" aria-label="Table of training data" tabindex="0"><table class="stacked">
<thead><tr><th scope="col">Data set</th><th scope="col" class="number">Servers</th><th scope="col" class="number">Series</th><th scope="col">Recorded</th></tr></thead>
<tbody>
${rows}</tbody></table></div></section>`;
}
