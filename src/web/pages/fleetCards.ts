/** The cards above the fleet table: the fleet, what is expected, the model, the samples. */
import { RISK_HORIZONS, type Risk, type RiskHorizon } from '../../core/flow.js';
import type { ServerView } from '../../exposition/cycleView.js';
import { isScored } from '../../exposition/json/scored.js';
import type { StateView } from '../../exposition/state.js';
import { type Html, html } from './html.js';
import { coordinate } from './plot.js';
import { describeAge, describeHorizon, describeNumber, describeRatio } from './words.js';

export function renderFleetCards(servers: readonly ServerView[], state: StateView, now: number): Html {
  const risks = servers.filter(isScored).map(({ risk }) => risk);
  return html`<section class="cards" aria-label="Summary">
${renderFleetCard(servers, risks)}
${renderExpectationCard(risks)}
${renderSamplesCard(servers, state, now)}
${renderModelCard(state)}
</section>`;
}

function renderFleetCard(servers: readonly ServerView[], risks: readonly Risk[]): Html {
  const count = (color: Risk['color']) => risks.filter((risk) => risk.color === color).length;
  const parts = [
    { color: 'red', words: 'high', count: count('red') },
    { color: 'yellow', words: 'elevated', count: count('yellow') },
    { color: 'green', words: 'low', count: count('green') },
    { color: 'gray', words: 'without risk', count: servers.length - risks.length },
  ];
  let from = 0;
  const segments = parts.map(({ color, count: size }) => {
    const width = servers.length === 0 ? 0 : (400 * size) / servers.length;
    const segment = html`<rect class="fill-${color}" x="${coordinate(from)}" width="${coordinate(width)}" height="8"/>`;
    from += width;
    return segment;
  });
  return html`<div class="card"><h2>Servers by risk</h2><div class="figure">${servers.length === 0 ? '–' : describeNumber(servers.length)} <small>server${servers.length === 1 ? '' : 's'}</small></div>
<svg class="stack" viewBox="0 0 400 8" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="400" height="8"/>${segments}</svg>
<ul class="legend">${parts.map(({ color, words, count: size }) => html`<li><span class="dot ${color}"></span>${size} ${words}</li>`)}</ul></div>`;
}

function renderExpectationCard(risks: readonly Risk[]): Html {
  const expected = (horizon: RiskHorizon) =>
    risks.reduce((sum, { incidentProbability }) => sum + incidentProbability[horizon], 0);
  return html`<div class="card"><h2>New breaches expected</h2><div class="figure">${risks.length === 0 ? '–' : expected('8h').toFixed(1)} <small>servers within 8 h</small></div>
<dl class="pairs">${RISK_HORIZONS.map(({ name }) => html`<dt>within ${describeHorizon(name)}</dt><dd>${risks.length === 0 ? '–' : `${expected(name).toFixed(1)} of ${risks.length}`}</dd>`)}</dl></div>`;
}

function renderSamplesCard(servers: readonly ServerView[], state: StateView, now: number): Html {
  const fresh = servers.filter(({ frame }) => frame.state !== 'stale');
  const coverage = fresh.reduce((sum, { frame }) => sum + frame.quality.coverageRatio, 0) / fresh.length;
  const count = (wanted: ServerView['frame']['state']) => servers.filter(({ frame }) => frame.state === wanted).length;
  const sources = state.sources().map(({ name, lastSuccessAt, lastFailure }) => {
    const age = lastSuccessAt === undefined ? 'no answer yet' : describeAge(now - lastSuccessAt);
    const status =
      lastFailure === undefined ? age : html`<span class="red-text" title="${lastFailure}">failing</span>, ${age}`;
    return html`<dt>${name}</dt><dd>${status}</dd>`;
  });
  return html`<div class="card"><h2>Samples of the last 24 h</h2><div class="figure">${fresh.length === 0 ? '–' : describeRatio(coverage)} <small>of the buckets filled</small></div>
<dl class="pairs"><dt>stale · gaps · warming</dt><dd>${count('stale')} · ${count('gaps')} · ${count('warming')}</dd>${sources}</dl></div>`;
}

function renderModelCard(state: StateView): Html {
  const model = state.model();
  const { engine, backend, version, nodeVersion } = state.build;
  const rows =
    model &&
    html`<dt>parameters</dt><dd>${describeNumber(model.parameters)}</dd><dt>trained</dt><dd>${model.created.slice(0, 10)}</dd>`;
  return html`<div class="card"><h2>Model</h2><div class="figure word">${model?.name ?? 'none loaded'}</div>
<dl class="pairs">${rows}<dt>engine</dt><dd>${engine} (${backend})</dd><dt>version</dt><dd>${version}, Node.js ${nodeVersion.replace(/^v/, '')}</dd></dl></div>`;
}
