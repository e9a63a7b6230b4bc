import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasPrometheus, type RawSeries } from '../../sources/fixtures/realPrometheus.js';
import { runHere } from '../fixtures/cli.js';
import { writeConfiguration } from '../fixtures/configuration.js';
import { DAY, type FleetPrometheus, startFleetPrometheus } from '../fixtures/fleet.js';
import { samplesOf, scrape, serversOf, until, untilReady } from '../fixtures/scrape.js';
import { startService } from '../fixtures/serviceHere.js';

const UNTIL = Date.now() / 1000 - 60;

/** A queue that fills by day; the one called video has been running over for two hours. */
function queue(name: string): RawSeries {
  const points: [number, number][] = [];
  for (let time = UNTIL - 2 * DAY; time <= UNTIL; time += 60) {
    const backlog = name === 'video' ? Math.max(0, (time - UNTIL + 7200) / 12) : 0;
    points.push([time, 100 + 60 * Math.sin((2 * Math.PI * time) / DAY) + backlog]);
  }
  return { labels: { __name__: 'celery_queue_length', queue: name }, points };
}

describe.runIf(hasPrometheus)('extra targets in service', () => {
  let fleet: FleetPrometheus;
  beforeAll(async () => {
    fleet = await startFleetPrometheus({ servers: 2, days: 2, until: UNTIL });
    await fleet.prometheus.write([queue('mail'), queue('video')]);
  });
  afterAll(() => fleet?.prometheus.stop());

  const DEPTH = {
    name: 'queue_depth',
    query: 'sum by (queue) (celery_queue_length)',
    server_label: 'queue',
    threshold: 1000,
  };
  const LOAD = { name: 'load_doubled', query: '2 * node_load1' };
  const BROKEN = { name: 'broken', query: 'sum by (queue (celery_queue_length)' };
  const configured = (targets: readonly object[], file?: string) =>
    writeConfiguration({ url: fleet.prometheus.url, keys: { targets, cycle: '1s', stale_after: '1h' } }, file);

  it('are forecast beside the fleet and do not count in it, a broken one costs itself, and a reload changes them', async () => {
    const file = configured([DEPTH, LOAD, BROKEN]);
    const { service, url, log } = await startService(file);
    await untilReady(url);
    const text = await scrape(url);
    const forecastsOf = (metric: string) =>
      new Set(
        samplesOf(text, 'linborg_forecast_value')
          .filter(({ labels }) => labels['metric'] === metric)
          .map(({ labels }) => labels['server']),
      );
    expect(forecastsOf('queue_depth')).toEqual(new Set(['mail', 'video']));
    expect(forecastsOf('load_doubled')).toEqual(new Set(fleet.names));
    expect(serversOf(text, 'linborg_server_state')).toEqual(fleet.names);
    expect(samplesOf(text, 'linborg_servers').reduce((sum, { value }) => sum + value, 0)).toBe(2);
    // It rises by 300 an hour from 700 or so.
    const until95 = samplesOf(text, 'linborg_time_to_threshold_seconds').find(
      ({ labels }) => labels['server'] === 'video' && labels['level'] === 'p90',
    );
    expect(until95!.value).toBeLessThan(4 * 3600);
    const probability = (server: string) =>
      samplesOf(text, 'linborg_incident_probability_ratio').find(
        ({ labels }) => labels['server'] === server && labels['horizon'] === '8h',
      )!.value;
    expect(probability('video')).toBeGreaterThan(probability('mail'));
    const up = Object.fromEntries(
      samplesOf(text, 'linborg_source_target_up').map(({ labels, value }) => [labels['metric'], value]),
    );
    expect(up).toEqual({ queue_depth: 1, load_doubled: 1, broken: 0 });
    expect(log.filter(({ metric }) => metric === 'broken')).toHaveLength(1);
    const page = await (await fetch(url)).text();
    expect(page).toContain('Extra targets');
    expect(page).toContain('href="/servers/video"');
    const answer = await (await fetch(`${url}/predictions/video`)).json();
    expect(answer).toMatchObject({ subject: 'video', metrics: { queue_depth: { trend: expect.any(String) } } });

    configured([{ ...DEPTH, name: 'backlog' }], file);
    await service.reload();
    await until(
      () => scrape(url),
      (now) => serversOf(now, 'linborg_forecast_value').includes('video') && now.includes('metric="backlog",horizon'),
    );
    expect(await scrape(url)).not.toMatch(/metric="(queue_depth|load_doubled|broken)"/);
  }, 120_000);

  it('are shown by dry-run apart from the servers', async () => {
    const { code, stdout } = await runHere('dry-run', '--config.file', configured([DEPTH]));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^video +queue_depth +ok +[\d.]+ +\d.* · .* · /m);
    expect(stdout).toContain('2 of 2 servers shown');
  }, 60_000);
});
