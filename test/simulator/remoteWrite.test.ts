import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CommandError } from '../../src/core/errors.js';
import { loadPack } from '../../src/mapping/pack.js';
import { containerViews } from '../../src/simulator/containers/containerSeries.js';
import { listenSimulator, type RunningSimulator } from '../../src/simulator/listen.js';
import { nodeViews } from '../../src/simulator/node/nodeSeries.js';
import { writeHistory, writeSeries } from '../../src/simulator/remoteWrite.js';
import { ROW } from '../../src/simulator/step.js';
import { examineMappings } from '../../src/sources/doctor.js';
import { hasPrometheus } from '../sources/fixtures/realPrometheus.js';
import { optionsOf, PACKS_DIR, surroundings } from '../sources/fixtures/support.js';
import { type ScrapingPrometheus, startScraping } from './scrapingPrometheus.js';
import { fleetOf, HOUR, MONDAY, rowAt, STEP } from './support.js';

describe('a receiver of history', () => {
  let receiver: Server;
  const answers: number[] = [];
  let requests = 0;
  const url = () => `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/api/v1/write`;
  const history = {
    views: nodeViews(fleetOf({ servers: 2 })),
    from: MONDAY,
    until: MONDAY + HOUR,
    intervalSeconds: 100,
  };

  beforeAll(async () => {
    receiver = createServer((request, response) => {
      requests++;
      request.resume().on('end', () => response.writeHead(answers.shift() ?? 204).end('from the receiver'));
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => {
    answers.length = 0;
    requests = 0;
  });
  afterAll(() => receiver.close());

  it('gets a request again after a temporary failure', async () => {
    answers.push(503, 429);
    const samples = await writeHistory({ ...history, url: url() });
    expect(samples).toBeGreaterThan(2 * 36 * 30);
    expect(requests).toBe(5);
  });

  it('that refuses is not asked again, and its words are passed on', async () => {
    answers.push(400);
    const written = writeHistory({ ...history, url: url() });
    await expect(written).rejects.toThrow(CommandError);
    await expect(written).rejects.toThrow(/HTTP 400 from the receiver, 1 tries.*out_of_order_time_window/);
    expect(requests).toBe(1);
  });

  it('hears no more once the caller gave up', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(writeHistory({ ...history, url: url(), signal })).rejects.toThrow('enough');
    expect(requests).toBe(0);
  });

  it('is told about progress server by server', async () => {
    const seen: number[] = [];
    await writeHistory({ ...history, url: url(), onProgress: ({ serversDone }) => seen.push(serversDone) });
    expect(seen).toEqual([1, 2]);
  });
});

describe.runIf(hasPrometheus)('a real Prometheus with history that also scrapes the fleet', () => {
  const now = Math.floor(Date.now() / 1000);
  const fleet = fleetOf({ servers: 4, demoAnchor: now });
  const from = Math.ceil(now / STEP) * STEP - 30 * HOUR;
  let simulator: RunningSimulator;
  let prometheus: ScrapingPrometheus;

  beforeAll(async () => {
    simulator = await listenSimulator({ fleet, port: 0, now: () => Date.now() / 1000 });
    prometheus = await startScraping(simulator.port);
    const url = `${prometheus.url}/api/v1/write`;
    const history = { url, from, until: now, intervalSeconds: 100 };
    await writeHistory({ ...history, views: nodeViews(fleet) });
    await writeHistory({ ...history, views: containerViews(fleet) });
  });
  afterAll(async () => {
    await prometheus?.stop();
    await simulator?.close();
  });

  it('computes the means of the steps from the counters of the history', async () => {
    for (const server of fleet.servers) {
      const end = from + 20 * HOUR;
      const expected = rowAt(server, end - STEP)[ROW.cpu_user_pct]!;
      const expr = `100 * avg(rate(node_cpu_seconds_total{mode="user",instance="${server.name}",job="node"}[5m]))`;
      const [user] = await prometheus.query(expr, end);
      // Prometheus 3 leaves out the sample at the left edge of the range and sees two thirds of the step.
      expect(user!.value, server.name).toBeGreaterThan(0.85 * expected);
      expect(user!.value, server.name).toBeLessThan(1.15 * expected);
    }
  });

  it('finds every server through /sd and continues each series of the history without a jump', async () => {
    const scraped = 'timestamp(node_time_seconds{job="node"}) > ';
    await expect.poll(async () => (await prometheus.query(`${scraped}${now}`)).length, { timeout: 50_000 }).toBe(4);
    const series = await prometheus.query('count by (instance) ({__name__=~"node_.*|namedprocess_.*",job="node"})');
    expect(series.map(({ instance }) => instance).sort()).toEqual(fleet.servers.map((s) => s.name).sort());
    expect(await prometheus.query('resets(node_cpu_seconds_total[10m]) > 0')).toEqual([]);
    const busier = await prometheus.query('rate(node_cpu_seconds_total[10m]) > 1.02');
    expect(busier).toEqual([]);
  });

  it('knows from when on a series of the past is no longer there, and from when on it is again', async () => {
    const began = now - HOUR;
    const times = Float64Array.of(began, began + 60, began + 180);
    const goneAt = [began + 90, began + 200];
    const series = { labels: { __name__: 'seen', instance: 'a' }, times, values: Float64Array.of(1, 2, 3), goneAt };
    await writeSeries([series], { url: `${prometheus.url}/api/v1/write` });
    const seenAfter = async (seconds: number) => (await prometheus.query('seen', began + seconds))[0]?.value;
    expect(await Promise.all([80, 100, 190, 210].map(seenAfter))).toEqual([2, undefined, 3, undefined]);
  });

  it('has the containers of servers as targets of their own, which continue their history', async () => {
    const scraped = 'timestamp(container_last_seen{job="cadvisor", id="/"}) > ';
    await expect.poll(async () => (await prometheus.query(`${scraped}${now}`)).length, { timeout: 50_000 }).toBe(2);
    const started = 'container_start_time_seconds{name!=""}';
    const restarts = `resets(container_cpu_usage_seconds_total[1h]) > on (id) changes(${started}[1h])`;
    expect(await prometheus.query(restarts)).toEqual([]);
  });

  it('lets the pack cadvisor_container read all that cAdvisor tells of a container with limits', async () => {
    const options = optionsOf({ url: prometheus.url, selector: 'job="cadvisor"', server_label: 'name' });
    const pack = await loadPack({ pack: 'cadvisor_container' }, PACKS_DIR);
    const { metrics } = await examineMappings(options, pack, surroundings());
    const found = metrics.filter(({ servers }) => servers > 0);
    expect(found.map(({ metric }) => metric)).toEqual([
      ...['cpu_user_pct', 'cpu_sys_pct', 'cpu_idle_pct', 'mem_used_pct', 'disk_usage_pct'],
      ...['net_in_mb_s', 'net_out_mb_s', 'uptime_days'],
    ]);
    for (const { metric, servers } of found) expect(servers, metric).toBe(5);
    expect(metrics.flatMap(({ problems }) => problems)).toEqual([]);
  });
});
