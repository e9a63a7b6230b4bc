/** Which servers the fleet page shows: the query of its address. */
import type { ServerView } from '../../exposition/cycleView.js';
import { earliestSeconds, firstThreshold } from './firstThreshold.js';

export const FLEET_FILTERS = ['all', 'red', 'yellow', 'green', 'unscored'] as const;
export type FleetFilter = (typeof FLEET_FILTERS)[number];

/** What the rows can be sorted by; each begins with what matters most. */
export const FLEET_SORTS = ['risk', 'server', 'threshold', 'incident'] as const;
export type FleetSort = (typeof FLEET_SORTS)[number];

/** Rows of one page. */
const PAGE_ROWS = 100;
/** How often the page asks for itself again when the reader wants that. */
const REFRESH_SECONDS = 30;

export interface FleetQuery {
  readonly filter: FleetFilter;
  /** Part of a server's or profile's name; empty = any. */
  readonly search: string;
  readonly sort: FleetSort;
  /** The other way round. */
  readonly isReversed: boolean;
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
    sort: FLEET_SORTS.find((sort) => sort === parameters.get('sort')) ?? 'risk',
    isReversed: parameters.get('order') === 'reversed',
    page: Number.isSafeInteger(page) && page > 1 ? page : 1,
    refreshSeconds: parameters.get('refresh') === 'on' ? REFRESH_SECONDS : undefined,
  };
}

/** The address of the fleet page for a query. */
export function fleetAddress(query: FleetQuery, change: Partial<FleetQuery> = {}): string {
  const { filter, search, sort, isReversed, page, refreshSeconds } = { ...query, ...change };
  const parameters = new URLSearchParams();
  if (filter !== 'all') parameters.set('show', filter);
  if (search !== '') parameters.set('q', search);
  if (sort !== 'risk') parameters.set('sort', sort);
  if (isReversed) parameters.set('order', 'reversed');
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

/**
 * The servers of one page; a page beyond the last is the last.
 * @param servers  riskiest first
 */
export function selectServers(servers: readonly ServerView[], query: FleetQuery): FleetPage {
  const wanted = query.search.toLowerCase();
  const matching = servers.filter(
    ({ frame, risk }) =>
      (query.filter === 'all' || query.filter === (risk?.color ?? 'unscored')) &&
      (frame.server.toLowerCase().includes(wanted) || frame.profile.includes(wanted)),
  );
  const sorted = sortServers(matching, query);
  const pages = Math.max(1, Math.ceil(sorted.length / PAGE_ROWS));
  const page = Math.min(query.page, pages);
  return { rows: sorted.slice((page - 1) * PAGE_ROWS, page * PAGE_ROWS), matching: sorted.length, page, pages };
}

/** Equal ones stay riskiest first. */
function sortServers(servers: readonly ServerView[], { sort, isReversed }: FleetQuery): ServerView[] {
  const sorted = servers.toSorted(COMPARE[sort]);
  return isReversed ? sorted.reverse() : sorted;
}

const COMPARE: Readonly<Record<FleetSort, (a: ServerView, b: ServerView) => number>> = {
  risk: () => 0,
  server: (a, b) => (a.frame.server < b.frame.server ? -1 : 1),
  threshold: (a, b) => ascending(reachedSeconds(a), reachedSeconds(b)),
  incident: (a, b) => (b.risk?.incidentProbability['8h'] ?? -1) - (a.risk?.incidentProbability['8h'] ?? -1),
};

/** By what the column shows: the median first, then what may be reached at any level; Infinity if nothing is. */
function reachedSeconds({ risk }: ServerView): number {
  const first = firstThreshold(risk?.timeToThreshold ?? []);
  return first === undefined ? Number.POSITIVE_INFINITY : (first.seconds.p50 ?? earliestSeconds(first)!);
}

/** Infinity equals itself. */
function ascending(a: number, b: number): number {
  return a === b ? 0 : a - b;
}
