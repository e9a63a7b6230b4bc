import { once } from 'node:events';
import { copyFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LEVEL_NAMES, type LevelName } from '../../../src/core/flow.js';
import { METRIC_NAMES } from '../../../src/core/metrics.js';
import { lintOf } from '../../exposition/promtool.js';
import { type LyingServer, startLyingServer } from '../../sources/fixtures/lyingServer.js';
import { type CommandProcess, type Finished, REPOSITORY, runCli, startCli } from '../fixtures/cli.js';
import { writeConfiguration } from '../fixtures/configuration.js';
import { type FleetPrometheus, startFleetPrometheus } from '../fixtures/fleet.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { hasNative } from '../fixtures/native.js';
import { figureOf, samplesOf, scrape, serversOf, statusOf, until, untilReady } from '../fixtures/scrape.js';

const SERVERS = 4;
/** The data end a while ago, so that every process sees the same newest bucket. */
const DATA_AGE_SECONDS = 900;
const LONG_STALE = { stale_after: '2h' };

let fleet: FleetPrometheus;
/** Takes every query and answers none. */
let silent: LyingServer;

beforeAll(async () => {
  fleet = await startFleetPrometheus({ servers: SERVERS, days: 2, until: Date.now() / 1000 - DATA_AGE_SECONDS });
  silent = await startLyingServer();
  silent.lie = () => true;
});

afterAll(async () => {
  await silent?.stop();
  await fleet?.prometheus.stop();
});

function configured(keys: Record<string, unknown> = {}, url = fleet.prometheus.url): string {
  return writeConfiguration({ url, keys: { ...LONG_STALE, ...keys } });
}

function serve(configFile: string): CommandProcess {
  return startCli(['serve', '--config.file', configFile]);
}

/** It promises to end within five seconds of SIGTERM, whatever is going on. A busy machine gets three times as long: half of a request's timeout. */
async function terminated(linborg: CommandProcess): Promise<Finished> {
  linborg.send('SIGTERM');
  const deadline = new AbortController();
  const late = sleep(15_000, undefined, { signal: deadline.signal }).then(() => {
    throw new Error(`it still runs fifteen seconds after SIGTERM:\n${linborg.stderr}`);
  });
  try {
    return await Promise.race([linborg.finished(), late]);
  } finally {
    deadline.abort();
    late.catch(() => {});
  }
}

describe('serve', () => {
  it('gets ready with its first cycle and shows the risk and the forecasts of every server', async () => {
    const linborg = serve(configured());
    const url = await linborg.listens();
    expect(await statusOf(`${url}/-/healthy`)).toBe(200);
    await untilReady(url);
    const text = await scrape(url);
    expect(serversOf(text, 'linborg_risk_score')).toEqual(fleet.names);
    expect(serversOf(text, 'linborg_forecast_value')).toEqual(fleet.names);
    expect(samplesOf(text, 'linborg_servers').find(({ labels }) => labels['state'] === 'ok')?.value).toBe(SERVERS);
    expect(figureOf(text, 'linborg_config_last_reload_successful')).toBe(1);
    expect(figureOf(text, 'linborg_cycles_failed_total')).toBe(0);
    expect(lintOf(text)).toEqual([]);
    const { code, stderr } = await terminated(linborg);
    expect(code).toBe(0);
    const messages = stderr.trim().split('\n');
    expect(messages.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual([
      'starting',
      'engine loaded',
      'model loaded',
      'listening',
      'first cycle done',
      'stopping',
    ]);
  });

  it('answers that it lives, not that it is ready, while Prometheus keeps it waiting', async () => {
    const linborg = serve(configured({}, silent.url));
    const url = await linborg.listens();
    expect(await statusOf(`${url}/-/healthy`)).toBe(200);
    const answer = await fetch(`${url}/-/ready`);
    expect(answer.status).toBe(503);
    expect(await answer.text()).toMatch(/no cycle has succeeded yet/);
    expect(serversOf(await scrape(url), 'linborg_risk_score')).toEqual([]);
  });

  it('refuses a port that is in use, and says what to do', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const { code, stderr } = await runCli([
      'serve',
      `--web.listen-address=127.0.0.1:${port}`,
      `--config.file=${configured()}`,
    ]);
    taken.close();
    expect(code).toBe(1);
    expect(stderr).toContain(`linborg: cannot listen on 127.0.0.1:${port}: port ${port} is in use; stop the program`);
  });

  it('refuses a model that cannot be used, and says which file and why', async () => {
    const model = path.join(temporaryFolder(), 'no-model');
    const { code, stderr } = await runCli(['serve', `--config.file=${configured({ model })}`]);
    expect(code).toBe(1);
    expect(stderr).toContain(`linborg: cannot read ${model}/manifest.json`);
    expect(stderr).toContain('set "model:" to a model folder');
    expect(stderr).not.toContain('unexpected fault');
  });

  it('refuses flags that it cannot follow', async () => {
    const file = `--config.file=${configured()}`;
    const [level, address] = await Promise.all([
      runCli(['serve', '--log.level=loud', file]),
      runCli(['serve', '--web.listen-address=here', file]),
    ]);
    expect(level).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/--log\.level is loud; expected one of debug/),
    });
    expect(address).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/--web\.listen-address is here; expected/),
    });
  });
});

