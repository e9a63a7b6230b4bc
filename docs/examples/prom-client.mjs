/**
 * A service that is instrumented with prom-client. Run it: PORT=8000 node docs/examples/prom-client.mjs
 * GET /orders/17 works, GET /orders/17?fail does not, GET /metrics tells Prometheus.
 */
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

const registry = new Registry();
// Exemplars exist in OpenMetrics only.
registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
collectDefaultMetrics({ register: registry });
const registers = [registry];

// What the service does. It stands in front of each name; the unit stands behind.
const messages = new Counter({ name: 'orders_messages_processed_total', help: 'Orders processed', registers });
const errors = new Counter({ name: 'orders_errors_total', help: 'Orders that failed', registers });
const hits = new Counter({ name: 'orders_cache_hits_total', help: 'Prices found in the cache', registers });
const misses = new Counter({ name: 'orders_cache_misses_total', help: 'Prices not found in the cache', registers });
const refunds = new Counter({ name: 'orders_business_refunds_total', help: 'Refunds granted', registers });
const completed = new Counter({ name: 'orders_jobs_completed_total', help: 'Invoices written', registers });
const failed = new Counter({ name: 'orders_jobs_failed_total', help: 'Invoices that could not be written', registers });

// Buckets lie around the objective, here 250 ms, so that the quantiles near it are exact.
const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const processing = new Histogram({
  ...{ name: 'orders_processing_duration_seconds', help: 'Time for one order', buckets, registers },
});
const jobs = new Histogram({ name: 'orders_job_duration_seconds', help: 'Time for one invoice', buckets, registers });

// Requests: few values for each label. The route is a pattern, never an address with a customer in it.
const requests = new Histogram({
  ...{ name: 'http_request_duration_seconds', help: 'Time for one request', buckets, registers },
  labelNames: ['method', 'route', 'status'],
  enableExemplars: true,
});

// States are asked for at each scrape.
new Gauge({
  ...{ name: 'orders_health_status', help: '1 = healthy, 0 = not', registers },
  collect() {
    this.set(isHealthy() ? 1 : 0);
  },
});
new Gauge({
  ...{ name: 'orders_memory_usage_bytes', help: 'Resident memory', registers },
  collect() {
    this.set(process.memoryUsage.rss());
  },
});
const connections = new Gauge({ name: 'orders_active_connections', help: 'Connections of clients', registers });

const prices = new Map();

/** The price of an order, at the second time out of the cache. */
async function priceOf(order) {
  const known = prices.get(order);
  (known === undefined ? misses : hits).inc();
  if (known !== undefined) return known;
  await sleep(20);
  prices.set(order, order.length * 100);
  return order.length * 100;
}

async function takeOrder(order, fails) {
  const end = processing.startTimer();
  try {
    const price = await priceOf(order);
    await writeInvoice(order, fails);
    return price;
  } catch (error) {
    errors.inc();
    refunds.inc();
    throw error;
  } finally {
    messages.inc();
    end();
  }
}

async function writeInvoice(order, fails) {
  const end = jobs.startTimer();
  try {
    await sleep(5);
    if (fails) throw new Error(`the invoice of ${order} was refused`);
    completed.inc();
  } catch (error) {
    failed.inc();
    throw error;
  } finally {
    end();
  }
}

function isHealthy() {
  return server.listening;
}

const server = createServer(async (request, response) => {
  const url = new URL(request.url, 'http://localhost');
  if (url.pathname === '/metrics') {
    response.setHeader('Content-Type', registry.contentType).end(await registry.metrics());
    return;
  }
  const started = performance.now();
  const order = /^\/orders\/(\d+)$/.exec(url.pathname)?.[1];
  const route = order === undefined ? 'unknown' : '/orders/:id';
  try {
    if (order === undefined) response.writeHead(404).end();
    else response.end(`${await takeOrder(order, url.searchParams.has('fail'))}\n`);
  } catch {
    response.writeHead(500).end();
  }
  requests.observe({
    labels: { method: request.method, route, status: response.statusCode },
    value: (performance.now() - started) / 1000,
    // Only of traces that were sampled: the others lead nowhere.
    ...exemplarOf(request.headers.traceparent),
  });
});

/** W3C trace context: version, trace, span, flags; the lowest bit of the flags says that the trace is kept. */
function exemplarOf(traceparent = '') {
  const [, traceId, spanId, flags] = traceparent.split('-');
  return Number.parseInt(flags ?? '0', 16) & 1 ? { exemplarLabels: { traceId, spanId } } : {};
}

server.on('connection', (socket) => {
  connections.inc();
  socket.on('close', () => connections.dec());
});
server.listen(Number(process.env.PORT ?? 8000), '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${server.address().port}\n`);
});
