/** In a sentence, which thresholds of a server are crossed and which one comes next. */
import type { Risk, TimeToThreshold } from '../../core/flow.js';
import { earliestSeconds, prospectOf } from './firstThreshold.js';
import { type Html, html } from './html.js';
import { describeClock, describeUntil, describeValue } from './words.js';

/** @param at epoch seconds of the cycle */
export function renderProspect(risk: Risk, at: number): Html {
  const { beyond, ahead } = prospectOf(risk);
  const now =
    beyond.length === 0
      ? undefined
      : html`Beyond ${beyond.length === 1 ? 'its threshold' : 'their thresholds'} now: <b>${beyond.join(', ')}</b>. `;
  const next = ahead
    ? renderAhead(ahead, at)
    : html`${now ? 'No other threshold' : 'No threshold'} is expected to be crossed within 8 h.`;
  return html`<p class="lead">${now}${next}</p>`;
}

function renderAhead(ahead: TimeToThreshold, at: number): Html {
  const { metric, threshold, seconds } = ahead;
  const moment = (until: number) => `${describeUntil(until)} (${describeClock(at + until)})`;
  const what = html`<b>${metric}</b> ${describeValue(metric, threshold)}`;
  const earliest = earliestSeconds(ahead)!;
  if (seconds.p50 === null)
    return html`May reach ${what}, at the earliest ${moment(earliest)}; p50 does not within 8 h.`;
  const early = earliest < seconds.p50 ? `, at the earliest ${moment(earliest)}` : '';
  return html`Expected to reach ${what} <b>${moment(seconds.p50)}</b>${early}.`;
}