describe('SIGTERM', () => {
  it('ends it while engine and model load', async () => {
    let isCaught = false;
    // Where the machine stalls before the signal is sent, linborg may listen already: then it is tried anew.
    for (let tries = 0; tries < 5 && !isCaught; tries++) {
      const linborg = serve(configured({ workers: 3 }));
      await linborg.says('"starting"');
      const { code, stderr } = await terminated(linborg);
      expect(code).toBe(0);
      isCaught = !stderr.includes('"listening"');
    }
    expect(isCaught).toBe(true);
  });

  it('ends it while it waits for history that does not come', async () => {
    const asked = silent.asked.length;
    const linborg = serve(configured({}, silent.url));
    await linborg.listens();
    await until(
      async () => silent.asked.length,
      (count) => count > asked,
    );
    expect((await terminated(linborg)).code).toBe(0);
  });

  it.each([0, 250])('ends it in its first cycle, %i ms after it listens', async (milliseconds) => {
    const linborg = serve(configured());
    await linborg.listens();
    await sleep(milliseconds);
    const { code, stderr } = await terminated(linborg);
    expect(code).toBe(0);
    expect(stderr).not.toMatch(/cycle failed|could not be forecast/);
  });

  it('ends it while a reload loads another model', async () => {
    const file = configured({ workers: 2 });
    const linborg = serve(file);
    await untilReady(await linborg.listens());
    linborg.send('SIGHUP');
    await sleep(100);
    expect((await terminated(linborg)).code).toBe(0);
  });

  it('ends it while a reload reads a history that does not come', async () => {
    const file = configured();
    const linborg = serve(file);
    await untilReady(await linborg.listens());
    const asked = silent.asked.length;
    writeFileSync(file, readFileSync(file, 'utf8').replace(fleet.prometheus.url, silent.url));
    linborg.send('SIGHUP');
    await until(
      async () => silent.asked.length,
      (count) => count > asked,
    );
    expect((await terminated(linborg)).code).toBe(0);
  });
});

