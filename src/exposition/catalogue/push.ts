import type { CatalogueEntry } from './entry.js';

/** Families about records that clients push, and the write-ahead file that keeps them. */
export const PUSH_METRICS = [
  {
    name: 'linborg_push_requests_total',
    type: 'counter',
    help: 'Requests to /feed/data with the right key and within the rate, refused ones included.',
    labels: [],
  },
  {
    name: 'linborg_push_requests_failed_total',
    type: 'counter',
    help: 'Requests to /feed/data that were refused or failed: nothing of them was taken in.',
    labels: [],
  },
  {
    name: 'linborg_push_records_total',
    type: 'counter',
    help: 'Pushed records, by what became of them: accepted, rejected (faulty, or in a batch that was refused) or too_old (older than the window). Absent until the first batch.',
    labels: ['outcome'],
  },
  {
    name: 'linborg_push_records_clamped_total',
    type: 'counter',
    help: 'Pushed records that were accepted with an uptime cut to 365 days.',
    labels: [],
  },
  {
    name: 'linborg_push_servers',
    type: 'gauge',
    help: 'Servers that records have been pushed for, 0 to push.max_servers. Absent unless push.enabled.',
    labels: [],
  },
  {
    name: 'linborg_push_wal_writes_total',
    type: 'counter',
    help: 'Writes of pushed records to disk, each for all the batches that came during the one before, failed ones included.',
    labels: [],
  },
  {
    name: 'linborg_push_wal_writes_failed_total',
    type: 'counter',
    help: 'Writes of pushed records to disk that failed: the clients got a 503.',
    labels: [],
  },
  {
    name: 'linborg_push_wal_write_duration_seconds',
    type: 'histogram',
    help: 'Duration of the writes of pushed records that succeeded, until the disk has them.',
    labels: [],
  },
  {
    name: 'linborg_push_wal_bytes',
    type: 'gauge',
    help: 'Size of the write-ahead file of pushed records, up to linborg_push_wal_max_bytes. Absent unless push.enabled.',
    labels: [],
  },
  {
    name: 'linborg_push_wal_max_bytes',
    type: 'gauge',
    help: 'Largest size of the write-ahead file of pushed records, push.wal_max_bytes: beyond it the oldest records go. Absent unless push.enabled.',
    labels: [],
  },
  {
    name: 'linborg_push_wal_segments',
    type: 'gauge',
    help: 'Files that the write-ahead file consists of. Absent unless push.enabled.',
    labels: [],
  },
  {
    name: 'linborg_push_wal_segments_dropped_total',
    type: 'counter',
    help: 'Files of pushed records that were deleted: history (older than the window) or size (beyond push.wal_max_bytes). Absent until the first.',
    labels: ['reason'],
  },
  {
    name: 'linborg_push_wal_torn_bytes_total',
    type: 'counter',
    help: 'Bytes of the write-ahead file that were no whole entry when it was opened: a write that did not come to its end, or damage.',
    labels: [],
  },
] as const satisfies readonly CatalogueEntry[];
