/** The `web:` block: where linborg listens and who may ask what. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type ListenAddress, parseListenAddress } from '../core/listenAddress.js';

export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

export interface WebOptions {
  readonly listen: ListenAddress;
  readonly tls: TlsFiles | undefined;
  /** SHA-256 of the key of the JSON doors; the key itself is not kept. */
  readonly apiKeyDigest: Buffer | undefined;
  /** Holds the key of the JSON doors; read at start. */
  readonly apiKeyFile: string | undefined;
  /** Whether /-/reload works. */
  readonly enableLifecycle: boolean;
  /** Largest body of a request. */
  readonly maxBodyBytes: number;
  /** Requests per client and minute on /feed/data; 0 = unlimited, here and below. */
  readonly feedPerMinute: number;
  /** On /predictions/*, and on cascade, drift and the like. */
  readonly predictionsPerMinute: number;
  readonly alertsPerMinute: number;
  readonly explainPerMinute: number;
  readonly historicalPerMinute: number;
  readonly adminPerMinute: number;
}

const listenAddress = z.string().transform((text, context) => {
  const address = parseListenAddress(text);
  if (address) return address;
  context.addIssue({
    code: 'custom',
    message: `is ${JSON.stringify(text)}; expected host:port such as :9877, 127.0.0.1:9877 or [::1]:9877`,
  });
  return z.NEVER;
});

const tlsServerConfig = z
  .strictObject({ cert_file: z.string().min(1), key_file: z.string().min(1) })
  .transform((block): TlsFiles => ({ certFile: block.cert_file, keyFile: block.key_file }));

/** Decodes the block; every key has a default. */
export const webOptionsSchema = z
  .strictObject({
    listen_address: listenAddress.prefault(':9877'),
    // Prometheus' own name in its web configuration.
    tls_server_config: tlsServerConfig.optional(),
    api_key: z.string().min(1).transform(digestKey).optional(),
    api_key_file: z.string().min(1).optional(),
    enable_lifecycle: z.boolean().default(false),
    max_body_bytes: z.int().min(1024).default(10_485_760),
    rate_limits: z
      .strictObject({
        feed_per_minute: z.int().min(0).default(60),
        predictions_per_minute: z.int().min(0).default(30),
        alerts_per_minute: z.int().min(0).default(30),
        explain_per_minute: z.int().min(0).default(30),
        historical_per_minute: z.int().min(0).default(30),
        admin_per_minute: z.int().min(0).default(10),
      })
      .prefault({}),
  })
  .prefault({})
  .refine((block) => block.api_key === undefined || block.api_key_file === undefined, {
    error: 'has both api_key and api_key_file; expected at most one',
  })
  .transform(
    (block): WebOptions => ({
      listen: block.listen_address,
      tls: block.tls_server_config,
      apiKeyDigest: block.api_key,
      apiKeyFile: block.api_key_file,
      enableLifecycle: block.enable_lifecycle,
      maxBodyBytes: block.max_body_bytes,
      feedPerMinute: block.rate_limits.feed_per_minute,
      predictionsPerMinute: block.rate_limits.predictions_per_minute,
      alertsPerMinute: block.rate_limits.alerts_per_minute,
      explainPerMinute: block.rate_limits.explain_per_minute,
      historicalPerMinute: block.rate_limits.historical_per_minute,
      adminPerMinute: block.rate_limits.admin_per_minute,
    }),
  );

/** What is kept of a key: enough to recognise it. */
export function digestKey(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