describe('a reload', () => {
  const isInForce = async (url: string) => figureOf(await scrape(url), 'linborg_config_last_reload_successful');

  it('keeps the last good configuration and model while the new one is broken, by signal and by HTTP', async () => {
    const file = configured();
    const good = readFileSync(file, 'utf8');
    const linborg = serve(file);
    const url = await linborg.listens();
    await untilReady(url);
    const inForce = await (await fetch(`${url}/config`)).text();

    writeFileSync(file, good.replace('stale_after', 'stale_afer'));
    linborg.send('SIGHUP');
    await linborg.says('configuration not reloaded; the one before stays in force');
    expect(await isInForce(url)).toBe(0);
    expect(linborg.stderr).toContain('stale_afer is no known key; did you mean stale_after?');

    const model = path.join(temporaryFolder(), 'model');
    cpSync(path.join(REPOSITORY, 'models/default'), model, { recursive: true });
    copyFileSync(path.join(model, 'CARD.md'), path.join(model, 'weights.safetensors'));
    writeFileSync(file, good.replace(/^model: .*$/m, `model: ${model}`));
    const refused = await fetch(`${url}/-/reload`, { method: 'POST' });
    expect(refused.status).toBe(500);
    expect(await refused.text()).toMatch(/the last good one goes on.+weights\.safetensors/s);
    expect(await isInForce(url)).toBe(0);

    expect(await (await fetch(`${url}/config`)).text()).toBe(inForce);
    expect(await statusOf(`${url}/-/ready`)).toBe(200);
    expect(serversOf(await scrape(url), 'linborg_risk_score')).toEqual(fleet.names);

    writeFileSync(file, good.replace('stale_after: 2h', 'stale_after: 3h'));
    expect(await statusOf(`${url}/-/reload`, { method: 'POST' })).toBe(200);
    expect(await isInForce(url)).toBe(1);
    expect(await (await fetch(`${url}/config`)).text()).not.toBe(inForce);
    await until(
      async () => figureOf(await scrape(url), 'linborg_cycles_total') ?? 0,
      (cycles) => cycles >= 2,
    );
    expect(serversOf(await scrape(url), 'linborg_risk_score')).toEqual(fleet.names);
    expect((await terminated(linborg)).code).toBe(0);
  });
});

interface Predictions {
  readonly predictions: Readonly<Record<string, ServerPrediction>>;
}

interface ServerPrediction {
  readonly forecast: { readonly timestamps: readonly string[] };
  readonly [metric: string]: unknown;
}

/** Every forecast value of a service, by server, metric, level and time. */
async function forecastsOf(url: string): Promise<Map<string, number>> {
  const { predictions } = (await (await fetch(`${url}/predictions/current`)).json()) as Predictions;
  const values = new Map<string, number>();
  for (const [server, prediction] of Object.entries(predictions)) {
    for (const metric of METRIC_NAMES.filter((name) => prediction[name] !== undefined)) {
      const levels = prediction[metric] as Record<LevelName, readonly (number | null)[]>;
      for (const level of LEVEL_NAMES) {
        levels[level].forEach((value, i) => {
          if (value !== null) values.set([server, metric, level, prediction.forecast.timestamps[i]].join(' '), value);
        });
      }
    }
  }
  return values;
}

describe('the wasm engine', () => {
  it('serves the same forecasts as the native one, within 1e-4, and is named in build_info', async ({ skip }) => {
    const services = (['native', 'wasm'] as const)
      .filter((engine) => engine === 'wasm' || hasNative)
      .map((engine) => serve(configured({ engine })));
    const urls = await Promise.all(services.map((service) => service.listens()));
    await Promise.all(urls.map(untilReady));
    const text = await scrape(urls.at(-1)!);
    expect(samplesOf(text, 'linborg_build_info')[0]?.labels).toMatchObject({ engine: 'tfjs-wasm', backend: 'wasm' });
    expect(serversOf(text, 'linborg_risk_score')).toEqual(fleet.names);
    if (!hasNative) return skip('native TensorFlow is not installed here');
    const [native, wasm] = (await Promise.all(urls.map(forecastsOf))) as [Map<string, number>, Map<string, number>];
    // Where a five-minute bucket begins between the two answers, each has one step that the other lacks.
    const shared = [...native.keys()].filter((key) => wasm.has(key));
    expect(shared.length).toBeGreaterThan(SERVERS * 10 * LEVEL_NAMES.length * 80);
    const differences = shared.map((key) => Math.abs(native.get(key)! - wasm.get(key)!) / (1 + native.get(key)!));
    expect(Math.max(...differences)).toBeLessThan(1e-4);
  });
});
