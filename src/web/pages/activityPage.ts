/** The page at `/activity`: the last cycles, and what the sources are asked in each. */
import type { CycleRecord, QueryView, StateView } from '../../exposition/state.js';
import { type Html, html } from './html.js';
import { renderLayout } from './layout.js';
import { renderNotice, renderStatusPill } from './statusPill.js';
import { dateAndTime, describeNumber } from './words.js';

/** @param now epoch seconds */
export function renderActivityPage(state: StateView, now: number): Html {
  return renderLayout(
    {
      title: 'Activity · linborg',
      section: '/activity',
      status: renderStatusPill(state, now),
      footer: html`As of ${dateAndTime(now)}.`,
    },
    html`${renderNotice(state, now)}
<div class="title"><h1>Activity</h1></div>
${renderQueries(state.queries())}
${renderCycles(state.recentCycles())}`,
  );
}

/** Those that fail first. */
function renderQueries(queries: readonly QueryView[]): Html {
  const failed = queries.filter(({ failure }) => failure !== undefined);
  const ordered = [...failed, ...queries.filter(({ failure }) => failure === undefined)];
  const rows = ordered.map(({ source, metric, alternative, expr, servers, page, failure }) => {
    const status =
      failure === undefined
        ? html`<span class="pill green">ok</span>`
        : html`<span class="pill red">failed</span><div class="small">${failure}</div>`;
    return html`<tr><th scope="row">${metric}<div class="small muted">${alternative}</div></th><td class="number" data-label="Servers">${describeNumber(servers)}</td><td data-label="Newest pull">${status}</td><td><code>${expr}</code></td><td class="one-line"><a href="${page}" rel="noreferrer" title="${source}" aria-label="run in Prometheus: ${metric} (${alternative})">run in Prometheus</a></td></tr>\n`;
  });
  return html`<section class="card" aria-label="Queries"><div class="bar-head"><h2>Asked in each cycle</h2>${renderFailed(failed.length, queries.length)}</div>
${
  queries.length === 0
    ? html`<p class="empty">Nothing yet: no source has told which metrics it has.</p>`
    : html`<div class="scroll" role="region" aria-label="Table of queries" tabindex="0"><table class="stacked">
<thead><tr><th scope="col">Metric</th><th scope="col" class="number">Servers</th><th scope="col">Newest pull</th><th scope="col">PromQL of a complete bucket</th><th scope="col"><span class="hidden">Link</span></th></tr></thead>
<tbody>
${rows}</tbody></table></div>`
}</section>`;
}

function renderCycles(cycles: readonly CycleRecord[]): Html {
  const failed = cycles.filter(({ servers }) => servers === undefined).length;
  const rows = cycles.map(({ at, durationSeconds, servers, failedSeries, failure }) => {
    const outcome =
      servers === undefined
        ? html`<span class="pill red">failed</span>`
        : failedSeries > 0
          ? html`<span class="pill yellow">${describeNumber(failedSeries)} series not forecast</span>`
          : html`<span class="pill green">ok</span>`;
    return html`<tr><th scope="row" class="one-line">${dateAndTime(at)}</th><td class="number" data-label="Took">${describeNumber(durationSeconds)} s</td><td class="number" data-label="Servers">${servers === undefined ? '–' : describeNumber(servers)}</td><td data-label="Outcome">${outcome}<div class="small">${failure}</div></td></tr>\n`;
  });
  return html`<section class="card" aria-label="Cycles"><div class="bar-head"><h2>The last ${cycles.length} cycles</h2>${renderFailed(failed, cycles.length)}</div>
${
  cycles.length === 0
    ? html`<p class="empty">No cycle has ended yet.</p>`
    : html`<div class="scroll" role="region" aria-label="Table of cycles" tabindex="0"><table class="stacked">
<thead><tr><th scope="col">Ended</th><th scope="col" class="number">Took</th><th scope="col" class="number">Servers</th><th scope="col">Outcome</th></tr></thead>
<tbody>
${rows}</tbody></table></div>`
}</section>`;
}

/** Nothing where there is nothing that could fail. */
function renderFailed(failed: number, all: number): Html | undefined {
  return all === 0
    ? undefined
    : html`<span class="small muted">${failed === 0 ? 'none' : failed} of ${all} failed</span>`;
}
