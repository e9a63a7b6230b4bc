import type { CatalogueEntry } from './entry.js';

/** Families about the forecasts as series: read, written to another store, and kept. */
export const FUTURE_METRICS = [
  {
    name: 'linborg_future_reads_total',
    type: 'counter',
    help: 'Requests to /api/v1/read, refused ones included.',
    labels: [],
  },
  {
    name: 'linborg_future_reads_failed_total',
    type: 'counter',
    help: 'Requests to /api/v1/read that were refused or failed.',
    labels: [],
  },
  {
    name: 'linborg_future_read_samples_total',
    type: 'counter',
    help: 'Samples of linborg_future that remote read has answered with.',
    labels: [],
  },
  {
    name: 'linborg_future_writes_total',
    type: 'counter',
    help: 'Writes of the future to another store, failed ones included. Stays 0 without future.remote_write.',
    labels: [],
  },
  {
    name: 'linborg_future_writes_failed_total',
    type: 'counter',
    help: 'Writes of the future that the store did not take in full after all their tries.',
    labels: [],
  },
  {
    name: 'linborg_future_write_samples_total',
    type: 'counter',
    help: 'Samples of the future that another store took.',
    labels: [],
  },
  {
    name: 'linborg_future_write_last_success_timestamp_seconds',
    type: 'gauge',
    help: 'Unix time at which the last write of the future ended that was taken in full. Absent before the first.',
    labels: [],
  },
  {
    name: 'linborg_past_forecasts_bytes',
    type: 'gauge',
    help: 'Memory of the earlier forecasts that are kept for the label age of linborg_future, up to future.keep_max_bytes. Absent until a cycle has succeeded.',
    labels: [],
  },
  {
    name: 'linborg_past_forecasts_servers_left_out',
    type: 'gauge',
    help: 'Servers whose newest forecasts were not kept because of future.keep_max_bytes, the least risky ones. Absent until a cycle has succeeded.',
    labels: [],
  },
] as const satisfies readonly CatalogueEntry[];
