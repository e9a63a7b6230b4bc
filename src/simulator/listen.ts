/** The simulator over HTTP: each server is a scrape target of its own, found by Prometheus through http_sd. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CommandError } from '../core/errors.js';
import { CONTAINER_JOB, containerViews } from './containers/containerSeries.js';
import { createExporter, type Exporter } from './exporter.js';
import type { Fleet } from './fleet.js';
import { NODE_JOB, nodeViews } from './node/nodeSeries.js';
import { SERVICES } from './services/service.js';
import { servicePage } from './services/servicePage.js';

export interface ListenOptions {
  readonly fleet: Fleet;
  /** Loopback if left out. */
  readonly host?: string;
  /** 0 = any free port. */
  readonly port: number;
  /** The current time in epoch seconds. */
  readonly now: () => number;
}

export interface RunningSimulator {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves `/metrics?server=NAME` and `/servers/NAME/metrics` (one server, as its node_exporter would), `/metrics` (all
 * servers, with the label `instance`; scrape it with `honor_labels`), and `/sd` (the targets, for `http_sd_configs`);
 * likewise `/containers/NAME/metrics` and `/containers/sd` for the containers of servers, as their cAdvisor would, and
 * `/services/NAME/metrics` and `/services/sd` for the services of a pipeline.
 * @throws CommandError if the address cannot be listened on
 */
export async function listenSimulator(options: ListenOptions): Promise<RunningSimulator> {
  const exporters = {
    nodes: createExporter(nodeViews(options.fleet)),
    containers: createExporter(containerViews(options.fleet)),
  };
  const server = createServer((request, response) => answer(exporters, options.now, request, response));
  const host = options.host ?? '127.0.0.1';
  await listen(server, host, options.port);
  const { port } = server.address() as AddressInfo;
  return { port, close: () => close(server) };
}

const TEXT = 'text/plain; version=0.0.4; charset=utf-8';

interface Exporters {
  readonly nodes: Exporter;
  readonly containers: Exporter;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

function answer(exporters: Exporters, now: () => number, request: IncomingMessage, response: ServerResponse): void {
  const { status, type, body } = route(exporters, now, request);
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function route({ nodes, containers }: Exporters, now: () => number, request: IncomingMessage): Answer {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return text(405, `${request.method} is not allowed; use GET\n`);
  const url = URL.canParse(request.url ?? '', 'http://simulator')
    ? new URL(request.url!, 'http://simulator')
    : undefined;
  const [, kind, name = ''] = /^\/(servers|containers|services)\/([^/]+)\/metrics$/.exec(url?.pathname ?? '') ?? [];
  if (kind === 'servers') return serverText(nodes, name, now());
  if (kind === 'containers') return serverText(containers, name, now());
  if (kind === 'services') return serviceText(name, now());
  const { host } = request.headers;
  switch (url?.pathname) {
    case '/services/sd':
      return json(serviceTargets(host));
    case '/containers/sd':
      return json(targets(containers, host, { job: CONTAINER_JOB, folder: 'containers' }));
    case '/metrics': {
      const server = url.searchParams.get('server');
      return server === null ? metrics(nodes.renderFleet(now())) : serverText(nodes, server, now());
    }
    case '/sd':
      return json(targets(nodes, host, { job: NODE_JOB, folder: 'servers' }));
    case '/':
      return text(
        200,
        'A simulated fleet: /metrics, /metrics?server=NAME, /servers/NAME/metrics, /sd, /containers/sd, /services/sd\n',
      );
    default:
      return text(404, 'not found; there are /metrics, /metrics?server=NAME, /servers/NAME/metrics and /sd\n');
  }
}

function serverText(exporter: Exporter, server: string, at: number): Answer {
  const body = exporter.renderServer(server, at);
  if (body === 'unknown') return text(404, 'there is no such server in this fleet; /sd lists them\n');
  if (body === 'down') return text(503, `${server} is rebooting\n`);
  return metrics(body);
}

function serviceText(name: string, at: number): Answer {
  const service = SERVICES.find((one) => one.name === name);
  return service ? metrics(servicePage(service, at)) : text(404, 'there is no such service; /services/sd lists them\n');
}

function metrics(body: string): Answer {
  return { status: 200, type: TEXT, body };
}

function json(value: unknown): Answer {
  return { status: 200, type: 'application/json', body: JSON.stringify(value) };
}

function text(status: number, body: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', body };
}

interface Targets {
  readonly job: string;
  /** Where their metrics are found. */
  readonly folder: string;
}

/** One target group per server, in the format of http_sd; the address is the one that was asked. */
function targets({ servers }: Exporter, address = 'localhost', { job, folder }: Targets): unknown {
  return servers.map((server) => ({
    targets: [address],
    labels: { job, instance: server, __metrics_path__: `/${folder}/${server}/metrics` },
  }));
}

/** The labels that a service's series have in Prometheus. */
export function serviceLabels(name: string) {
  return { job: name, instance: `${name}-1` } as const;
}

function serviceTargets(address = 'localhost'): unknown {
  return SERVICES.map(({ name }) => ({
    targets: [address],
    labels: { ...serviceLabels(name), __metrics_path__: `/services/${name}/metrics` },
  }));
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const reason = cause.code === 'EADDRINUSE' ? 'the port is in use' : cause.message;
      const advice = 'stop what listens there or choose another one with --listen HOST:PORT';
      reject(new CommandError(`the simulator cannot listen on ${host}:${port}: ${reason}; ${advice}`, { cause }));
    });
    server.listen(port, host, resolve);
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
