/** The reader of an InfluxDB of either version; only the client library that it needs is loaded. */
import type { Reader } from '../../reader.js';
import { InfluxdbReader } from './influxdbReader.js';
import type { InfluxdbOptions } from './options.js';

export async function openInfluxdb(options: InfluxdbOptions): Promise<Reader> {
  const client =
    'database' in options
      ? (await import('./influxQl.js')).createInfluxQlClient(options)
      : (await import('./flux.js')).createFluxClient(options);
  return new InfluxdbReader(client, options);
}
