import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OWN_SUBJECT } from '../../../src/core/ownFigures.js';
import { rawRecord } from '../../core/push/records.js';
import { lintOf } from '../../exposition/promtool.js';
import { type FleetPrometheus, startFleetPrometheus } from '../fixtures/fleet.js';
import { feed, lastHours, writePushConfiguration } from '../fixtures/push.js';
import { figureOf, samplesOf, scrape, serversOf, until, untilReady } from '../fixtures/scrape.js';
import { startService } from '../fixtures/serviceHere.js';

interface Prediction {
  readonly server_name: string;
  readonly profile: string;
}

async function predictionsOf(url: string): Promise<Readonly<Record<string, Prediction>>> {
  const answer = (await (await fetch(`${url}/predictions/current`)).json()) as {
    readonly predictions?: Readonly<Record<string, Prediction>>;
  };
  return answer.predictions ?? {};
}

async function stateOf(url: string, server: string): Promise<string | undefined> {
  const states = samplesOf(await scrape(url), 'linborg_server_state');
  return states.find(({ labels, value }) => labels['server'] === server && value === 1)?.labels['state'];
}

async function untilState(url: string, server: string, state: string): Promise<void> {
  await until(
    () => stateOf(url, server),
    (now) => now === state,
  );
}

describe('linborg without a Prometheus', () => {
  it('is ready at once, and forecasts and scores what is pushed as soon as it is enough', async () => {
    const { url } = await startService(writePushConfiguration());
    await untilReady(url);
    expect(await (await fetch(`${url}/health`)).json()).toMatchObject({ status: 'healthy', servers_tracked: 0 });
    const half = await feed(url, lastHours(1, ['ppdb001', 'other']));
    expect(half).toMatchObject({ status: 'warming_up', progress: '40% (need 30 records minimum)' });
    await untilState(url, 'ppdb001', 'warming');
    expect(await (await fetch(`${url}/predictions/current`)).json()).toMatchObject({ error: 'insufficient_data' });

    const all = lastHours(4, ['ppdb001', 'other'], { profile: 'ml_compute' });
    expect(await feed(url, all)).toMatchObject({ status: 'accepted', servers_ready: 2, rolling_window_size: 120 });
    await untilState(url, 'other', 'ok');
    expect(Object.values(await predictionsOf(url)).map(({ server_name, profile }) => [server_name, profile])).toEqual(
      expect.arrayContaining([
        ['ppdb001', 'ML Compute'],
        ['other', 'ML Compute'],
      ]),
    );
    const text = await scrape(url);
    expect(serversOf(text, 'linborg_forecast_value')).toEqual(['other', 'ppdb001']);
    const cpu = samplesOf(text, 'linborg_metric_value').filter(({ labels }) => labels['metric'] === 'cpu_user_pct');
    expect(cpu.map(({ value }) => value)).toEqual([40, 40]);
    expect(await (await fetch(`${url}/status`)).json()).toMatchObject({ warmup_complete: true, servers_warmed_up: 2 });
  });

  it('shows a server as in maintenance while its status says so', async () => {
    const { url } = await startService(writePushConfiguration());
    await feed(url, lastHours(4, ['ppdb001']));
    // A client goes on saying so: one record is over with its five minutes, which may be now.
    const text = await until(
      async () => {
        await feed(url, [rawRecord({ timestamp: new Date().toISOString(), status: 'maintenance' })]);
        return scrape(url);
      },
      (page) => page.includes('linborg_server_state{server="ppdb001",state="maintenance"} 1'),
    );
    const inMaintenance = samplesOf(text, 'linborg_maintenance_servers');
    expect(inMaintenance).toEqual([{ labels: { window: 'status of pushed records' }, value: 1 }]);
  });
});

describe('names of pushed servers', () => {
  it('may be as strange as they like: what is served of them is valid', async () => {
    const names = ['db "quoted"', 'back\\slash', 'größe {x="y"}', '\u{1f600}', 'x'.repeat(255)];
    const { url } = await startService(writePushConfiguration());
    expect(await feed(url, lastHours(4, names))).toMatchObject({ accepted: 240, servers_ready: names.length });
    const text = await until(
      () => scrape(url),
      (page) => page.includes('linborg_forecast_value{server="größe {x=\\"y\\"}"'),
    );
    expect(text).toContain('server="db \\"quoted\\""');
    expect(text).toContain('server="back\\\\slash"');
    expect(lintOf(text)).toEqual([]);
    const path = `${url}/predictions/${encodeURIComponent('db "quoted"')}`;
    expect(await (await fetch(path)).json()).toMatchObject({ server_name: 'db "quoted"' });
  });
});

describe('a server that is both pulled and pushed', () => {
  let fleet: FleetPrometheus;

  beforeAll(async () => {
    fleet = await startFleetPrometheus({ servers: 2, days: 1, until: Date.now() / 1000 });
  });

  afterAll(() => fleet?.prometheus.stop());

  it('is warm at once and keeps what Prometheus says; others stand beside it', async () => {
    const [name] = fleet.names;
    const sources = [{ prometheus: { url: fleet.prometheus.url, selector: 'job="node"' } }];
    const { url } = await startService(writePushConfiguration({ sources }));
    await untilReady(url);
    const lie = { mem_used_pct: 1, profile: 'generic' };
    const both = lastHours(1, [name!, 'pushed-only'], lie).slice(0, -2);
    const answer = await feed(url, both);
    expect(answer).toMatchObject({ servers_tracked: 2, servers_ready: 1 });
    await untilState(url, 'pushed-only', 'warming');
    expect(await stateOf(url, name!)).toBe('ok');
    const text = await scrape(url);
    // After its first ordinary cycle, linborg's own figures stand beside those of the servers.
    const servers = serversOf(text, 'linborg_metric_value').filter((server) => server !== OWN_SUBJECT);
    expect(servers).toEqual([...fleet.names, 'pushed-only'].sort());
    const memory = samplesOf(text, 'linborg_metric_value').filter(({ labels }) => labels['metric'] === 'mem_used_pct');
    const values = new Map(memory.map(({ labels, value }) => [labels['server'], value]));
    expect(values.get('pushed-only')).toBe(1);
    expect(values.get(name!)).toBeGreaterThan(5);
    expect(figureOf(text, 'linborg_push_servers')).toBe(2);
    const warmup = (await (await fetch(`${url}/debug/warmup`)).json()) as { servers: { server: string }[] };
    expect(warmup.servers.find(({ server }) => server === name)).toMatchObject({ source: 'prometheus', ready: true });
  });
});
