/** The page at `/trust`: how good the forecasts were, who serves each metric, and drift. */
import { groupBy } from '../../core/groupBy.js';
import {
  type DriftMeasures,
  type DriftReport,
  type DriftTrend,
  type ForecastAccuracy,
  type ServingModel,
  TRUTH_HORIZONS,
  type TruthHorizon,
  type TruthReport,
  UNFAMILIAR,
} from '../../core/truth.js';
import { currentCycle } from '../../exposition/readiness.js';
import type { StateView } from '../../exposition/state.js';
import { type Html, html } from './html.js';
import { renderLayout } from './layout.js';
import { renderProbabilities } from './probabilityVerdicts.js';
import { renderNotice, renderStatusPill } from './statusPill.js';
import { describeGain, isLoss, isModel, leastSkill, renderTrustSummary } from './trustSummary.js';
import { dateAndTime, describeNumber, describeRatio } from './words.js';

const MEASURES: readonly { readonly measure: keyof DriftMeasures; readonly words: string }[] = [
  { measure: 'per', words: 'forecast error against the baselines, rise since the first days' },
  { measure: 'dss', words: 'inputs, distance from those of the first week' },
  { measure: 'fds', words: 'inputs, share of the figures that shifted since' },
  { measure: 'anomalyRate', words: 'samples outside p10–p90 beyond a fifth' },
];

const TREND_WORDS: Readonly<Record<DriftTrend, string>> = {
  rising: '↗ rising',
  falling: '↘ falling',
  steady: '→ steady',
  unknown: '',
};

/** @param now epoch seconds */
export function renderTrustPage(state: StateView, now: number): Html {
  const cycle = currentCycle(state, now);
  const truth = cycle?.truth;
  const since =
    truth === undefined || Number.isNaN(truth.since) ? '' : ` Forecasts are judged since ${dateAndTime(truth.since)}.`;
  return renderLayout(
    {
      title: 'Trust · linborg',
      section: '/trust',
      status: renderStatusPill(state, now),
      footer: html`As of ${dateAndTime(cycle?.at ?? now)}.${since}`,
    },
    html`${renderNotice(state, now)}
<div class="title"><h1>Trust</h1></div>
${renderTrustSummary(truth, truth && describeLedger(truth))}
${truth && renderMetricTable(truth)}
${truth && renderProbabilities(truth.incidents)}
${truth?.drift && renderDrift(truth.drift)}`,
  );
}

/** How many verdicts there are, those that do not count live apart. */
function describeLedger({ judged, judgedAtStart, pending }: TruthReport): Html {
  const { recorded, hindcasts } = judgedAtStart;
  const parts = [
    `${describeNumber(judged)} judged`,
    ...(recorded === 0 ? [] : [`${describeNumber(recorded)} read back from before the start`]),
    ...(hindcasts === 0 ? [] : [`${describeNumber(hindcasts)} in hindsight at the start`]),
    `${describeNumber(pending)} to come`,
  ];
  return html`<span class="muted">${parts.join(' · ')}</span>`;
}

function renderMetricTable(truth: TruthReport): Html | undefined {
  const metrics = [...new Set([...truth.serving, ...truth.accuracy].map(({ metric }) => metric))];
  if (metrics.length === 0) return undefined;
  const scores = new Map(truth.drift?.scores.map(({ metric, score }) => [metric, score]));
  const rows = metrics.map((metric) => {
    const cells = TRUTH_HORIZONS.map((horizon) => {
      const find = (entries: readonly ForecastAccuracy[]) =>
        entries.find((entry) => entry.metric === metric && entry.horizon === horizon);
      return renderVerdict(find(truth.accuracy), find(truth.hindsight), horizon);
    });
    const score = scores.get(metric);
    return html`<tr><th scope="row">${metric}</th><td data-label="Served by">${renderServing(truth.serving.filter((entry) => entry.metric === metric))}</td>${cells}<td class="number" data-label="Drift">${score === undefined ? html`<span class="muted">–</span>` : score.toFixed(2)}</td></tr>\n`;
  });
  return html`<section class="card" aria-label="Metrics"><div class="scroll" role="region" aria-label="Table of metrics" tabindex="0"><table class="stacked">
<thead><tr><th scope="col">Metric</th><th scope="col">Served by</th>${TRUTH_HORIZONS.map((horizon) => html`<th scope="col">Error, ${horizon}</th>`)}<th scope="col" class="number">Drift</th></tr></thead>
<tbody>
${rows}</tbody>
</table></div>
<p class="note small muted">Error is MASE: the mean error of p50 over that of “as a day ago at this time”; below 1 is better; a dash is not judged yet. Under it: the gain over the best of six baselines, and the share of samples inside p10–p90, of which 80% are meant. In brackets: in hindsight, of forecasts of the last days that were made anew at the start. Drift is the distance of the inputs from those of the first week; above 0.2 they have shifted.</p></section>`;
}

