import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningPrometheus, startPrometheus } from '../../../src/app/demo/prometheusProcess.js';
import { createFleet } from '../../../src/simulator/fleet.js';
import { freePort } from '../../sources/fixtures/realPrometheus.js';
import { writeConfiguration } from '../fixtures/configuration.js';
import { DAY, writeFleet } from '../fixtures/fleet.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { figureOf, scrape, serversOf, statusOf, until, untilReady } from '../fixtures/scrape.js';
import { startService } from '../fixtures/serviceHere.js';

const fleet = createFleet({ servers: 3, seed: 1, scenariosPerServerWeek: 0 });
const names = fleet.servers.map(({ name }) => name).sort();
const folder = temporaryFolder();
const configFile = path.join(folder, 'prometheus.yml');
let port: number;
let prometheus: RunningPrometheus;

/** On the same port and the same data each time. */
async function startAgain(): Promise<void> {
  prometheus = await startPrometheus({ folder, configFile, port }, new AbortController().signal);
}

beforeAll(async () => {
  writeFileSync(configFile, 'storage: { tsdb: { out_of_order_time_window: 10d } }\n');
  port = await freePort();
  await startAgain();
  const now = Date.now() / 1000;
  await writeFleet(fleet, prometheus.url, now - DAY, now);
});

afterAll(() => prometheus?.stop());

it('withdraws the risk while Prometheus is down, stays healthy, and shows it again once Prometheus is back', async () => {
  const linborg = writeConfiguration({ url: prometheus.url, keys: { cycle: '500ms' } });
  const { url, log } = await startService(linborg);
  await untilReady(url);
  expect(serversOf(await scrape(url), 'linborg_risk_score')).toEqual(names);

  await prometheus.stop();
  await until(
    () => statusOf(`${url}/-/ready`),
    (status) => status === 503,
  );
  expect(await statusOf(`${url}/-/healthy`)).toBe(200);
  const down = await until(
    () => scrape(url),
    (text) => (figureOf(text, 'linborg_cycles_failed_total') ?? 0) >= 2,
  );
  for (const metric of ['linborg_risk_score', 'linborg_forecast_value', 'linborg_servers']) {
    expect(serversOf(down, metric)).toEqual([]);
  }
  const failures = log.filter(({ msg }) => msg.startsWith('cycle failed')).map(({ reason }) => String(reason));
  expect(failures.at(-1)).toContain(`${prometheus.url} cannot be reached (connect ECONNREFUSED 127.0.0.1:${port})`);
  // A query may have been under way when it went down; the state after that is said once.
  expect(new Set(failures).size).toBe(failures.length);
  expect(failures.length).toBeLessThan(figureOf(down, 'linborg_cycles_failed_total')!);

  await startAgain();
  await untilReady(url);
  expect(serversOf(await scrape(url), 'linborg_risk_score')).toEqual(names);
  expect(log.filter(({ msg }) => msg === 'cycles succeed again')).toHaveLength(1);
  expect(log.filter(({ msg }) => msg.startsWith('cycle failed'))).toHaveLength(failures.length);
});
