/** What a request carries besides the query: credentials, headers, TLS, deadline. */
import http from 'node:http';
import https from 'node:https';
import type { HttpClientOptions } from '../core/httpOptions.js';
import { readSecretFile } from './secretFile.js';

export interface Transport {
  readonly httpAgent: http.Agent;
  readonly httpsAgent: https.Agent;
  /** Header values for the next request. Files are read each time, since tokens are rotated under a running process. */
  headers(): Promise<ReadonlyMap<string, string>>;
  /** Breaks all connections, those in use, too. */
  close(): void;
}

/** The transport that the options describe. Throws SourceError for TLS files that cannot be read. */
export async function createTransport(options: HttpClientOptions, maxSockets: number): Promise<Transport> {
  const tls = options.tls_config;
  const agentOptions = { keepAlive: true, maxSockets };
  const [ca, cert, key] = await Promise.all(
    (['ca_file', 'cert_file', 'key_file'] as const).map((name) => readSecretFile(tls?.[name], `tls_config.${name}`)),
  );
  const httpsAgent = new https.Agent({
    ...agentOptions,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(tls?.server_name === undefined ? {} : { servername: tls.server_name }),
    rejectUnauthorized: !(tls?.insecure_skip_verify ?? false),
  });
  const httpAgent = new http.Agent(agentOptions);
  return {
    httpAgent,
    httpsAgent,
    headers: () => requestHeaders(options),
    close: () => {
      httpAgent.destroy();
      httpsAgent.destroy();
    },
  };
}

async function requestHeaders(options: HttpClientOptions): Promise<ReadonlyMap<string, string>> {
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(options.headers ?? {})) headers.set(name, value.reveal());
  const { basic_auth: basic, authorization } = options;
  if (basic) {
    const password =
      basic.password?.reveal() ?? (await readSecretFile(basic.password_file, 'basic_auth.password_file'));
    headers.set('Authorization', `Basic ${Buffer.from(`${basic.username}:${password}`).toString('base64')}`);
  }
  if (authorization) {
    const { type, credentials, credentials_file: file } = authorization;
    const token = credentials?.reveal() ?? (await readSecretFile(file, 'authorization.credentials_file'));
    headers.set('Authorization', `${type} ${token}`);
  }
  return headers;
}
