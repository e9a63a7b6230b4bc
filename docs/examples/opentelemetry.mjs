/**
 * A service that is instrumented with OpenTelemetry. Run it: PORT=8000 node docs/examples/opentelemetry.mjs
 * GET /invoices/17 works, GET /invoices/17?fail does not, GET /metrics tells Prometheus.
 */
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';

// The service's own server answers /metrics. Scope labels are the same on every series, and only make them longer.
const exporter = new PrometheusExporter({ preventServerStart: true, withoutScopeInfo: true });
const provider = new MeterProvider({
  resource: resourceFromAttributes({ 'service.name': 'billing' }),
  readers: [exporter],
});
const meter = provider.getMeter('billing');

// The exporter of JavaScript writes no unit behind a name, so the name has it. It writes _total behind counters.
const messages = meter.createCounter('billing.messages.processed', { description: 'Invoices processed' });
const errors = meter.createCounter('billing.errors', { description: 'Invoices that failed' });
const hits = meter.createCounter('billing.cache.hits', { description: 'Addresses found in the cache' });
const misses = meter.createCounter('billing.cache.misses', { description: 'Addresses not found in the cache' });
const paid = meter.createCounter('billing.business.paid', { description: 'Invoices paid' });
// A counter that has not counted yet begins at 0, so that its first event is a rise.
for (const counter of [messages, errors, hits, misses, paid]) counter.add(0);

const advice = { explicitBucketBoundaries: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5] };
const processing = meter.createHistogram('billing.processing.duration.seconds', {
  ...{ description: 'Time for one invoice', unit: 's', advice },
});
// The name and the attributes are those of the semantic conventions: libraries that instrument by themselves say the same.
const requests = meter.createHistogram('http.server.request.duration', {
  ...{ description: 'Time for one request', unit: 's', advice },
});

const gauge = (name, description, value) =>
  meter.createObservableGauge(name, { description }).addCallback((result) => result.observe(value()));
gauge('billing.health.status', '1 = healthy, 0 = not', () => (server.listening ? 1 : 0));
gauge('billing.memory.usage.bytes', 'Resident memory', () => process.memoryUsage.rss());
const connections = meter.createUpDownCounter('billing.active.connections', { description: 'Connections of clients' });

const addresses = new Set();

async function sendInvoice(invoice, fails) {
  const started = performance.now();
  try {
    (addresses.has(invoice) ? hits : misses).add(1);
    if (!addresses.has(invoice)) await sleep(20);
    addresses.add(invoice);
    if (fails) throw new Error(`invoice ${invoice} was refused`);
    paid.add(1);
  } catch (error) {
    errors.add(1);
    throw error;
  } finally {
    messages.add(1);
    processing.record((performance.now() - started) / 1000);
  }
}

const server = createServer(async (request, response) => {
  const url = new URL(request.url, 'http://localhost');
  if (url.pathname === '/metrics') {
    exporter.getMetricsRequestHandler(request, response);
    return;
  }
  const started = performance.now();
  const invoice = /^\/invoices\/(\d+)$/.exec(url.pathname)?.[1];
  try {
    if (invoice === undefined) response.writeHead(404);
    else await sendInvoice(invoice, url.searchParams.has('fail'));
  } catch {
    response.writeHead(500);
  }
  response.end();
  requests.record((performance.now() - started) / 1000, {
    'http.request.method': request.method,
    // A pattern, never an address with a customer in it.
    'http.route': invoice === undefined ? 'unknown' : '/invoices/:id',
    'http.response.status_code': response.statusCode,
  });
});

server.on('connection', (socket) => {
  connections.add(1);
  socket.on('close', () => connections.add(-1));
});
server.listen(Number(process.env.PORT ?? 8000), '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${server.address().port}\n`);
});
