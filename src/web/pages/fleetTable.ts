/** The table of the fleet page. */
import type { Risk, TimeToThreshold } from '../../core/flow.js';
import { PROFILE_DISPLAY_NAMES } from '../../core/profiles.js';
import { topReasons } from '../../core/topReasons.js';
import type { ServerView } from '../../exposition/cycleView.js';
import { earliestSeconds, firstThreshold } from './firstThreshold.js';
import { type FleetQuery, type FleetSort, fleetAddress } from './fleetQuery.js';
import { type Html, html } from './html.js';
import { renderBar } from './riskBar.js';
import { renderSparkline } from './sparkline.js';
import { dateAndTime, describeRatio, describeUntil, RISK_WORDS, STATE_WORDS } from './words.js';

/** @param rows in the order to show them */
export function renderFleetTable(rows: readonly ServerView[], query: FleetQuery): Html {
  return html`<div class="scroll" role="region" aria-label="Table of servers" tabindex="0"><table class="stacked fleet">
<thead><tr>${COLUMNS.map((column) => renderHead(column, query))}</tr></thead>
<tbody>
${rows.map(renderRow)}</tbody>
</table></div>`;
}

interface Column {
  readonly words: string;
  readonly sort?: FleetSort;
  /** How the values run when the column is sorted for what matters most. */
  readonly runs?: 'ascending' | 'descending';
}

const COLUMNS: readonly Column[] = [
  { words: 'Server', sort: 'server', runs: 'ascending' },
  { words: 'Risk, 0–100', sort: 'risk', runs: 'descending' },
  { words: 'Threshold reached', sort: 'threshold', runs: 'ascending' },
  { words: 'New breach within 8 h', sort: 'incident', runs: 'descending' },
  { words: 'Top reason' },
  { words: '8 h back, 8 h ahead' },
];

/** A head that sorts is a link; that of the order in force turns it round. */
function renderHead({ words, sort, runs }: Column, query: FleetQuery): Html {
  if (sort === undefined || runs === undefined) return html`<th scope="col">${words}</th>`;
  const isInForce = query.sort === sort;
  const address = fleetAddress(query, { sort, isReversed: isInForce && !query.isReversed, page: 1 });
  if (!isInForce) return html`<th scope="col"><a href="${address}">${words}</a></th>`;
  const direction = query.isReversed ? (runs === 'ascending' ? 'descending' : 'ascending') : runs;
  return html`<th scope="col" aria-sort="${direction}"><a href="${address}">${words}<span aria-hidden="true"> ${direction === 'ascending' ? '↑' : '↓'}</span></a></th>`;
}

function renderRow(view: ServerView): Html {
  const { frame, risk } = view;
  const name = html`<a class="name" href="${serverAddress(frame.server)}"><bdi>${frame.server}</bdi></a><div class="small muted">${PROFILE_DISPLAY_NAMES[frame.profile]}${frame.state === 'ok' || !risk ? undefined : html` · ${STATE_WORDS[frame.state]}`}</div>`;
  if (!risk)
    return html`<tr><th scope="row">${name}</th><td colspan="5" class="muted">${describeAbsence(view)}</td></tr>\n`;
  const top = topReasons(risk)[0];
  return html`<tr>
<th scope="row">${name}</th>
<td data-label="Risk"><div class="risk ${risk.color}-text"><b>${Math.round(risk.score)}</b>${renderBar(risk.score / 100, risk.color)}${renderLevel(risk)}</div></td>
<td data-label="Threshold">${renderFirstThreshold(risk.timeToThreshold)}</td>
<td class="number" data-label="New breach within 8 h">${describeRatio(risk.incidentProbability['8h'])}</td>
<td class="reason small">${top ? top.reason : html`<span class="muted">nothing stands out</span>`}</td>
<td>${renderTopSparkline(view)}</td>
</tr>\n`;
}

function renderLevel({ color, colorSince }: Risk): Html {
  const since = colorSince === undefined ? undefined : html` title="since ${dateAndTime(colorSince)}"`;
  return html`<span class="pill ${color}"${since}>${RISK_WORDS[color]}</span>`;
}

/** The address of a server's own page. */
export function serverAddress(server: string): string {
  return `/servers/${encodeURIComponent(server)}`;
}

/** Why a server, or a subject of extra targets, has no risk. */
export function describeAbsence({ frame, forecasts }: ServerView): string {
  if (frame.state === 'ok') return forecasts.length > 0 ? 'nothing of it has a threshold' : 'no forecast yet';
  if (frame.state !== 'warming') return STATE_WORDS[frame.state];
  return `warming up: ${describeRatio(frame.quality.warmupRatio)} of the history that the first forecast needs`;
}

function renderFirstThreshold(entries: readonly TimeToThreshold[]): Html {
  const first = firstThreshold(entries);
  if (!first) return html`<span class="muted">not within 8 h</span>`;
  const earliest = earliestSeconds(first)!;
  const { p50 } = first.seconds;
  const when = p50 === null ? `maybe ${describeUntil(earliest)}` : describeUntil(p50);
  const early = p50 !== null && earliest < p50 ? ` · earliest ${describeUntil(earliest)}` : '';
  return html`<div>${when}</div><div class="small muted">${first.metric}${early}</div>`;
}

/** The metric that explains most of the risk, else the first that is forecast. */
function renderTopSparkline({ frame, risk, forecasts }: ServerView): Html | undefined {
  const top = forecasts.find(({ metric }) => metric === risk?.contributions[0]?.metric) ?? forecasts[0];
  return top && renderSparkline(frame, top);
}
