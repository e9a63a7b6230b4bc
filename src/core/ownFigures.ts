/** linborg's own figures: a subject that is forecast and judged like an extra target, with nothing to be configured. */

/** The value of the label `server`. */
export const OWN_SUBJECT = 'linborg';

/** Means over the cycles of a bucket; the end of a name is its unit, as for extra targets. */
export const OWN_METRICS = [
  'linborg_cycle_seconds',
  'linborg_pull_seconds',
  'linborg_forecast_seconds',
  'linborg_pulled_samples',
  'linborg_failed_queries',
  'linborg_failed_series',
  'linborg_failed_cycles_ratio',
  'linborg_worker_deaths',
  'linborg_dropped_series',
  'linborg_outside_ratio',
  'linborg_mase',
  'linborg_resident_memory_bytes',
] as const;

export type OwnMetric = (typeof OWN_METRICS)[number];

/** What one cycle came to; what it could not know is absent. */
export type OwnFigures = Readonly<Partial<Record<OwnMetric, number>>>;
