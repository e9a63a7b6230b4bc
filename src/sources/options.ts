/** The `sources:` part of the configuration. */
import { z } from 'zod';
import { METRIC_NAMES, type MetricName } from '../core/metrics.js';
import { durationSeconds } from '../core/options.js';
import { Secret } from './secret.js';

export { targetQueryFields } from './targetOptions.js';

const secret = z
  .string()
  .min(1)
  .transform((text) => new Secret(text));

export const baseUrl = z
  .url({ protocol: /^https?$/, error: 'expected an http:// or https:// URL such as http://localhost:9090' })
  .superRefine((text, context) => {
    const url = new URL(text);
    if (url.username !== '' || url.password !== '')
      context.addIssue({ code: 'custom', message: 'carries a user or password; put them under basic_auth instead' });
    if (url.search !== '' || url.hash !== '')
      context.addIssue({ code: 'custom', message: 'carries a query or fragment; expected scheme, host and path only' });
  })
  .transform((text) => text.replace(/\/+$/, ''));

const matchers = z
  .string()
  .trim()
  .refine((text) => !/[{}]/.test(text.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, '')), {
    error: 'has braces; expected label matchers only, e.g. job="node"',
  });

const basicAuth = z
  .strictObject({ username: z.string().min(1), password: secret.optional(), password_file: z.string().optional() })
  .refine((auth) => (auth.password === undefined) !== (auth.password_file === undefined), {
    error: 'expected exactly one of password and password_file',
  });

const authorization = z
  .strictObject({
    type: z.string().min(1).default('Bearer'),
    credentials: secret.optional(),
    credentials_file: z.string().optional(),
  })
  .refine((auth) => (auth.credentials === undefined) !== (auth.credentials_file === undefined), {
    error: 'expected exactly one of credentials and credentials_file',
  });

const headers = z
  .record(z.string(), secret)
  .refine((all) => !Object.keys(all).some((key) => /^authorization$/i.test(key)), {
    error: 'sets Authorization; use authorization or basic_auth for that',
  });

const tlsConfig = z
  .strictObject({
    ca_file: z.string().optional(),
    cert_file: z.string().optional(),
    key_file: z.string().optional(),
    server_name: z.string().optional(),
    insecure_skip_verify: z.boolean().default(false),
  })
  .refine((tls) => (tls.cert_file === undefined) === (tls.key_file === undefined), {
    error: 'expected both cert_file and key_file, or neither',
  });

/** Keys of an HTTP client, with Prometheus' own names and shapes. */
export const httpClientFields = {
  basic_auth: basicAuth.optional(),
  authorization: authorization.optional(),
  headers: headers.default({}),
  tls_config: tlsConfig.optional(),
};

export type HttpClientOptions = {
  readonly [key in keyof typeof httpClientFields]?: z.output<(typeof httpClientFields)[key]>;
};

/** What is wrong with the keys of an HTTP client together. */
export const HTTP_CLIENT_FAULT = { error: 'has both basic_auth and authorization; expected at most one' };

export function hasOneIdentity(client: HttpClientOptions): boolean {
  return client.basic_auth === undefined || client.authorization === undefined;
}

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
    /** A name in rules/packs or a path. */
    pack: z.string().min(1).default('node_exporter'),
    selector: matchers.default(''),
    server_label: z
      .string()
      .regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'expected a label name such as instance')
      .default('instance'),
    /** GET for proxies that let nothing else through. */
    http_method: z.enum(['GET', 'POST']).default('POST'),
    ...httpClientFields,
    /** Whether HTTP_PROXY, HTTPS_PROXY and NO_PROXY apply. */
    proxy_from_environment: z.boolean().default(false),
    /** For one query, all of its answer included. */
    timeout: durationSeconds.prefault('30s'),
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
