/** The part of a server's page that tells why: what would change the risk, and what the model looked at. */
import type {
  Counterfactual,
  ExplainedMetric,
  Explanation,
  MetricEvidence,
  NamedShare,
} from '../../core/explanation.js';
import type { ExplainAnswer } from '../../exposition/explain.js';
import { type Html, html } from './html.js';
import { coordinate } from './plot.js';
import { describeRatio, RISK_WORDS } from './words.js';

/** Shares that are told of each kind: the rest is small. */
const MOST_SHARES = 3;

/** @param answer  undefined = it takes longer than a page may */
export function renderWhy(answer: ExplainAnswer | undefined, server: string): Html | undefined {
  switch (answer?.kind) {
    case 'explained':
      return renderExplanation(answer.explanation, server);
    case 'unscored':
      return undefined;
    case 'busy':
    case undefined: {
      const why = answer?.message ?? 'the model is being asked';
      return html`<section class="card why" id="why" aria-label="Why"><div class="bar-head"><h2>Why</h2></div><p class="empty">What would change the risk cannot be told yet: ${why}. <a href="/servers/${encodeURIComponent(server)}#why">Load again</a></p></section>`;
    }
  }
}

function renderExplanation({ metrics, counterfactuals }: Explanation, server: string): Html | undefined {
  if (metrics.length === 0) return undefined;
  return html`<section class="card why" id="why" aria-label="Why">
<div class="bar-head"><h2>Why: what would change it, and what the model looked at</h2><span class="small muted end"><a href="/explain/${encodeURIComponent(server)}">as JSON</a></span></div>
${renderCounterfactuals(counterfactuals)}
${renderEvidence(metrics)}
</section>`;
}

function renderCounterfactuals(counterfactuals: readonly Counterfactual[]): Html | undefined {
  if (counterfactuals.length === 0) return undefined;
  const rows = counterfactuals.map(
    (
      told,
    ) => html`<tr><th scope="row"><div class="name">${told.scenario}</div><div class="small muted">${told.recommendation}</div></th>
<td class="one-line" data-label="Risk">${renderScore(told.scoreBefore, told.colorBefore)} → ${renderScore(told.scoreAfter, told.colorAfter)}</td>
<td class="one-line" data-label="New breach within 8 h">${describeRatio(told.probabilityBefore)} → ${describeRatio(told.probabilityAfter)}</td></tr>`,
  );
  return html`<div class="scroll" role="region" aria-label="Table of what would change it" tabindex="0"><table class="stacked"><thead><tr><th scope="col">If</th><th scope="col">Risk</th><th scope="col">New breach within 8 h</th></tr></thead><tbody>${rows}</tbody></table></div>
<p class="note small muted">The model and the score were run again on the changed values. It is what they expect then, not a promise about the server.</p>`;
}

function renderScore(score: number, color: Counterfactual['colorBefore']): Html {
  return html`<span class="pill ${color}" title="${RISK_WORDS[color]}">${Math.round(score)}</span>`;
}

function renderEvidence(metrics: readonly ExplainedMetric[]): Html {
  const rows = metrics.flatMap(({ contribution, evidence, servedBy }) =>
    evidence
      ? [
          html`<tr><th scope="row">${contribution.metric}</th><td data-label="Looked at: past">${renderShares(evidence.past)}</td><td data-label="Known ahead">${renderShares(evidence.future)}</td><td data-label="Of the window">${renderShares(evidence.statics)}</td><td data-label="Attention, 24 h ago to now">${renderAttention(evidence)}</td><td data-label="Served by">${renderShares(servedBy)}</td></tr>`,
        ]
      : [],
  );
  return html`<div class="scroll" role="region" aria-label="Table of what the model looked at" tabindex="0"><table class="stacked"><thead><tr><th scope="col">Metric</th><th scope="col">Looked at: past</th><th scope="col">Known ahead</th><th scope="col">Of the window</th><th scope="col">Attention, 24 h ago to now</th><th scope="col">Served by</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

function renderShares(shares: readonly NamedShare[]): Html {
  if (shares.length === 0) return html`<span class="muted">–</span>`;
  return html`${shares.slice(0, MOST_SHARES).map(({ name, share }) => html`<div class="small one-line">${describeRatio(share)} ${name}</div>`)}`;
}

/** A bar per hour, and the hours that stand out in words. */
function renderAttention({ attention, focus }: MetricEvidence): Html {
  const hours = attention.slice(0, -1);
  if (hours.length === 0) return html`<span class="muted">–</span>`;
  const largest = Math.max(...hours.map(({ share }) => share));
  const bars = hours.map(({ name, share }, i) => {
    const height = (30 * share) / largest;
    return html`<rect class="fill-accent" x="${i * 6}" y="${coordinate(32 - height)}" width="5" height="${coordinate(height)}"><title>${name}: ${describeRatio(share)}</title></rect>`;
  });
  const [first] = focus;
  const words = first
    ? `most on ${first.toHoursAgo}–${first.fromHoursAgo} h ago: ${describeRatio(first.share)}`
    : 'spread evenly';
  return html`<svg class="spark" viewBox="0 0 ${hours.length * 6} 34" role="img" aria-label="Attention by hour">${bars}</svg><div class="small muted">${words}</div>`;
}
