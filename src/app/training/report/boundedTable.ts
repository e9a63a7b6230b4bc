/** Tables that stay short: a fleet may have hundreds of data sets, and the manifest has them all. */
import { type Html, html } from '../../../web/pages/html.js';
import { describeCount } from '../../backtest/report/figures.js';
import { renderTable } from '../../backtest/report/incidentTable.js';

/** As many as one reads. */
export const MOST_ROWS = 25;

export interface BoundedTable<Entry> {
  readonly label: string;
  readonly header: readonly string[];
  readonly entries: readonly Entry[];
  readonly cells: (entry: Entry) => readonly string[];
  /** Where there are too many, those with the largest are shown; NaN comes last. */
  readonly rank: (entry: Entry) => number;
  /** What those have in common, e.g. `with the highest ratio`. */
  readonly ranked: string;
}

/** All entries in their order, or the first by rank with a line that says so. */
export function renderBoundedTable<Entry>(table: BoundedTable<Entry>): Html {
  const { label, header, entries, cells, rank, ranked } = table;
  const isShort = entries.length <= MOST_ROWS;
  const shown = isShort
    ? entries
    : [...entries].sort((a, b) => orderOf(rank(b)) - orderOf(rank(a))).slice(0, MOST_ROWS);
  const rest = html`<p class="small muted">The ${String(MOST_ROWS)} of ${describeCount(entries.length)} ${ranked}; manifest.json has all.</p>`;
  return html`<div class="spaced">${renderTable(label, header, shown.map(cells))}</div>${isShort ? undefined : rest}`;
}

function orderOf(rank: number): number {
  return Number.isNaN(rank) ? Number.NEGATIVE_INFINITY : rank;
}
