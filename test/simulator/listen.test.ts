import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CommandError } from '../../src/core/errors.js';
import { listenSimulator, type RunningSimulator } from '../../src/simulator/listen.js';
import { fleetOf, MONDAY, serverNamed } from './support.js';

const fleet = fleetOf();
let now = MONDAY;
let simulator: RunningSimulator;
const get = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${simulator.port}${path}`, init);

beforeAll(async () => {
  simulator = await listenSimulator({ fleet, port: 0, now: () => now });
});
afterAll(() => simulator.close());

describe('the simulator over HTTP', () => {
  it('serves one server under either address, as Prometheus text', async () => {
    const byQuery = await get('/metrics?server=ppdb001');
    const byPath = await get('/servers/ppdb001/metrics');
    expect(byQuery.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const text = await byPath.text();
    expect(text).toBe(await byQuery.text());
    expect(text).toContain(`node_time_seconds ${MONDAY}\n`);
    expect(text).not.toContain('instance=');
  });

  it('serves the fleet with instance labels', async () => {
    expect(await (await get('/metrics')).text()).toContain('node_load1{instance="ppgen001"}');
  });

  it('lists each server as a target of its own that Prometheus can discover', async () => {
    const groups = (await (await get('/sd')).json()) as { targets: string[]; labels: Record<string, string> }[];
    expect(groups).toHaveLength(7);
    expect(groups[0]).toEqual({
      targets: [`127.0.0.1:${simulator.port}`],
      labels: { job: 'node', instance: 'ppdb001', __metrics_path__: '/servers/ppdb001/metrics' },
    });
  });

  it('lists the servers that have containers, and serves what their cAdvisor would', async () => {
    const groups = (await (await get('/containers/sd')).json()) as { labels: Record<string, string> }[];
    expect(groups.map(({ labels }) => labels['instance'])).toEqual(['ppweb001', 'ppcon001', 'ppetl001']);
    expect(groups[0]!.labels).toMatchObject({
      job: 'cadvisor',
      __metrics_path__: '/containers/ppweb001/metrics',
    });
    const text = await (await get('/containers/ppweb001/metrics')).text();
    expect(text).toContain(`container_last_seen{id="/"} ${MONDAY}\n`);
    expect((await get('/containers/ppdb001/metrics')).status).toBe(404);
  });

  it('answers 404 for a stranger or another path, 405 for other methods, and HEAD without a body', async () => {
    expect((await get('/metrics?server=nobody')).status).toBe(404);
    expect((await get('/nothing')).status).toBe(404);
    expect((await get('/metrics', { method: 'POST' })).status).toBe(405);
    expect(await (await get('/metrics', { method: 'HEAD' })).text()).toBe('');
  });

  it('fails a scrape while the server reboots', async () => {
    now = serverNamed(fleet, 'ppweb001').restartBefore(MONDAY).at + 1;
    expect((await get('/servers/ppweb001/metrics')).status).toBe(503);
    now = MONDAY;
    expect((await get('/servers/ppweb001/metrics')).status).toBe(200);
  });

  it('says which port is in use and what to do', async () => {
    const second = listenSimulator({ fleet, port: simulator.port, now: () => now });
    await expect(second).rejects.toThrow(CommandError);
    await expect(second).rejects.toThrow(`127.0.0.1:${simulator.port}: the port is in use; stop what listens there or`);
  });
});