/** What is not judged live is told in hindsight, in brackets. */
function renderVerdict(
  live: ForecastAccuracy | undefined,
  past: ForecastAccuracy | undefined,
  horizon: TruthHorizon,
): Html {
  const isLive = live !== undefined && Number.isFinite(live.mase);
  const entry = isLive ? live : past;
  if (entry === undefined || !Number.isFinite(entry.mase))
    return html`<td class="muted" title="not judged yet" data-label="Error, ${horizon}">–</td>`;
  const inside = Number.isFinite(entry.coverage) ? html` · ${describeRatio(entry.coverage)} inside` : undefined;
  const gain = renderGain(isLive ? leastSkill(live) : Number.NaN, past === undefined ? Number.NaN : leastSkill(past));
  const title = `${describeNumber(entry.forecasts)} judged${isLive ? '' : ' in hindsight'}`;
  const error = isLive ? entry.mase.toFixed(2) : html`<span class="muted">(${entry.mase.toFixed(2)})</span>`;
  return html`<td title="${title}" data-label="Error, ${horizon}">${error}<div class="small one-line">${gain}<span class="muted">${inside}</span></div></td>`;
}

function renderGain(live: number, past: number): Html {
  if (!Number.isFinite(live) && Number.isFinite(past))
    return html`<span class="muted" title="in hindsight">(${describeGain(past)})</span>`;
  return html`<span class="${isLoss(live) ? 'red-text' : 'green-text'}">${describeGain(live)}</span>`;
}

/** The choice for all first, then who serves the profiles that differ. */
function renderServing(serving: readonly ServingModel[]): Html {
  const general = serving.filter(({ profile }) => profile === undefined);
  const byModel = groupBy(
    serving.filter(({ profile }) => profile !== undefined),
    ({ model }) => model,
  );
  const profiles = [...byModel.values()].map((entries) => {
    const names = entries.map(
      (entry, i) => html`${i === 0 ? '' : ','} <span title="${describeChoice(entry)}">${entry.profile}</span>`,
    );
    return html`<div>${renderServer(entries[0]!)} <span class="small muted">for${names}</span></div>`;
  });
  return html`${general.map((entry) => html`<div title="${describeChoice(entry)}">${renderServer(entry)}</div>`)}${profiles}`;
}

function renderServer(entry: ServingModel): Html {
  return html`<span class="pill ${isModel(entry) ? 'green' : 'yellow'}">${entry.model}</span>`;
}

function describeChoice({ since, reason }: ServingModel): string {
  return Number.isNaN(since) ? reason : `since ${dateAndTime(since)}: ${reason}`;
}

function renderDrift(drift: DriftReport): Html {
  const rows = MEASURES.map(({ measure, words }) => {
    const value = drift[measure];
    const limit = drift.thresholds[measure];
    const figure = Number.isFinite(value)
      ? html`<span class="${value > limit ? 'red-text' : 'green-text'}">${value.toFixed(2)}</span>`
      : html`<span class="muted">not known yet</span>`;
    return html`<tr><th scope="row">${words}</th><td class="number" data-label="Now">${figure}</td><td class="number" data-label="Limit">${limit.toFixed(2)}</td><td class="small muted" data-label="Over a day">${TREND_WORDS[drift.trends[measure]]}</td></tr>\n`;
  });
  const { unfamiliarity } = drift;
  const stranger = Number.isFinite(unfamiliarity)
    ? html`<p class="note small muted">Against the training the inputs are ${unfamiliarity.toFixed(2)} apart: ${unfamiliarity > UNFAMILIAR ? 'a fleet of another kind, which is no drift' : 'alike'}.</p>`
    : undefined;
  const regimes = Object.entries(drift.regimes).map(([name, share]) => `${name} ${describeRatio(share)}`);
  return html`<section class="card" aria-label="Drift"><div class="bar-head"><h2>Drift</h2><span>${drift.recommendation}</span></div>
<div class="scroll" role="region" aria-label="Table of drift" tabindex="0"><table class="stacked"><thead><tr><th scope="col">Measure</th><th scope="col" class="number">Now</th><th scope="col" class="number">Limit</th><th scope="col">Over a day</th></tr></thead><tbody>
${rows}</tbody></table></div>
${stranger}
${regimes.length === 0 ? undefined : html`<p class="note small muted">Windows among the calmest, noisiest, most seasonal and steepest fifth of the training’s: ${regimes.join(', ')}; 20% each would be as in the training.</p>`}</section>`;
}
