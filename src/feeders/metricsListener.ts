/** /metrics and /-/healthy of a feeder. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import { CommandError } from '../core/errors.js';
import { formatListenAddress, type ListenAddress } from '../core/listenAddress.js';

export interface MetricsListener {
  readonly port: number;
  close(): Promise<void>;
}

/** Throws CommandError if the address is taken. */
export async function listenMetrics(address: ListenAddress, registry: Registry): Promise<MetricsListener> {
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0];
    if (path === '/-/healthy') response.end('linborg feed is up\n');
    else if (path === '/metrics')
      registry.metrics().then(
        (text) => response.setHeader('Content-Type', registry.contentType).end(text),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
    else response.writeHead(404).end('expected /metrics or /-/healthy\n');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.port, address.host, resolve);
  }).catch((cause: unknown) => {
    throw new CommandError(
      `cannot listen on ${formatListenAddress(address)} (${(cause as NodeJS.ErrnoException).code}); expected a free address in metrics_listen_address`,
      { cause },
    );
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
