/** Which servers the fleet page shows: the query of its address. */
import type { ServerView } from '../../exposition/cycleView.js';

export const FLEET_FILTERS = ['all', 'red', 'yellow', 'green', 'unscored'] as const;
export type FleetFilter = (typeof FLEET_FILTERS)[number];

/** Rows of one page. */
const PAGE_ROWS = 100;
/** How often the page asks for itself again when the reader wants that. */
const REFRESH_SECONDS = 30;

export interface FleetQuery {
  readonly filter: FleetFilter;
  /** Part of a server's or profile's name; empty = any. */
  readonly search: string;
  /** From 1. */
  readonly page: number;
  /** Undefined = never. */
  readonly refreshSeconds: number | undefined;
}

/** Reads the query; whatever is not understood is as if it were not there. */
export function parseFleetQuery(parameters: URLSearchParams): FleetQuery {
  const page = Number(parameters.get('page'));
  return {
    filter: FLEET_FILTERS.find((filter) => filter === parameters.get('show')) ?? 'all',
    search: (parameters.get('q') ?? '').trim().slice(0, 200),
    page: Number.isSafeInteger(page) && page > 1 ? page : 1,
    refreshSeconds: parameters.get('refresh') === 'on' ? REFRESH_SECONDS : undefined,
  };
}

/** The address of the fleet page for a query. */
export function fleetAddress(query: FleetQuery, change: Partial<FleetQuery> = {}): string {
  const { filter, search, page, refreshSeconds } = { ...query, ...change };
  const parameters = new URLSearchParams();
  if (filter !== 'all') parameters.set('show', filter);
  if (search !== '') parameters.set('q', search);
  if (page > 1) parameters.set('page', String(page));
  if (refreshSeconds !== undefined) parameters.set('refresh', 'on');
  return parameters.size === 0 ? '/' : `/?${parameters}`;
}

export interface FleetPage {
  readonly rows: readonly ServerView[];
  /** All that match, on any page. */
  readonly matching: number;
  readonly page: number;
  readonly pages: number;
}

/** The servers of one page, in the given order; a page beyond the last is the last. */
export function selectServers(servers: readonly ServerView[], query: FleetQuery): FleetPage {
  const wanted = query.search.toLowerCase();
  const matching = servers.filter(
    ({ frame, risk }) =>
      (query.filter === 'all' || query.filter === (risk?.color ?? 'unscored')) &&
      (frame.server.toLowerCase().includes(wanted) || frame.profile.includes(wanted)),
  );
  const pages = Math.max(1, Math.ceil(matching.length / PAGE_ROWS));
  const page = Math.min(query.page, pages);
  return { rows: matching.slice((page - 1) * PAGE_ROWS, page * PAGE_ROWS), matching: matching.length, page, pages };
}
