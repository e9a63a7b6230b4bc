import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { dashboardQueries } from '../../../src/app/stack/dashboardQueries.js';
import { freePort } from '../../sources/fixtures/realPrometheus.js';
import { runCli } from '../fixtures/cli.js';
import { temporaryFolder } from '../fixtures/folder.js';

const started: string[] = [];

afterEach(async () => {
  for (const dir of started.splice(0)) await stack('down', '--dir', dir);
});

function stack(...args: string[]) {
  return runCli(['stack', ...args]);
}

async function anyPorts(): Promise<string[]> {
  const flags = ['prometheus', 'alertmanager', 'node-exporter', 'process-exporter', 'grafana', 'linborg'];
  return (await Promise.all(flags.map(async (name) => [`--${name}-port`, String(await freePort())]))).flat();
}

/** Process ids by component, as `up` wrote them down. */
function pidsIn(dir: string): Record<string, number> {
  const state = JSON.parse(readFileSync(path.join(dir, 'state.json'), 'utf8')) as Record<string, { pid: number }>;
  return Object.fromEntries(Object.entries(state).map(([name, { pid }]) => [name, pid]));
}

/** Not counting the remains of a process that nobody has asked after yet. */
function isAlive(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

describe('stack', () => {
  it('starts the real programs once, finds that all is well, then what was killed, and ends what it started', async () => {
    const dir = path.join(temporaryFolder(), 'stack');
    started.push(dir);
    const ports = await anyPorts();
    const up = await stack('up', '--dir', dir, ...ports);
    expect(up.code, up.stderr).toBe(0);
    const pids = pidsIn(dir);
    expect(Object.keys(pids)).toEqual(expect.arrayContaining(['linborg', 'alertmanager', 'prometheus']));

    const again = await stack('up', '--dir', dir, ...ports);
    expect(again.code, again.stderr).toBe(0);
    expect(again.stderr).toContain('prometheus runs already');
    expect(pidsIn(dir)).toEqual(pids);

    const well = await stack('test', '--dir', dir);
    expect(well.code, well.stdout + well.stderr).toBe(0);
    expect(well.stdout).toMatch(/^prometheus runs +ok +http:\/\/127\.0\.0\.1:\d+, process \d+$/m);
    expect(well.stdout).toMatch(/^targets are up +ok +.*linborg, alertmanager, prometheus$/m);
    expect(well.stdout).toMatch(/^rules are loaded +ok +\d\d+ rules, all evaluated$/m);
    const hasServer = pids['node_exporter'] !== undefined;
    expect(well.stdout).toMatch(
      hasServer ? /^linborg is scraped +ok +.*, 1 server$/m : /^linborg is scraped +ok +.*, 0 servers$/m,
    );
    expect(well.stdout).toMatch(/^Alertmanager is reached +ok /m);

    process.kill(pids['alertmanager']!, 'SIGKILL');
    const ill = await stack('test', '--dir', dir, '--timeout', '1s');
    expect(ill.code).toBe(1);
    expect(ill.stdout).toMatch(/^alertmanager runs +FAILED +process \d+ has ended/m);

    const down = await stack('down', '--dir', dir);
    expect(down.code, down.stderr).toBe(0);
    expect(down.stderr).toContain('alertmanager had ended already');
    expect(Object.values(pids).filter(isAlive)).toEqual([]);
    expect(await stack('test', '--dir', dir)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('nothing runs in'),
    });
  }, 180_000);

  it('names a port that is in use with its flag, and starts nothing', async () => {
    const dir = path.join(temporaryFolder(), 'stack');
    const ports = await anyPorts();
    const holder = createServer().listen(Number(ports[1]), '127.0.0.1');
    await once(holder, 'listening');
    const { code, stderr } = await stack('up', '--dir', dir, ...ports);
    holder.close();
    expect(code).toBe(1);
    expect(stderr).toContain(`port ${ports[1]} is in use: stop what holds it or choose another with --prometheus-port`);
  });
});

describe('the queries of a dashboard', () => {
  it('are found in rows and panels, each once, with a value for every variable', () => {
    const panel = (expr: string) => ({ targets: [{ expr }] });
    const dashboard = {
      panels: [
        { type: 'row', panels: [panel('rate(a_total{server=~"$server"}[$__rate_interval])')] },
        panel(`topk(5, b{profile=~"$\{profile:regex}"})`),
        panel(`topk(5, b{profile=~"$\{profile:regex}"})`),
      ],
    };
    expect(dashboardQueries(JSON.stringify(dashboard))).toEqual([
      'rate(a_total{server=~".*"}[5m])',
      'topk(5, b{profile=~".*"})',
    ]);
  });
});
