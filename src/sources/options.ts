/** The `sources:` part of the configuration. */
import { z } from 'zod';
import { baseUrl, HTTP_CLIENT_FAULT, hasOneIdentity, httpClientFields } from '../core/httpOptions.js';
import { METRIC_NAMES, type MetricName } from '../core/metrics.js';
import { durationSeconds, timerSeconds } from '../core/options.js';
import { mappingsSchema } from '../mapping/alternative.js';
import { packNames } from '../mapping/packFile.js';
import { grafanaOptions } from './grafana.js';
import { serverLabelFields } from './serverLabelOptions.js';

export { type PushOptions, pushFields } from './push/options.js';
export { targetQueryFields } from './targetOptions.js';

export const matchers = z
  .string()
  .trim()
  .refine((text) => !/[{}]/.test(text.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, '')), {
    error: 'has braces; expected label matchers only, e.g. job="node"',
  });

/** What to do for servers that no alternative of the pack has data for. Without an entry the metric is absent there. */
const metricOptions = z.strictObject({
  /** A fixed value, in the metric's unit, for every bucket in which the server has other data. */
  default: z.number().optional(),
  /** Also ask the alternatives that the pack marks as estimates. */
  estimate: z.boolean().default(false),
});

/** One Prometheus, Thanos, Mimir or VictoriaMetrics. Keys of the HTTP client have Prometheus' own names and shapes. */
export const prometheusOptions = z
  .strictObject({
    url: baseUrl,
    /** Where a browser reaches it, for the links on the pages. */
    external_url: baseUrl.optional(),
    /** Names in rules/packs or paths; of several, the alternatives of the first are preferred. */
    pack: packNames.default('node_exporter'),
    /** Written over the packs, metric by metric. */
    mappings: mappingsSchema.default({}),
    /** The API lies behind the data-source proxy of the Grafana at `url`. */
    grafana: grafanaOptions.optional(),
    selector: matchers.default(''),
    server_label: z
      .string()
      .regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'expected a label name such as instance')
      .default('instance'),
    ...serverLabelFields,
    /** GET for proxies that let nothing else through. */
    http_method: z.enum(['GET', 'POST']).default('POST'),
    ...httpClientFields,
    /** Whether HTTP_PROXY, HTTPS_PROXY and NO_PROXY apply. */
    proxy_from_environment: z.boolean().default(false),
    /** For one query, all of its answer included. */
    timeout: timerSeconds.prefault('30s'),
    max_concurrency: z.int().min(1).max(64).default(4),
    /** Bounds the memory of one answer: about 30 bytes of JSON per sample. */
    max_samples_per_query: z.int().min(100).default(500_000),
    /** The shortest range for rates and averages: four times Prometheus' default scrape interval, as `$__rate_interval` has it. */
    min_window: durationSeconds.prefault('4m'),
    metrics: z.partialRecord(z.enum(METRIC_NAMES as [MetricName, ...MetricName[]]), metricOptions).default({}),
  })
  .refine(hasOneIdentity, HTTP_CLIENT_FAULT);

export type PrometheusOptions = z.infer<typeof prometheusOptions>;

/** One entry of `sources:`. */
export const sourceOptions = z.strictObject({ prometheus: prometheusOptions });

export type SourceOptions = z.infer<typeof sourceOptions>;

/** The fields of `linborg.yml` about what Prometheus recorded of linborg itself. */
export const historicalFields = {
  historical: z.strictObject({ selector: matchers.default('') }).prefault({}),
};

/** Which series the doors of the past read. */
export interface HistoricalOptions {
  /** Label matchers of linborg's own series, without braces; empty = all. */
  readonly selector: string;
}
