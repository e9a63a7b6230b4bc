/** Whether incident probabilities meant what they said, in words, for the trust page. */
import type { IncidentTruth, ProbabilityAccuracy, ProbabilityBin } from '../../core/truth.js';
import { type Html, html } from './html.js';
import { RELIABILITY_TOLERANCE } from './reliabilityDiagram.js';
import { renderReliability } from './reliabilityPlot.js';
import { describeGain } from './trustSummary.js';
import { describeNumber, describeRatio } from './words.js';

export function renderProbabilities({ probabilities, mitigated, hindcasts, pending }: IncidentTruth): Html {
  const judged = probabilities.filter(({ bins }) => bins.length > 0);
  const counts = [
    ...(hindcasts === 0 ? [] : [`${describeNumber(hindcasts)} in hindsight at the start`]),
    ...(mitigated === 0 ? [] : [`${describeNumber(mitigated)} left out: something was done about the server`]),
    `${describeNumber(pending)} to come`,
  ];
  return html`<section class="card" aria-label="Probabilities"><div class="bar-head"><h2>Incident probabilities</h2><span class="small muted">of a threshold that is breached anew, against what came</span><span class="end small muted">${counts.join(' · ')}</span></div>
${judged.length === 0 ? html`<p class="empty">Not yet judged: of no tenth of the probabilities have 20 come due.</p>` : html`<div class="verdicts">${judged.map(renderHorizon)}</div>`}
<p class="note small muted">A probability is right if so many of its like come true. Tenths with fewer than 20 are not yet judged; older ones count less, and neighbours share what came, so do not read much into a few hundred.</p></section>`;
}

function renderHorizon(accuracy: ProbabilityAccuracy): Html {
  const { horizon, brier, skill, bins } = accuracy;
  const score = Number.isFinite(brier)
    ? `Brier score ${brier.toFixed(3)}${Number.isFinite(skill) ? `, ${describeGain(skill)} against always saying the share that came` : ''}`
    : 'Brier score not yet judged';
  return html`<section aria-label="Within ${horizon}"><h3>Within ${horizon}</h3><p class="small muted">${score}</p>
${renderReliability(accuracy)}
<ul class="small">${bins.map((bin) => html`<li>${renderTenth(bin)}</li>\n`)}</ul></section>`;
}

function renderTenth({ cases, promised, observed }: ProbabilityBin): Html {
  const color = Math.abs(observed - promised) > RELIABILITY_TOLERANCE ? 'red-text' : 'green-text';
  return html`of ${describeNumber(Math.round(cases))} probabilities about ${describeRatio(promised)}, <span class="${color}">${describeRatio(observed)}</span> came true`;
}
