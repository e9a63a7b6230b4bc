import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { freePort } from '../sources/fixtures/realPrometheus.js';
import { runCli, startCli } from './fixtures/cli.js';
import { feed, lastHours, writePushConfiguration } from './fixtures/push.js';
import { figureOf, scrape, statusOf, until } from './fixtures/scrape.js';

/** Every write to it fails as on a full disk. */
const FULL = existsSync('/dev/full') ? openSync('/dev/full', 'w') : undefined;

afterAll(() => {
  if (FULL !== undefined) closeSync(FULL);
});

describe.skipIf(FULL === undefined)('a full disk under the log', () => {
  it('leaves serve up, taking records and ending at SIGTERM', async () => {
    const address = `127.0.0.1:${await freePort()}`;
    const args = ['serve', '--config.file', writePushConfiguration(), '--web.listen-address', address];
    const linborg = startCli(args, { stderr: FULL! });
    const url = `http://${address}`;
    await until(
      () => statusOf(`${url}/-/healthy`).catch(() => undefined),
      (status) => status === 200,
    );
    await feed(url, lastHours(1, ['ppdb001']));
    await until(
      async () => figureOf(await scrape(url), 'linborg_cycles_total') ?? 0,
      (cycles) => cycles > 0,
    );
    linborg.send('SIGTERM');
    expect((await linborg.finished()).code).toBe(0);
  });
});

describe('the output of a command', () => {
  it('that nobody reads any more ends it without a word', async () => {
    const command = startCli(['version']);
    command.child.stdout!.destroy();
    await once(command.child.stdout!, 'close');
    expect(await command.finished()).toMatchObject({ code: 141, stderr: '' });
  });

  it.skipIf(FULL === undefined)('that finds no room on its disk is told in one line', async () => {
    const { code, stderr } = await runCli(['version'], { stdout: FULL! });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^linborg: the output cannot be written \(ENOSPC: no space left on device.*\)\n$/);
  });
});

describe('SIGHUP', () => {
  it('that comes while serve starts is a reload as soon as there is something to reload', async () => {
    const file = writePushConfiguration();
    const linborg = startCli(['serve', '--config.file', file]);
    await linborg.says('"engine loaded"');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^web:$/m, 'web:\n  api_key: secret'));
    linborg.send('SIGHUP');
    const url = await linborg.listens();
    await linborg.says('configuration reloaded');
    expect(await statusOf(`${url}/debug/warmup`)).toBe(401);
    linborg.send('SIGTERM');
    linborg.send('SIGHUP');
    expect((await linborg.finished()).code).toBe(0);
  });
});
