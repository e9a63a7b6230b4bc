import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningPrometheus, startPrometheus } from '../../../src/app/demo/prometheusProcess.js';
import { createFleet } from '../../../src/simulator/fleet.js';
import { freePort } from '../../sources/fixtures/realPrometheus.js';
import { writeConfiguration } from '../fixtures/configuration.js';
import { DAY, writeFleet } from '../fixtures/fleet.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { figureOf, scrape, serversOf, statusOf, until } from '../fixtures/scrape.js';
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
  const linborg = writeConfiguration({ url: prometheus.url, keys: { cycle: '1s' } });
  const { url, log } = await startService(linborg);
  const untilShown = () =>
    until(
      async () => serversOf(await scrape(url), 'linborg_risk_score'),
      (servers) => servers.length === names.length,
    );
  expect(await untilShown()).toEqual(names);
  expect(await statusOf(`${url}/-/ready`)).toBe(200);

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
  const saidOf = (start: string) => log.filter(({ msg }) => msg.startsWith(start));
  expect(saidOf('cycle failed')).toMatchObject([{ level: 40, reason: expect.stringContaining(prometheus.url) }]);
  for (const metric of ['linborg_risk_score', 'linborg_forecast_value', 'linborg_servers']) {
    expect(serversOf(down, metric)).toEqual([]);
  }

  await startAgain();
  expect(await untilShown()).toEqual(names);
  expect(saidOf('cycles succeed again')).toHaveLength(1);
  expect(saidOf('cycle failed')).toHaveLength(1);
});
