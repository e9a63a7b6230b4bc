import type { CatalogueEntry } from './entry.js';

/** Families about what the sources are asked and what they bring. */
export const SOURCE_METRICS = [
  {
    name: 'linborg_source_queries_total',
    type: 'counter',
    help: 'Queries sent to a source, failed ones included.',
    labels: ['source'],
  },
  {
    name: 'linborg_source_queries_failed_total',
    type: 'counter',
    help: 'Queries to a source that brought no result after all their tries.',
    labels: ['source'],
  },
  {
    name: 'linborg_source_samples_total',
    type: 'counter',
    help: 'Samples that a source delivered.',
    labels: ['source'],
  },
  {
    name: 'linborg_source_duplicate_series_total',
    type: 'counter',
    help: 'Series left out because another one of the same source had the same server and metric.',
    labels: ['source'],
  },
  {
    name: 'linborg_source_clock_skew_seconds',
    type: 'gauge',
    help: 'Clock of the source minus the clock here, at the last answer that told it. Absent before that.',
    labels: ['source'],
  },
  {
    name: 'linborg_source_target_up',
    type: 'gauge',
    help: 'Whether the last read of an extra target was answered, and within its limits, 0 or 1; the label metric is its name. Absent before the first read.',
    labels: ['source', 'metric'],
  },
  {
    name: 'linborg_source_target_series',
    type: 'gauge',
    help: 'Series that the last read of an extra target gave values for, 0 or more. Absent before the first read.',
    labels: ['source', 'metric'],
  },
  {
    name: 'linborg_samples_dropped_total',
    type: 'counter',
    help: 'Samples that no window took, by reason: too_old, ahead (of the clock), max_servers (their server has no window).',
    labels: ['reason'],
  },
] as const satisfies readonly CatalogueEntry[];
