/** The doors of the past: answered out of what Prometheus recorded of linborg, for there is no second database. */
import type { Router } from '@koa/router';
import type { Context } from 'koa';
import { exportQuery, historicalQuery } from '../../exposition/answers/historical.js';
import { MOST_ALERTS } from '../../exposition/historical/alertTable.js';
import { csvText } from '../../exposition/historical/csv.js';
import type { HistoryDoors, HistorySpan } from '../../exposition/historical/history.js';
import { serverQueries, serverRows } from '../../exposition/historical/serverTable.js';
import {
  ALERT_TABLE,
  ENVIRONMENT_TABLE,
  EXPORT_TABLES,
  type HistoricalTable,
  MOST_SAMPLES,
  type RowsReading,
  readRows,
  SUMMARY_TABLE,
} from '../../exposition/historical/tables.js';
import { spanOf, type TimeRange } from '../../exposition/historical/timeRange.js';
import { closestNames } from '../../exposition/json/closestNames.js';
import { historicalHead, historicalPoints } from '../../exposition/json/historical.js';
import { currentCycle } from '../../exposition/readiness.js';
import { requireApiKey } from '../middleware/apiKey.js';
import { limitRate } from '../middleware/rateLimit.js';
import type { WebParts } from '../parts.js';
import { sendJson, sendText } from '../respond.js';
import { readQuery, sendInvalid } from '../validation.js';

/** When to ask again while Prometheus is away. */
const RETRY_SECONDS = 30;

interface Asked {
  readonly range: TimeRange;
  readonly span: HistorySpan;
}

/** @param keyDigest SHA-256 of the key that they want; undefined = loopback only */
export function addHistoricalRoutes(router: Router, parts: WebParts, keyDigest: Buffer | undefined): void {
  const { history, now, options } = parts;
  if (history === undefined) return;
  const guards = [requireApiKey(keyDigest), limitRate(options.historicalPerMinute, now)] as const;
  const asked = async (ctx: Context): Promise<Asked | undefined> => {
    const query = await readQuery(ctx, historicalQuery);
    return query && { range: query.time_range, span: spanOf(query.time_range, now()) };
  };
  const course = (table: HistoricalTable<unknown>) => async (ctx: Context) => {
    const wish = await asked(ctx);
    const rows = wish && (await rowsOrRefusal(ctx, await table.read(history, wish.span)));
    if (rows) await sendJson(ctx, 200, historicalPoints(wish.range, wish.span, rows));
  };
  router.get('/historical/summary', ...guards, course(SUMMARY_TABLE));
  router.get('/historical/environment', ...guards, course(ENVIRONMENT_TABLE));
  router.get('/historical/alerts', ...guards, async (ctx) => {
    const wish = await asked(ctx);
    const rows = wish && (await rowsOrRefusal(ctx, await ALERT_TABLE.read(history, wish.span)));
    if (!rows) return;
    const alerts = rows.slice(0, MOST_ALERTS);
    const head = historicalHead(wish.range, wish.span, alerts.length);
    await sendJson(ctx, 200, { ...head, truncated: alerts.length < rows.length, alerts });
  });
  router.get('/historical/server/:server', ...guards, async (ctx) => {
    const wish = await asked(ctx);
    if (wish) await sendServer(ctx, parts, history, wish);
  });
  router.get('/historical/export/:table', ...guards, (ctx) => sendExport(ctx, history, now()));
}

/** 404 for a server that neither now nor then was there. */
async function sendServer(ctx: Context, { state, now }: WebParts, history: HistoryDoors, asked: Asked): Promise<void> {
  const { range, span } = asked;
  const server = String(ctx['params']['server']);
  const wish = { selector: history.selector(), server };
  const rows = await rowsOrRefusal(
    ctx,
    await readRows(history, wish, span, { queries: serverQueries, rows: serverRows }),
  );
  if (!rows) return;
  const cycle = currentCycle(state, now());
  if (rows.length > 0 || cycle?.find(server)) {
    return sendJson(ctx, 200, { server_name: server, ...historicalPoints(range, span, rows) });
  }
  const names = (cycle?.servers ?? []).map(({ frame }) => frame.server);
  const detail = `unknown server ${JSON.stringify(server)}: nothing of it was recorded in the last ${range}`;
  return sendJson(ctx, 404, { detail, closest: closestNames(server, names) });
}

async function sendExport(ctx: Context, history: HistoryDoors, now: number): Promise<void> {
  const name = String(ctx['params']['table']);
  const table = Object.hasOwn(EXPORT_TABLES, name) ? EXPORT_TABLES[name] : undefined;
  if (!table) {
    const tables = Object.keys(EXPORT_TABLES);
    const detail = `unknown table ${JSON.stringify(name)}; expected one of ${tables.join(', ')}`;
    return sendJson(ctx, 404, { detail, closest: closestNames(name, tables) });
  }
  const query = await readQuery(ctx, exportQuery);
  if (!query) return;
  const { time_range: range, format } = query;
  const span = spanOf(range, now);
  const rows = await rowsOrRefusal(ctx, await table.read(history, span));
  if (!rows) return;
  if (format === 'json') return sendJson(ctx, 200, { table: name, ...historicalHead(range, span, rows.length), rows });
  ctx.set('Content-Disposition', `attachment; filename="linborg-${name}-${range}.csv"`);
  await sendText(ctx, 200, csvText(table.columns, rows), 'text/csv; charset=utf-8; header=present');
}

/** The rows; undefined after an answer that says why there are none. */
async function rowsOrRefusal<R>(ctx: Context, reading: RowsReading<R>): Promise<readonly R[] | undefined> {
  switch (reading.kind) {
    case 'read':
      return reading.rows;
    case 'too_many':
      await sendInvalid(ctx, [
        `time_range: it has ${reading.samples} samples, the limit is ${MOST_SAMPLES}; ask for a range with fewer moments, or for one server at /historical/server/NAME`,
      ]);
      return undefined;
    case 'unavailable':
      ctx.set('Retry-After', String(RETRY_SECONDS));
      await sendJson(ctx, 503, { detail: reading.message });
      return undefined;
  }
}
