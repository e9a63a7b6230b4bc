import { FUTURE_METRICS } from './future.js';
import { PUSH_METRICS } from './push.js';
import { SERVICE_METRICS } from './service.js';
import { SOURCE_METRICS } from './sources.js';

/** Families about the exporter itself, in the order of the output. */
export const EXPORTER_METRICS = [...SERVICE_METRICS, ...SOURCE_METRICS, ...PUSH_METRICS, ...FUTURE_METRICS] as const;

export type ExporterMetricName = (typeof EXPORTER_METRICS)[number]['name'];
