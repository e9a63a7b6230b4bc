/** The tables that can be exported, each read from what Prometheus recorded. */
import { alertRow, environmentRow, riskRow, summaryRow } from '../answers/historical.js';
import { alertQueries, alertRows } from './alertTable.js';
import type { Row } from './csv.js';
import { environmentQueries, environmentRows } from './environmentTable.js';
import type {
  HistoryAnswers,
  HistoryDoors,
  HistoryQueries,
  HistoryReading,
  HistorySeries,
  HistorySpan,
} from './history.js';
import type { RecordedWish } from './recordedSeries.js';
import { riskQueries, riskRows } from './serverTable.js';
import { summaryQueries, summaryRows } from './summaryTable.js';

export type RowsReading<R> =
  | { readonly kind: 'read'; readonly rows: readonly R[] }
  /** More samples than are turned into rows: it would hold up everybody else. */
  | { readonly kind: 'too_many'; readonly samples: number }
  | Extract<HistoryReading<never>, { readonly kind: 'unavailable' }>;

/** A hundred moments of a thousand servers: 8 MB of CSV. */
export const MOST_SAMPLES = 100_000;

/** How a table is read: what to ask, and what the answers say. */
interface TableSource<Name extends string, R> {
  readonly queries: (wish: RecordedWish, span: HistorySpan) => HistoryQueries<Name>;
  readonly rows: (answers: HistoryAnswers<Name>, span: HistorySpan) => readonly R[];
}

export interface HistoricalTable<R> {
  readonly columns: readonly string[];
  read(history: HistoryDoors, span: HistorySpan): Promise<RowsReading<R>>;
}

export const SUMMARY_TABLE = table(summaryRow.shape, { queries: summaryQueries, rows: summaryRows });
export const ENVIRONMENT_TABLE = table(environmentRow.shape, { queries: environmentQueries, rows: environmentRows });
export const ALERT_TABLE = table(alertRow.shape, { queries: alertQueries, rows: alertRows });
const RISK_TABLE = table(riskRow.shape, { queries: riskQueries, rows: riskRows });

/** By the name in the path of an export. */
export const EXPORT_TABLES: Readonly<Record<string, HistoricalTable<Row>>> = {
  summary: SUMMARY_TABLE,
  environment: ENVIRONMENT_TABLE,
  alerts: ALERT_TABLE,
  servers: RISK_TABLE,
};

function table<Name extends string, R>(shape: object, source: TableSource<Name, R>): HistoricalTable<R> {
  return {
    columns: Object.keys(shape),
    read: (history, span) => readRows(history, { selector: history.selector() }, span, source),
  };
}

/** The rows of a table, computed from what Prometheus recorded; refused before it is computed where that is too much. */
export async function readRows<Name extends string, R>(
  history: HistoryDoors,
  wish: RecordedWish,
  span: HistorySpan,
  source: TableSource<Name, R>,
): Promise<RowsReading<R>> {
  const reading = await history.read(source.queries(wish, span), span);
  if (reading.kind === 'unavailable') return reading;
  const series = Object.values<readonly HistorySeries[]>(reading.answers).flat();
  const samples = series.reduce((sum, { times }) => sum + times.length, 0);
  if (samples > MOST_SAMPLES) return { kind: 'too_many', samples };
  return { kind: 'read', rows: source.rows(reading.answers, span) };
}
