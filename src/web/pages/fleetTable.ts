/** The table of the fleet page. */
import type { Risk, TimeToThreshold } from '../../core/flow.js';
import { PROFILE_DISPLAY_NAMES } from '../../core/profiles.js';
import { topReasons } from '../../core/topReasons.js';
import type { ServerView } from '../../exposition/cycleView.js';
import { type Html, html } from './html.js';
import { renderBar } from './riskBar.js';
import { renderSparkline } from './sparkline.js';
import { dateAndTime, describeRatio, describeUntil, RISK_WORDS, STATE_WORDS } from './words.js';

/** @param rows in the order to show them */
export function renderFleetTable(rows: readonly ServerView[]): Html {
  return html`<div class="scroll"><table>
<thead><tr><th scope="col">Server</th><th scope="col">Risk, 0–100</th><th scope="col">Threshold reached</th><th scope="col">Incident within 8 h</th><th scope="col">Top reason</th><th scope="col">8 h back, 8 h ahead</th></tr></thead>
<tbody>
${rows.map(renderRow)}</tbody>
</table></div>`;
}

function renderRow(view: ServerView): Html {
  const { frame, risk } = view;
  const name = html`<a class="name" href="${serverAddress(frame.server)}">${frame.server}</a><div class="small muted">${PROFILE_DISPLAY_NAMES[frame.profile]}${frame.state === 'ok' || !risk ? undefined : html` · ${STATE_WORDS[frame.state]}`}</div>`;
  if (!risk) return html`<tr><td>${name}</td><td colspan="5" class="muted">${describeAbsence(view)}</td></tr>\n`;
  const top = topReasons(risk)[0];
  return html`<tr>
<td>${name}</td>
<td><div class="risk ${risk.color}-text"><b>${Math.round(risk.score)}</b>${renderBar(risk.score / 100, risk.color)}${renderLevel(risk)}</div></td>
<td>${renderFirstThreshold(risk.timeToThreshold)}</td>
<td class="number">${describeRatio(risk.incidentProbability['8h'])}</td>
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

/** Why a server has no risk. */
export function describeAbsence({ frame }: ServerView): string {
  if (frame.state !== 'warming')
    return STATE_WORDS[frame.state] === 'ok' ? 'no forecast yet' : STATE_WORDS[frame.state];
  return `warming up: ${describeRatio(frame.quality.warmupRatio)} of the history that the first forecast needs`;
}

/** The threshold that is reached first, judged by the median, else by the level that gets there first. */
function firstThreshold(entries: readonly TimeToThreshold[]): TimeToThreshold | undefined {
  const earliest = (level: 'p50' | 'any') =>
    entries
      .map((entry) => ({ entry, seconds: level === 'p50' ? entry.seconds.p50 : earliestSeconds(entry) }))
      .filter((candidate) => candidate.seconds !== null)
      .sort((a, b) => a.seconds! - b.seconds!)[0]?.entry;
  return earliest('p50') ?? earliest('any');
}

/** Seconds of the level that crosses first; null if none does. */
function earliestSeconds({ seconds }: TimeToThreshold): number | null {
  const reached = Object.values(seconds).filter((value) => value !== null);
  return reached.length === 0 ? null : Math.min(...reached);
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
