import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { freePort } from '../../sources/fixtures/realPrometheus.js';
import { runCli, runHere, startCli } from '../fixtures/cli.js';
import { temporaryFolder } from '../fixtures/folder.js';

interface Ports {
  readonly prometheus: number;
  readonly linborg: number;
  readonly simulator: number;
}

async function freePorts(): Promise<Ports> {
  return { prometheus: await freePort(), linborg: await freePort(), simulator: await freePort() };
}

function demoArgs(dir: string, ports: Ports, servers = 5): string[] {
  return [
    'demo',
    '--servers',
    String(servers),
    '--dir',
    dir,
    ...Object.entries(ports).flatMap(([name, port]) => [`--${name}-port`, String(port)]),
  ];
}

/** Command lines of all processes that mention `text`. */
function processesWith(text: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      } catch {
        // It has ended meanwhile.
        return '';
      }
    })
    .filter((commandLine) => commandLine.includes(text));
}

describe('demo', () => {
  it('--once has a real Prometheus record the risk of every server, prints the table, and leaves no process', async () => {
    const dir = path.join(temporaryFolder(), 'demo');
    const { code, stdout, stderr } = await runHere(...demoArgs(dir, await freePorts()), '--once');
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/wrote 8 days of history of 4 servers: \d\.\d M samples/);
    expect(stderr).toContain('a client pushes the records of ppml001, which no Prometheus has');
    expect(stderr).toContain('Prometheus recorded the risk of 5 and forecasts of 5 servers');
    const rows = stdout.split('\n').filter((line) => /^pp\w+ +\d+ +(green|yellow|red) /.test(line));
    expect(rows, stdout).toHaveLength(5);
    expect(processesWith(dir)).toEqual([]);
  }, 90_000);

  it('stays up without --once until Ctrl-C, keeps its folder from a second one, and then ends Prometheus with itself', async () => {
    const dir = path.join(temporaryFolder(), 'demo');
    const ports = await freePorts();
    const demo = startCli(demoArgs(dir, ports, 1));
    await demo.says('Ctrl-C ends it');
    expect(demo.stdout).toContain(`status page  http://127.0.0.1:${ports.linborg}/`);
    expect(processesWith(dir).filter((line) => line.startsWith('prometheus '))).toHaveLength(1);
    const second = await runHere(...demoArgs(dir, await freePorts()));
    expect(second).toMatchObject({ code: 1, stdout: '' });
    expect(second.stderr).toContain(`linborg: ${dir} is in use by process`);
    expect(second.stderr).toContain('end that demo or choose another folder with --dir');
    expect(existsSync(path.join(dir, 'data'))).toBe(true);
    demo.send('SIGINT');
    expect((await demo.finished()).code).toBe(0);
    expect(processesWith(dir)).toEqual([]);
  }, 90_000);

  it.each([
    ['Ctrl-C comes', 'SIGINT'],
    ['its terminal goes', 'SIGHUP'],
  ] as const)('ends Prometheus with itself when %s while it starts', async (_, signal) => {
    const dir = path.join(temporaryFolder(), 'demo');
    const demo = startCli(demoArgs(dir, await freePorts()));
    await demo.says('Prometheus is ready');
    demo.send(signal);
    expect((await demo.finished()).code).toBe(130);
    expect(processesWith(dir)).toEqual([]);
  });

  it('names every port that is in use and the flag that changes it, and starts nothing', async () => {
    const dir = path.join(temporaryFolder(), 'demo');
    const holders = [createServer(), createServer()];
    for (const holder of holders) await once(holder.listen(0, '127.0.0.1'), 'listening');
    const [prometheus, simulator] = holders.map((holder) => (holder.address() as AddressInfo).port) as [number, number];
    const { code, stderr } = await runHere(...demoArgs(dir, { prometheus, simulator, linborg: await freePort() }));
    for (const holder of holders) holder.close();
    expect(code).toBe(1);
    expect(stderr).toBe(
      `linborg: port ${prometheus} is in use: stop what holds it or choose another with --prometheus-port; ` +
        `port ${simulator} is in use: stop what holds it or choose another with --simulator-port\n`,
    );
    expect(existsSync(dir)).toBe(false);
  });

  it('names three ways to get a Prometheus where there is none', async () => {
    const dir = temporaryFolder();
    const { code, stderr } = await runCli(demoArgs(dir, await freePorts()), { env: { PATH: dir } });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^linborg: no Prometheus in PATH; three ways to get one: .*apt-get.*prometheus\.io.*brew/);
  });

  it.each([
    { flags: ['--servers', '0'], said: '--servers is 0; expected a whole number from 1 to 1000' },
    { flags: ['--linborg-port', 'http'], said: '--linborg-port is http; expected a whole number from 1 to 65535' },
  ])('refuses $flags', async ({ flags, said }) => {
    expect(await runHere('demo', ...flags)).toMatchObject({ code: 1, stderr: `linborg: ${said}\n` });
  });
});
