/** The tables of extra targets, and of linborg's own figures, on the fleet page: one row per series of a subject that is no server. */
import type { Forecast } from '../../core/flow.js';
import { OWN_SUBJECT } from '../../core/ownFigures.js';
import type { ServerView } from '../../exposition/cycleView.js';
import { currentValue, forecastStep, forecastValue, riseInHour } from '../../exposition/forecastPoint.js';
import { serverAddress } from './fleetTable.js';
import { type Html, html } from './html.js';
import { renderSparkline } from './sparkline.js';
import { describeUntil, describeValue, STATE_WORDS } from './words.js';

/** More rows make the page slow; /predictions/current has all. */
const MOST_ROWS = 100;
const HOUR_SECONDS = 3600;

/** Nothing of what there is none of. */
export function renderSubjects(subjects: readonly ServerView[]): Html {
  const isOwn = ({ frame }: ServerView) => frame.server === OWN_SUBJECT;
  return html`${renderTargets(seriesOf(subjects.filter((subject) => !isOwn(subject))))}${renderOwn(seriesOf(subjects.filter(isOwn)))}`;
}

function renderTargets(series: readonly Series[]): Html | undefined {
  if (series.length === 0) return undefined;
  return html`<section class="card" aria-label="Extra targets"><div class="bar-head"><h2>Extra targets</h2></div>
${renderTable(series, 'Table of extra targets')}</section>`;
}

/** Folded: who looks for a server in danger has no use for them. */
function renderOwn(series: readonly Series[]): Html | undefined {
  if (series.length === 0) return undefined;
  return html`<details class="card quality"><summary>linborg itself: its own figures (${series.length})</summary>
${renderTable(series, 'Table of linborg’s own figures')}</details>`;
}

/** One metric of one subject. */
interface Series {
  readonly view: ServerView;
  readonly metric: string;
}

function seriesOf(subjects: readonly ServerView[]): Series[] {
  return subjects.flatMap((view) => view.frame.metrics.map((metric) => ({ view, metric })));
}

function renderTable(series: readonly Series[], label: string): Html {
  const more =
    series.length > MOST_ROWS ? html`<p class="note small muted">and ${series.length - MOST_ROWS} more</p>` : undefined;
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table class="stacked">
<thead><tr><th scope="col">Subject</th><th scope="col">Target</th><th scope="col" class="number">Now</th><th scope="col" class="number">In 1 h: p10 to p90</th><th scope="col">Threshold reached</th><th scope="col">8 h back, 8 h ahead</th></tr></thead>
<tbody>
${series.slice(0, MOST_ROWS).map(({ view, metric }) => renderRow(view, metric))}</tbody>
</table></div>${more}`;
}

function renderRow({ frame, risk, forecasts }: ServerView, metric: string): Html {
  const forecast = forecasts.find((one) => one.metric === metric);
  const now = currentValue(frame, metric);
  const state = frame.state === 'ok' ? undefined : html`<div class="small muted">${STATE_WORDS[frame.state]}</div>`;
  const times = risk?.timeToThreshold.find((one) => one.metric === metric);
  const first =
    times && Math.min(...Object.values(times.seconds).map((seconds) => seconds ?? Number.POSITIVE_INFINITY));
  const reached = first === undefined ? '–' : Number.isFinite(first) ? describeUntil(first) : 'not within 8 h';
  return html`<tr>
<th scope="row"><a class="name" href="${serverAddress(frame.server)}"><bdi>${frame.server}</bdi></a>${state}</th>
<td>${metric}</td>
<td class="number" data-label="Now">${now === undefined ? '–' : describeValue(metric, now)}${describeRise(riseInHour(frame, metric))}</td>
<td class="number" data-label="In 1 h">${(forecast && describeRange(forecast)) ?? '–'}</td>
<td data-label="Threshold reached">${reached}</td>
<td>${forecast && renderSparkline(frame, forecast)}</td>
</tr>\n`;
}

/** Nothing where it rounds to none. */
function describeRise(rise: number | undefined): Html | undefined {
  const percent = Math.round(100 * (rise ?? 0));
  if (percent === 0) return undefined;
  return html`<div class="small muted">${percent > 0 ? '+' : '−'}${Math.abs(percent)}% in 1 h</div>`;
}

function describeRange(forecast: Forecast): string | undefined {
  const step = forecastStep(forecast, forecast.origin + HOUR_SECONDS);
  if (step === undefined) return undefined;
  const value = (level: 'p10' | 'p90') => describeValue(forecast.metric, forecastValue(forecast, step, level));
  return `${value('p10')} to ${value('p90')}`;
}
