/** Keys of HTTP clients, with Prometheus' own names and shapes. */
import { z } from 'zod';
import { checkAddress } from './options.js';
import { Secret } from './secret.js';

/** A text that nobody may see; it prints as `<secret>`. */
export const secret = z
  .string()
  .min(1)
  .transform((text) => new Secret(text));

export const baseUrl = z
  .url({ protocol: /^https?$/, error: 'expected an http:// or https:// URL such as http://localhost:9090' })
  .superRefine(checkAddress('basic_auth'))
  .transform((text) => text.replace(/\/+$/, ''));

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

/** Whether at most one of the ways to say who asks is given. */
export function hasOneIdentity(client: HttpClientOptions): boolean {
  return client.basic_auth === undefined || client.authorization === undefined;
}
