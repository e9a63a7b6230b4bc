import { judgeReadiness } from '../../exposition/readiness.js';
import type { SourceStatus, StateView } from '../../exposition/state.js';
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

/** Why there is nothing to show, or what is wrong; nothing while all is well. */
export function renderNotice(state: StateView, now: number): Html | undefined {
  const readiness = judgeReadiness(state.cycles(), now);
  switch (readiness.kind) {
    case 'ready':
      return renderFailures(state, now);
    case 'starting':
      return html`<div class="notice" role="status">Starting: ${readiness.reason}.</div>`;
    case 'overdue':
      return html`<div class="notice" role="alert"><b>Risks and forecasts are withdrawn</b>: ${readiness.reason}.</div>`;
  }
}

/** What fails while there is still a result to show: it may soon be withdrawn, or be that of some servers only. */
function renderFailures(state: StateView, now: number): Html | undefined {
  const { lastFailure, lastSuccessAt = now } = state.cycles();
  const lines = [
    ...(lastFailure === undefined
      ? []
      : [
          html`<b>The newest cycle failed</b>: ${lastFailure}. What is shown is of ${dateAndTime(lastSuccessAt)}, ${describeAge(now - lastSuccessAt)}.`,
        ]),
    ...state
      .sources()
      .filter((source) => source.lastFailure !== undefined)
      .map((source) => html`<b>${source.name} fails</b>: ${source.lastFailure}. ${describeLastAnswer(source, now)}`),
  ];
  return lines.length === 0
    ? undefined
    : html`<div class="notice" role="status">${lines.map((line) => html`<p>${line}</p>`)}</div>`;
}

function describeLastAnswer({ lastSuccessAt }: SourceStatus, now: number): string {
  if (lastSuccessAt === undefined) return 'It has not answered since the start.';
  return `Its last answer came at ${dateAndTime(lastSuccessAt)}, ${describeAge(now - lastSuccessAt)}.`;
}
