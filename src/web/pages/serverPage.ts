/** The page of one server: its risk, the reasons, and every metric's past and forecast. */
import { type Frame, RISK_HORIZONS, type Risk } from '../../core/flow.js';
import { isServer } from '../../core/frame.js';
import { PROFILE_DISPLAY_NAMES, PROFILE_ORIGIN_WORDS } from '../../core/profiles.js';
import { topReasons } from '../../core/topReasons.js';
import type { ServerView } from '../../exposition/cycleView.js';
import type { StateView } from '../../exposition/state.js';
import { describeAbsence } from './fleetTable.js';
import { type Html, html } from './html.js';
import { renderLayout } from './layout.js';
import { type ChartedServer, renderCharts } from './metricCharts.js';
import { renderProspect } from './prospectLine.js';
import { renderQualityTable } from './qualityTable.js';
import { renderBar } from './riskBar.js';
import { renderNotice, renderStatusPill } from './statusPill.js';
import { renderThresholdTable } from './thresholdTable.js';
import {
  dateAndTime,
  describeAge,
  describeHorizon,
  describeNumber,
  describeRatio,
  RISK_WORDS,
  STATE_WORDS,
} from './words.js';

/** What one page shows. */
interface ShownServer extends ChartedServer {
  /** What would change the risk, and what the model looked at; undefined where nobody can tell. */
  readonly why: Html | undefined;
}

/** @param now epoch seconds of the wall clock */
export function renderServerPage(shown: ShownServer, state: StateView, now: number): Html {
  const { server, at, why } = shown;
  const { frame, risk } = server;
  const { leading, others } = renderCharts(shown);
  const badge = risk
    ? html`<span class="pill ${risk.color}">risk ${Math.round(risk.score)} · ${RISK_WORDS[risk.color]}</span>${renderSince(risk)}`
    : html`<span class="pill">no risk</span>`;
  return renderLayout(
    {
      title: `${frame.server} · linborg`,
      status: renderStatusPill(state, now),
      footer: html`As of ${dateAndTime(at)}. Times are in UTC.`,
    },
    html`${renderNotice(state, now)}
<p class="crumbs"><a href="/">Fleet</a> <span class="muted">/ <bdi>${frame.server}</bdi></span></p>
<div class="title"><h1><bdi>${frame.server}</bdi></h1>${badge}${isServer(frame) ? renderProfile(frame) : html`<span class="muted">no server: what extra targets are about</span>`}</div>
${risk && renderProspect(risk, at)}
<section class="cards" aria-label="Risk">
${risk ? renderReasons(risk) : html`<div class="card wide"><h2>No risk is shown</h2><p>${describeAbsence(server)}.</p></div>`}
${risk && renderProbabilities(risk)}
${renderQuality(server, now)}
</section>
${risk && renderThresholdTable(risk, frame, at)}
${leading}
${why}
${renderQualityTable(frame)}
${others}`,
  );
}

function renderProfile({ profile, profileOrigin }: Frame): Html {
  const origin = profileOrigin && html` <span class="small">· ${PROFILE_ORIGIN_WORDS[profileOrigin]}</span>`;
  return html`<span class="muted">${PROFILE_DISPLAY_NAMES[profile]}${origin}</span>`;
}

function renderSince({ colorSince }: Risk): Html | undefined {
  return colorSince === undefined ? undefined : html`<span class="small muted">since ${dateAndTime(colorSince)}</span>`;
}

function renderReasons(risk: Risk): Html {
  const reasons = topReasons(risk);
  if (reasons.length === 0) return html`<div class="card wide"><h2>Reasons</h2><p>Nothing stands out.</p></div>`;
  const rows = reasons.map(
    ({ points, reason }) =>
      html`<li><b>+${points.toFixed(1)}</b>${renderBar(points / 100, risk.color)}<span>${reason}</span></li>`,
  );
  return html`<div class="card wide"><h2>Reasons: points of the score</h2><ul class="reasons">${rows}</ul></div>`;
}

function renderProbabilities(risk: Risk): Html {
  const rows = RISK_HORIZONS.map(
    ({ name }) =>
      html`<dt>within ${describeHorizon(name)}</dt><dd>${describeRatio(risk.incidentProbability[name])}</dd>`,
  );
  return html`<div class="card"><h2>Chance of a new breach</h2><div class="figure">${describeRatio(risk.incidentProbability['8h'])} <small>within 8 h</small></div><dl class="pairs">${rows}</dl>${risk.thresholds.some(({ breached }) => breached) ? html`<p class="small muted">What is beyond its threshold now does not count.</p>` : undefined}</div>`;
}

function renderQuality({ frame }: ServerView, now: number): Html {
  const { coverageRatio, historyDays, lastSampleAt } = frame.quality;
  const last = Number.isFinite(lastSampleAt)
    ? html`<span title="${dateAndTime(lastSampleAt)}">${describeAge(now - lastSampleAt)}</span>`
    : 'none';
  return html`<div class="card"><h2>Samples</h2><div class="figure">${describeRatio(coverageRatio)} <small>of the last 24 h</small></div>
<dl class="pairs"><dt>state</dt><dd>${STATE_WORDS[frame.state]}</dd><dt>history</dt><dd>${describeNumber(historyDays)} d</dd><dt>last sample</dt><dd>${last}</dd></dl></div>`;
}
