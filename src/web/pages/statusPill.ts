import { judgeReadiness } from '../../exposition/readiness.js';
import type { StateView } from '../../exposition/state.js';
import { type Html, html } from './html.js';
import { dateAndTime, describeAge, describeNumber } from './words.js';

/** How the cycles go, for the header: ready or not, and the last one's age and duration. */
export function renderStatusPill(state: StateView, now: number): Html {
  const totals = state.cycles();
  const { kind } = judgeReadiness(totals, now);
  const pill =
    kind === 'ready'
      ? html`<span class="pill green">ready</span>`
      : kind === 'starting'
        ? html`<span class="pill yellow">starting</span>`
        : html`<span class="pill red">overdue</span>`;
  if (totals.lastSuccessAt === undefined) return html`<span class="small">${pill}</span>`;
  const took = totals.lastDurationSeconds === undefined ? '' : `, took ${describeNumber(totals.lastDurationSeconds)} s`;
  return html`<span class="small muted" title="${dateAndTime(totals.lastSuccessAt)}">last cycle ${describeAge(now - totals.lastSuccessAt)}${took} ${pill}</span>`;
}

/** Why there is nothing to show, or that something is wrong; nothing while all is well. */
export function renderNotice(state: StateView, now: number): Html | undefined {
  const readiness = judgeReadiness(state.cycles(), now);
  switch (readiness.kind) {
    case 'ready':
      return undefined;
    case 'starting':
      return html`<div class="notice" role="status">Starting: ${readiness.reason}.</div>`;
    case 'overdue':
      return html`<div class="notice" role="alert"><b>Risks and forecasts are withdrawn</b>: ${readiness.reason}.</div>`;
  }
}
