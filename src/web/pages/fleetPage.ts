/** The page at `/`: how the fleet stands, riskiest server first. */
import { currentCycle } from '../../exposition/readiness.js';
import type { StateView } from '../../exposition/state.js';
import { renderCategories } from './categoryNotice.js';
import { renderFleetCards } from './fleetCards.js';
import {
  FLEET_FILTERS,
  type FleetFilter,
  type FleetPage,
  type FleetQuery,
  type FleetSort,
  fleetAddress,
  selectServers,
} from './fleetQuery.js';
import { renderFleetTable } from './fleetTable.js';
import { type Html, html } from './html.js';
import { renderLayout } from './layout.js';
import { renderOutlook } from './outlook.js';
import { renderNotice, renderStatusPill } from './statusPill.js';
import { renderSubjects } from './subjectTable.js';
import { renderTrustSummary } from './trustSummary.js';
import { dateAndTime } from './words.js';

const FILTER_WORDS: Readonly<Record<FleetFilter, string>> = {
  all: 'All',
  red: 'High risk',
  yellow: 'Elevated',
  green: 'Low',
  unscored: 'Without risk',
};

/** As sorted, and the other way round. */
const SORT_WORDS: Readonly<Record<FleetSort, readonly [string, string]>> = {
  risk: ['Servers, riskiest first', 'Servers, least risky first'],
  server: ['Servers by name', 'Servers by name, last first'],
  threshold: ['Servers, next threshold first', 'Servers, next threshold last'],
  incident: ['Servers, likeliest new breach first', 'Servers, likeliest new breach last'],
};

/** @param now epoch seconds */
export function renderFleetPage(state: StateView, query: FleetQuery, now: number): Html {
  const cycle = currentCycle(state, now);
  const servers = cycle?.servers ?? [];
  const selected = selectServers(servers, query);
  const { succeeded, failed, skipped } = state.cycles();
  const footer = html`As of ${dateAndTime(cycle?.at ?? now)}. Cycles since the start: ${succeeded} succeeded, ${failed} failed, ${skipped} skipped. ${renderRefreshLink(query)}`;
  return renderLayout(
    {
      title: 'Fleet · linborg',
      section: '/',
      status: renderStatusPill(state, now),
      footer,
      refreshSeconds: query.refreshSeconds,
    },
    html`${renderNotice(state, now)}
${cycle ? renderOutlook(cycle) : html`<div class="title"><h1>Fleet</h1></div>`}
${cycle && renderTrustSummary(cycle.truth, html`<a href="/trust">By metric and horizon</a>`)}
${cycle?.fleet && renderCategories(cycle.fleet.categories)}
${renderFleetCards(servers, state, now)}
<section class="card" id="servers" aria-label="Servers">
<div class="bar-head"><h2 class="small">${SORT_WORDS[query.sort][query.isReversed ? 1 : 0]}</h2>${renderFilters(query)}${renderSearch(query)}</div>
${selected.rows.length === 0 ? html`<p class="empty">${describeEmptiness(servers.length, cycle !== undefined)}</p>` : renderFleetTable(selected.rows, query)}
${renderPageLinks(selected, query)}
</section>
${cycle && renderSubjects(cycle.subjects)}`,
  );
}

function renderFilters(query: FleetQuery): Html {
  const links = FLEET_FILTERS.map((filter) => {
    const address = fleetAddress(query, { filter, page: 1 });
    return filter === query.filter
      ? html`<a href="${address}" aria-current="true">${FILTER_WORDS[filter]}</a>`
      : html`<a href="${address}">${FILTER_WORDS[filter]}</a>`;
  });
  return html`<div class="filters">${links}</div>`;
}

function renderSearch(query: FleetQuery): Html {
  const kept = [
    ...(query.sort === 'risk' ? [] : [html`<input type="hidden" name="sort" value="${query.sort}">`]),
    ...(query.isReversed ? [html`<input type="hidden" name="order" value="reversed">`] : []),
    ...(query.filter === 'all' ? [] : [html`<input type="hidden" name="show" value="${query.filter}">`]),
    ...(query.refreshSeconds === undefined ? [] : [html`<input type="hidden" name="refresh" value="on">`]),
  ];
  return html`<form method="get" action="/" role="search">${kept}<input type="search" name="q" value="${query.search}" placeholder="Server or profile" aria-label="Server or profile"><button>Find</button></form>`;
}

function renderRefreshLink(query: FleetQuery): Html {
  return query.refreshSeconds === undefined
    ? html`<a href="${fleetAddress(query, { refreshSeconds: 30 })}">Refresh this page every 30 s</a>`
    : html`<a href="${fleetAddress(query, { refreshSeconds: undefined })}">Stop refreshing this page</a>`;
}

function describeEmptiness(servers: number, hasCycle: boolean): string {
  if (servers > 0) return 'No server matches.';
  return hasCycle ? 'No server was found; “linborg check mappings” says why.' : 'There is no result to show.';
}

function renderPageLinks({ page, pages, matching }: FleetPage, query: FleetQuery): Html | undefined {
  if (pages === 1) return undefined;
  const link = (to: number, words: string) =>
    to < 1 || to > pages ? html`<span></span>` : html`<a href="${fleetAddress(query, { page: to })}">${words}</a>`;
  return html`<nav class="pages" aria-label="Pages">${link(page - 1, '← before')}<span>page ${page} of ${pages}, ${matching} servers</span>${link(page + 1, 'after →')}</nav>`;
}
