import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { loadConfigFile } from '../../../src/app/configFile.js';
import { Service } from '../../../src/app/service/service.js';
import { type LyingServer, startLyingServer } from '../../sources/fixtures/lyingServer.js';
import { REPOSITORY } from '../fixtures/cli.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { feed, lastHours, writePushConfiguration } from '../fixtures/push.js';
import { figureOf, scrape, until, untilReady } from '../fixtures/scrape.js';

const TRAINED = '20260601T120000Z';

let service: Service | undefined;
let source: LyingServer | undefined;
/** The messages of the log. */
let said: string[] = [];

afterEach(async () => {
  await service?.stop();
  await source?.stop();
  [service, source, said] = [undefined, undefined, []];
});

/** A service that takes pushed records alone. @param afterReading  what a reload waits for once it has read the file */
async function start(file: string, afterReading = async (): Promise<void> => {}): Promise<string> {
  const started = await Service.start({
    config: await loadConfigFile(file),
    readConfig: async () => {
      const config = await loadConfigFile(file);
      await afterReading();
      return config;
    },
    log: pino({ level: 'info' }, { write: (line: string) => said.push(JSON.parse(line).msg) }),
    learning: { program: '/nowhere', from: [] },
  });
  service = started.service;
  return started.url;
}

function change(file: string, from: string | RegExp, to: string): void {
  writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));
}

/** Adds a Prometheus that answers once `meanwhile` is over, which is done when it is asked for the first time. */
async function addSlowSource(file: string, meanwhile: () => Promise<void>): Promise<void> {
  source = await startLyingServer();
  const slow = source;
  let isAsked = false;
  slow.lie = (_, response) => {
    if (isAsked) return false;
    isAsked = true;
    // It is tried again.
    void meanwhile().finally(() => response.destroy());
    return true;
  };
  const entry = `sources:\n  - prometheus: { url: '${slow.url}', pack: node_exporter, selector: 'job="node"' }\n`;
  change(file, /^/, entry);
}

describe('a reload', () => {
  it('that is asked for while another one is under way reads what was changed meanwhile', async () => {
    const file = writePushConfiguration();
    let reads = 0;
    let goOn = () => {};
    const url = await start(file, async () => {
      if (++reads > 1) return;
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
    });
    const first = service!.reload();
    await until(
      async () => reads,
      (count) => count === 1,
    );
    change(file, 'cycle: 1s', 'cycle: 7s');
    const [second, third] = [service!.reload(), service!.reload()];
    goOn();
    await Promise.all([first, second, third]);
    expect(await (await fetch(`${url}/config`)).text()).toMatch(/^cycle: 7s$/m);
    expect(reads).toBe(2);
  });

  it('serves the model that was loaded while it read its history', async () => {
    const dataFolder = temporaryFolder();
    cpSync(path.join(REPOSITORY, 'models/default'), path.join(dataFolder, 'models', TRAINED), { recursive: true });
    const file = writePushConfiguration({ data_dir: dataFolder });
    const url = await start(file);
    const load = async () => {
      const answer = await fetch(`${url}/admin/reload-model?model=${TRAINED}`, { method: 'POST' });
      expect(answer.status, await answer.text()).toBe(200);
    };
    let loaded = Promise.resolve();
    await addSlowSource(file, () => {
      loaded = load();
      return loaded;
    });
    await service!.reload();
    await loaded;
    expect(service!.state.model().path).toContain(TRAINED);
  });

  it('has pushed records counted by the window that it sets', async () => {
    const file = writePushConfiguration();
    const url = await start(file);
    expect(await feed(url, lastHours(30, ['ppdb001']))).toMatchObject({ rolling_window_size: 30 * 12 });
    change(file, /^/, 'history: 1d\n');
    await service!.reload();
    const answer = await feed(url, lastHours(1, ['ppdb001']));
    expect(answer['rolling_window_size']).toBeLessThanOrEqual(25 * 12);
  });

  it('after which the model cannot be found does not end the cycles', async () => {
    const model = path.join(temporaryFolder(), 'model');
    cpSync(path.join(REPOSITORY, 'models/default'), model, { recursive: true });
    const file = writePushConfiguration({ model });
    const url = await start(file);
    await untilReady(url);
    await addSlowSource(file, async () => rmSync(model, { recursive: true }));
    await expect(service!.reload()).rejects.toThrow('manifest.json');
    expect(said.at(-1)).toBe('configuration reloaded in part only');
    const cyclesOf = async () => figureOf(await scrape(url), 'linborg_cycles_total') ?? 0;
    const before = await cyclesOf();
    await until(cyclesOf, (cycles) => cycles > before + 1);
  });
});
