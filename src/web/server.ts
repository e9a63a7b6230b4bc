/** The HTTP or HTTPS server around the application: starts, says why it cannot, stops within a second. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { CommandError, ConfigError } from '../core/errors.js';
import { formatListenAddress } from '../core/listenAddress.js';
import { createApplication } from './application.js';
import { digestKey, type TlsFiles, type WebOptions } from './options.js';
import type { WebParts } from './parts.js';

/** Longer than Prometheus' longest usual scrape interval, so that its connection is still there. */
const KEEP_ALIVE_MILLISECONDS = 75_000;
/** For the head of a request and for the whole of it: a slow client holds no socket for ever. */
const REQUEST_MILLISECONDS = 30_000;
/** Answers under way get this long at the end. */
const FAREWELL_MILLISECONDS = 800;

export interface WebServer {
  /** Starts to listen and returns the base URL; CommandError if the address cannot be had. */
  start(): Promise<string>;
  /**
   * Makes other options ready, with the files of TLS and key as they are now; the function puts them into force for requests and
   * connections to come. The address, and whether TLS is spoken, stay as they are. Throws ConfigError for files that cannot be used.
   */
  prepare(options: WebOptions): Promise<() => void>;
  /** Lets answers under way end and closes every connection within a second. */
  stop(): Promise<void>;
}

export function createWebServer(parts: WebParts): WebServer {
  let server: Server | undefined;
  let answer: RequestListener;
  return {
    async start() {
      const { options } = parts;
      const ready = await makeReady(parts);
      answer = ready.answer;
      server = createListener((request, response) => answer(request, response), ready.tls);
      await listen(server, options);
      // A connection that the system could not hand over; without a listener it would end the process.
      server.on('error', (error) => parts.log.error({ err: error }, 'a connection could not be taken'));
      return baseUrl(server, options);
    },
    async prepare(options) {
      const ready = await makeReady({ ...parts, options });
      return () => {
        answer = ready.answer;
        if (server instanceof TlsServer && ready.tls) server.setSecureContext(ready.tls);
        if (server && server instanceof TlsServer !== (ready.tls !== undefined))
          parts.log.warn('web.tls_server_config takes effect at the next start');
      };
    },
    async stop() {
      if (!server?.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      const farewell = new AbortController();
      await Promise.race([
        closed,
        delay(FAREWELL_MILLISECONDS, undefined, { signal: farewell.signal }).catch(() => {}),
      ]);
      farewell.abort();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** What answers requests, and what is shown to clients that want TLS. */
interface Ready {
  readonly answer: RequestListener;
  readonly tls: SecureContextOptions | undefined;
}

async function makeReady(parts: WebParts): Promise<Ready> {
  const { options } = parts;
  const tls = options.tls && (await readTls(options.tls));
  const application = createApplication(parts, await readKeyDigest(options));
  return { answer: application.callback(), tls };
}

function createListener(listener: RequestListener, tls: SecureContextOptions | undefined): Server {
  const limits = {
    keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
    headersTimeout: REQUEST_MILLISECONDS,
    requestTimeout: REQUEST_MILLISECONDS,
  };
  return tls ? createTlsServer({ ...limits, ...tls }, listener) : createServer(limits, listener);
}

async function readTls(tls: TlsFiles): Promise<SecureContextOptions> {
  const cert = await readConfigured(tls.certFile, 'web.tls_server_config.cert_file');
  const key = await readConfigured(tls.keyFile, 'web.tls_server_config.key_file');
  const context: SecureContextOptions = { cert, key, minVersion: 'TLSv1.2' };
  try {
    createSecureContext(context);
    return context;
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new ConfigError(
      `web.tls_server_config: ${tls.certFile} and ${tls.keyFile} are no certificate and key that fit (${reason}); expected PEM files`,
      { cause },
    );
  }
}

async function readKeyDigest({ apiKeyDigest, apiKeyFile }: WebOptions): Promise<Buffer | undefined> {
  if (apiKeyFile === undefined) return apiKeyDigest;
  const key = (await readConfigured(apiKeyFile, 'web.api_key_file')).toString().trim();
  if (key === '') throw new ConfigError(`web.api_key_file: ${apiKeyFile} is empty; expected the key in it`);
  return digestKey(key);
}

async function readConfigured(path: string, option: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new ConfigError(`${option}: ${path} cannot be read (${(cause as Error).message})`, { cause });
  }
}

async function listen(server: Server, { listen: address }: WebOptions): Promise<void> {
  server.listen({ port: address.port, ...(address.host !== undefined && { host: address.host }) });
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new CommandError(explainListenFailure(cause as NodeJS.ErrnoException, formatListenAddress(address)), {
      cause,
    });
  }
}

function explainListenFailure(cause: NodeJS.ErrnoException, address: string): string {
  const port = address.slice(address.lastIndexOf(':') + 1);
  switch (cause.code) {
    case 'EADDRINUSE':
      return `cannot listen on ${address}: port ${port} is in use; stop the program that holds it (ss -ltnp 'sport = :${port}' names it) or choose another web.listen_address`;
    case 'EACCES':
      return `cannot listen on ${address}: this user may not open port ${port}; choose a web.listen_address above 1023`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `cannot listen on ${address}: this machine has no such address; choose another web.listen_address`;
    default:
      return `cannot listen on ${address}: ${cause.message}`;
  }
}

function baseUrl(server: Server, { listen: address, tls }: WebOptions): string {
  const { port } = server.address() as AddressInfo;
  const host = address.host ?? 'localhost';
  return `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
