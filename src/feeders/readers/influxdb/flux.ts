/** InfluxDB 2 through the client library of its makers. */
import { flux, fluxDateTime, fluxExpression, InfluxDB } from '@influxdata/influxdb-client';
import { ReadError, type SourceDocument } from '../../reader.js';
import type { InfluxClient, PointQuery } from './client.js';
import type { FluxOptions } from './options.js';

export function createFluxClient({ url, org, bucket, token, timeout }: FluxOptions): InfluxClient {
  const client = new InfluxDB({ url, token: token.reveal(), timeout: timeout * 1000 }).getQueryApi(org);
  return {
    async points(query) {
      try {
        const rows = await client.collectRows<Record<string, unknown>>(fluxOf(bucket, query));
        return rows.map(plainRow);
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
  };
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
function plainRow({ _time: time, ...row }: Record<string, unknown>): SourceDocument {
  const own = Object.entries(row).filter(([name]) => !name.startsWith('_') && name !== 'result' && name !== 'table');
  return { ...Object.fromEntries(own), time };
}
