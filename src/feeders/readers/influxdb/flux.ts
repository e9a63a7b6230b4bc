/** InfluxDB 2 through the client library of its makers. */
import http from 'node:http';
import https from 'node:https';
import {
  flux,
  fluxDateTime,
  fluxExpression,
  InfluxDB,
  type ParameterizedQuery,
  type QueryApi,
} from '@influxdata/influxdb-client';
import { ReadError, type SourceDocument } from '../../reader.js';
import type { InfluxClient, PointQuery } from './client.js';
import type { FluxOptions } from './options.js';

export function createFluxClient({ url, org, bucket, token, timeout }: FluxOptions): InfluxClient {
  // A query that is cancelled leaves its connection open, which would hold the process.
  const agent = url.startsWith('https:') ? new https.Agent() : new http.Agent();
  const connection = { url, token: token.reveal(), timeout: timeout * 1000, transportOptions: { agent } };
  const client = new InfluxDB(connection).getQueryApi(org);
  return {
    async points(query) {
      try {
        return (await collectRows(client, fluxOf(bucket, query), query.signal)).map(plainRow);
      } catch (cause) {
        const { message, retryAfter } = cause as Error & { retryAfter?: () => number };
        // Seconds as the header has them, whatever its documentation says; 0 without one.
        const wait = retryAfter === undefined ? 0 : retryAfter.call(cause);
        throw new ReadError(`${url} cannot be queried (${message})`, {
          cause,
          retryAfterSeconds: wait > 0 ? wait : undefined,
        });
      }
    },
    close: () => agent.destroy(),
  };
}

type Row = Readonly<Record<string, unknown>>;

/** All rows, or a rejection when the signal aborts: a cancelled query tells its observer nothing, or that it is complete. */
async function collectRows(client: QueryApi, query: ParameterizedQuery, signal: AbortSignal): Promise<Row[]> {
  let stop: (() => void) | undefined;
  try {
    return await new Promise<Row[]>((resolve, reject) => {
      const found: Row[] = [];
      client.queryRows(query, {
        next: (row, table) => {
          found.push(table.toObject(row));
        },
        error: reject,
        complete: () => resolve(found),
        useCancellable: (cancellable) => {
          stop = () => {
            reject(signal.reason);
            cancellable.cancel();
          };
          signal.addEventListener('abort', stop, { once: true });
        },
      });
    });
  } finally {
    if (stop) signal.removeEventListener('abort', stop);
  }
}

/** Fields of one point in one row, as InfluxQL has them. The range begins with its start, which has been read. */
function fluxOf(bucket: string, { measurement: { name, where }, after, before, limit }: PointQuery) {
  const conditions = [
    flux`r._measurement == ${name}`,
    flux`r._time > ${fluxDateTime(after)}`,
    ...Object.entries(where).map(([tag, value]) => flux`r[${tag}] == ${value}`),
  ];
  return flux`from(bucket: ${bucket})
  |> range(start: ${fluxDateTime(after)}, stop: ${fluxDateTime(before)})
  |> filter(fn: (r) => ${fluxExpression(conditions.join(' and '))})
  |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
  |> group()
  |> sort(columns: ["_time"])
  |> limit(n: ${limit})`;
}

/** The columns that Flux adds for itself stay away. */
function plainRow({ _time: time, ...row }: Row): SourceDocument {
  const own = Object.entries(row).filter(([name]) => !name.startsWith('_') && name !== 'result' && name !== 'table');
  return { ...Object.fromEntries(own), time };
}
