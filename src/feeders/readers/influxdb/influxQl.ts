/** InfluxDB 1 through the client library of the node-influx project. */
import { InfluxDB, escape as quote } from 'influx';
import { z } from 'zod';
import { ReadError } from '../../reader.js';
import type { InfluxClient, PointQuery } from './client.js';
import type { InfluxQlOptions } from './options.js';

const answerSchema = z.object({
  results: z
    .array(
      z.object({
        error: z.string().optional(),
        series: z.array(z.object({ columns: z.array(z.string()), values: z.array(z.array(z.unknown())) })).default([]),
      }),
    )
    .length(1),
});

export function createInfluxQlClient(options: InfluxQlOptions): InfluxClient {
  const { url, database, retention_policy: policy, username, password, timeout } = options;
  const { protocol, hostname, port, pathname } = new URL(url);
  const isTls = protocol === 'https:';
  const client = new InfluxDB({
    host: hostname,
    port: Number(port || (isTls ? 443 : 80)),
    protocol: isTls ? 'https' : 'http',
    path: pathname === '/' ? '' : pathname,
    database,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password: password.reveal() }),
    // The feeder tries again by itself.
    pool: { requestTimeout: timeout * 1000, maxRetries: 0 },
  });
  return {
    async points(query) {
      const raw: unknown = await client
        .queryRaw(influxQlOf(query), {
          signal: query.signal,
          ...(policy === undefined ? {} : { retentionPolicy: policy }),
        })
        .catch((cause: Error) => {
          throw new ReadError(`${url} cannot be queried (${cause.message})`, { cause });
        });
      const answer = answerSchema.safeParse(raw);
      if (!answer.success) throw new ReadError(`${url} answered what is no result of InfluxQL`);
      const [{ error, series } = { error: 'no result', series: [] }] = answer.data.results;
      if (error !== undefined) throw new ReadError(`${url} refused the query of ${query.measurement.name}: ${error}`);
      return series.flatMap(({ columns, values }) =>
        values.map((row) => Object.fromEntries(columns.map((column, index) => [column, row[index]]))),
      );
    },
    close() {
      // The signal of a query has ended its connection.
    },
  };
}

/** Times come as ISO 8601 with nanoseconds, since no precision is asked for. */
function influxQlOf({ measurement: { name, where }, after, before, limit }: PointQuery): string {
  const tags = Object.entries(where).map(([tag, value]) => ` AND ${quote.quoted(tag)} = ${quote.stringLit(value)}`);
  return (
    `SELECT * FROM ${quote.quoted(name)} WHERE time > '${after}' AND time < '${before}'${tags.join('')} ` +
    `ORDER BY time ASC LIMIT ${limit}`
  );
}
