/** The page of one server: its risk, the reasons, and every metric's past and forecast. */
import { type Frame, LEVEL_NAMES, RISK_HORIZONS, type Risk } from '../../core/flow.js';
import { bucketValue, isServer } from '../../core/frame.js';
import { PROFILE_DISPLAY_NAMES, PROFILE_ORIGIN_WORDS } from '../../core/profiles.js';
import { topReasons } from '../../core/topReasons.js';
import type { ServerView } from '../../exposition/cycleView.js';
import { currentValue } from '../../exposition/forecastPoint.js';
import type { StateView } from '../../exposition/state.js';
import { renderChart } from './chart.js';
import { describeAbsence } from './fleetTable.js';
import { type Html, html } from './html.js';
import { renderLayout } from './layout.js';
import { renderQualityTable } from './qualityTable.js';
import { renderBar } from './riskBar.js';
import { renderNotice, renderStatusPill } from './statusPill.js';
import {
  dateAndTime,
  describeNumber,
  describeRatio,
  describeUntil,
  describeValue,
  metricHelp,
  RISK_WORDS,
  STATE_WORDS,
} from './words.js';

const SECONDS_PER_DAY = 86_400;

/** What one page shows. */
interface ShownServer {
  readonly server: ServerView;
  /** Epoch seconds of the cycle. */
  readonly at: number;
  /** What would change the risk, and what the model looked at; undefined where nobody can tell. */
  readonly why: Html | undefined;
}

/** @param now epoch seconds of the wall clock */
export function renderServerPage({ server, at, why }: ShownServer, state: StateView, now: number): Html {
  const { frame, risk } = server;
  const badge = risk
    ? html`<span class="pill ${risk.color}">risk ${Math.round(risk.score)} · ${RISK_WORDS[risk.color]}</span>${renderSince(risk)}`
    : html`<span class="pill">no risk</span>`;
  const model = server.forecasts[0]?.model;
  return renderLayout(
    {
      title: `${frame.server} · linborg`,
      status: renderStatusPill(state, now),
      footer: html`As of ${dateAndTime(at)}. Times are in UTC.${model ? ` Forecast by ${model}.` : ''}`,
    },
    html`${renderNotice(state, now)}
<p class="crumbs"><a href="/">Fleet</a> <span class="muted">/ ${frame.server}</span></p>
<div class="title"><h1>${frame.server}</h1>${badge}${isServer(frame) ? renderProfile(frame) : html`<span class="muted">no server: what extra targets are about</span>`}</div>
<section class="cards" aria-label="Risk">
${risk ? renderReasons(risk) : html`<div class="card wide"><h2>No risk is shown</h2><p>${describeAbsence(server)}.</p></div>`}
${risk && renderProbabilities(risk)}
${renderQuality(server)}
</section>
${risk && renderThresholdTable(risk)}
${why}
${renderQualityTable(frame)}
<div class="keys"><h2>The last 24 hours and the next 8</h2>${renderKeys()}</div>
<section class="charts" aria-label="Metrics">${chartOrder(server).map((metric) => renderMetric(server, metric, at))}</section>`,
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
      html`<dt>within ${name.replace('h', ' h')}</dt><dd>${describeRatio(risk.incidentProbability[name])}</dd>`,
  );
  return html`<div class="card"><h2>Chance of a breach</h2><div class="figure">${describeRatio(risk.incidentProbability['8h'])} <small>within 8 h</small></div><dl class="pairs">${rows}</dl></div>`;
}

function renderQuality({ frame }: ServerView): Html {
  const { coverageRatio, historyDays, lastSampleAt } = frame.quality;
  const last = Number.isFinite(lastSampleAt) ? dateAndTime(lastSampleAt) : 'none';
  return html`<div class="card"><h2>Samples</h2><div class="figure">${describeRatio(coverageRatio)} <small>of the last 24 h</small></div>
<dl class="pairs"><dt>state</dt><dd>${STATE_WORDS[frame.state]}</dd><dt>history</dt><dd>${describeNumber(historyDays)} d</dd><dt>last sample</dt><dd>${last}</dd></dl></div>`;
}

function renderThresholdTable(risk: Risk): Html | undefined {
  if (risk.timeToThreshold.length === 0) return undefined;
  const rows = risk.timeToThreshold.map(({ metric, threshold, direction, seconds }) => {
    const cells = LEVEL_NAMES.map((level) => {
      const until = seconds[level];
      return html`<td>${until === null ? html`<span class="muted">not within 8 h</span>` : describeUntil(until)}</td>`;
    });
    return html`<tr><th scope="row">${metric}</th><td>${direction} ${describeValue(metric, threshold)}</td>${cells}</tr>`;
  });
  return html`<section class="card scroll" role="region" aria-label="Thresholds" tabindex="0"><table><thead><tr><th scope="col">Metric</th><th scope="col">Threshold</th>${LEVEL_NAMES.map((level) => html`<th scope="col">Reached, ${level}</th>`)}</tr></thead><tbody>${rows}</tbody></table></section>`;
}

function renderKeys(): Html {
  return html`<span><svg viewBox="0 0 26 12" aria-hidden="true"><path class="past" d="M0 6h26"/></svg>measured</span>
<span><svg viewBox="0 0 26 12" aria-hidden="true"><path class="median" d="M0 6h26"/></svg>forecast, p50</span>
<span><svg viewBox="0 0 26 12" aria-hidden="true"><rect class="band" width="26" height="12"/></svg>p10 to p90: meant to hold four values in five</span>
<span><svg viewBox="0 0 26 12" aria-hidden="true"><path class="threshold" d="M0 6h26"/></svg>threshold</span>`;
}

/** What explains the risk first, then the other metrics that have anything to draw. */
function chartOrder({ frame, risk, forecasts }: ServerView): string[] {
  const reasons = (risk?.contributions ?? []).map(({ metric }) => metric);
  const forecast = new Set(forecasts.map(({ metric }) => metric));
  const oldest = frame.newest - SECONDS_PER_DAY / frame.stepSeconds;
  const hasPast = (row: number) => {
    for (let bucket = Math.max(0, oldest); bucket <= frame.newest; bucket++) {
      if (Number.isFinite(bucketValue(frame, row, bucket))) return true;
    }
    return false;
  };
  const drawable = frame.metrics.filter((metric, row) => forecast.has(metric) || hasPast(row));
  return [...new Set([...reasons.filter((metric) => drawable.includes(metric)), ...drawable])];
}

function renderMetric({ frame, risk, forecasts }: ServerView, metric: string, at: number): Html {
  const forecast = forecasts.find((candidate) => candidate.metric === metric);
  const threshold = risk?.timeToThreshold.find((entry) => entry.metric === metric)?.threshold;
  const current = currentValue(frame, metric);
  const now =
    current === undefined
      ? html`<span class="muted">no value now</span>`
      : html`now <b>${describeValue(metric, current)}</b>`;
  return html`<article class="card chart"><div class="chart-head"><h2>${metric}</h2><span class="small muted">${metricHelp(metric)}</span><span class="small now">${now}</span></div>
${renderChart({ frame, metric, forecast, threshold, at })}</article>`;
}
