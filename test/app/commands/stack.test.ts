import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
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

/** A folder whose stack is ended after the test. */
function stackFolder(): string {
  const dir = path.join(temporaryFolder(), 'stack');
  started.push(dir);
  return dir;
}

const PARTS = [
  'prometheus',
  'alertmanager',
  'node-exporter',
  'process-exporter',
  'blackbox-exporter',
  'grafana',
  'linborg',
];

async function anyPorts(): Promise<string[]> {
  return (await Promise.all(PARTS.map(async (name) => [`--${name}-port`, String(await freePort())]))).flat();
}

interface Recorded {
  readonly pid: number;
  readonly url: string;
}

/** What `up` wrote down. */
function recordedIn(dir: string): Record<string, Recorded> {
  return JSON.parse(readFileSync(path.join(dir, 'state.json'), 'utf8')) as Record<string, Recorded>;
}

/** Process ids by component. */
function pidsIn(dir: string): Record<string, number> {
  return Object.fromEntries(Object.entries(recordedIn(dir)).map(([name, { pid }]) => [name, pid]));
}

/** Not counting the remains of a process that nobody has asked after yet. */
function isAlive(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** Surroundings of a machine that has nothing but Prometheus, and two things that are called like programs. */
function onlyPrometheus() {
  const folder = temporaryFolder();
  mkdirSync(path.join(folder, 'alertmanager'));
  writeFileSync(path.join(folder, 'grafana'), 'no program');
  symlinkSync(
    execFileSync('sh', ['-c', 'command -v prometheus'], { encoding: 'utf8' }).trim(),
    path.join(folder, 'prometheus'),
  );
  return { env: { PATH: folder } };
}

describe('stack', () => {
  it('starts the real programs once, finds that all is well, then what was killed, and ends what it started', async () => {
    const dir = stackFolder();
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

    process.kill(pids['linborg']!, 'SIGKILL');
    // What ended does not come back by itself, so nothing is waited for.
    const ill = await stack('test', '--dir', dir, '--timeout', '1h');
    expect(ill.code).toBe(1);
    expect(ill.stdout).toMatch(
      /^linborg runs +FAILED +process \d+ has ended: linborg stack up starts it again; its log is /m,
    );
    expect(ill.stdout).toMatch(/^targets are up +FAILED +not running: linborg$/m);
    expect(ill.stdout).toMatch(/^the future can be read +FAILED +Prometheus warns: .*remote_read/m);

    const healed = await stack('up', '--dir', dir, ...ports);
    expect(healed.code, healed.stderr).toBe(0);
    expect(healed.stderr).toContain('linborg is ready');

    process.kill(pids['prometheus']!, 'SIGKILL');
    const blind = await stack('test', '--dir', dir, '--timeout', '1h');
    expect(blind.code).toBe(1);
    expect(blind.stdout).toMatch(/^rules are loaded +FAILED +Prometheus does not run$/m);

    const alive = Object.values(pidsIn(dir));
    const down = await stack('down', '--dir', dir);
    expect(down.code, down.stderr).toBe(0);
    expect(down.stderr).toContain('prometheus had ended already');
    expect(down.stderr).toContain(`data and logs stay in ${dir}`);
    expect(alive.filter(isAlive)).toEqual([]);
    expect(await stack('test', '--dir', dir)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('nothing runs in'),
    });
    expect(await stack('down', '--dir', dir)).toMatchObject({ code: 0, stderr: `nothing runs in ${dir}\n` });
  }, 180_000);

  it('goes with Prometheus alone, finds rules that cannot be evaluated, and a configuration that is refused', async () => {
    const dir = stackFolder();
    const up = await runCli(['stack', 'up', '--dir', dir, ...(await anyPorts())], onlyPrometheus());
    expect(up.code, up.stderr).toBe(0);
    const { prometheus, ...others } = recordedIn(dir);
    expect(Object.keys(others)).toEqual(['linborg']);
    const well = await stack('test', '--dir', dir);
    expect(well.code, well.stdout + well.stderr).toBe(0);
    expect(well.stdout).toMatch(/^targets are up +ok +linborg, prometheus$/m);
    expect(well.stdout).toMatch(/^Alertmanager is reached +absent +not installed$/m);
    expect(await activeJobs(prometheus!.url)).toEqual(['linborg', 'prometheus']);

    await writeRule(dir, 'label_replace(vector(1), "a", "b", "c", "(")');
    await fetch(`${prometheus!.url}/-/reload`, { method: 'POST' });
    const faulty = await stack('test', '--dir', dir, '--timeout', '5s');
    expect(faulty.code, faulty.stdout).toBe(1);
    expect(faulty.stdout).toMatch(/^rules are loaded +FAILED +planted is err .*invalid regular expression/m);

    await writeRule(dir, 'sum(');
    await fetch(`${prometheus!.url}/-/reload`, { method: 'POST' });
    const refused = await stack('test', '--dir', dir, '--timeout', '5s');
    expect(refused.code).toBe(1);
    expect(refused.stdout).toMatch(
      /^rules are loaded +FAILED +Prometheus refused its configuration .*see .*prometheus\.log$/m,
    );
  }, 120_000);

  it('says why a program ended at once', async () => {
    const dir = stackFolder();
    const storage = path.join(dir, 'data', 'prometheus');
    mkdirSync(storage, { recursive: true });
    writeFileSync(path.join(storage, 'wal'), 'a file where a folder is wanted');
    const { code, stderr } = await runCli(['stack', 'up', '--dir', dir, ...(await anyPorts())], onlyPrometheus());
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /prometheus ended at once \(.*not a directory.*\); all that it said is in .*prometheus\.log/,
    );
  }, 60_000);

  it('names a port that is in use with its flag, and starts nothing', async () => {
    const dir = stackFolder();
    const ports = await anyPorts();
    const holder = createServer().listen(Number(ports[1]), '127.0.0.1');
    await once(holder, 'listening');
    const { code, stderr } = await stack('up', '--dir', dir, ...ports);
    holder.close();
    expect(code).toBe(1);
    expect(stderr).toContain(`port ${ports[1]} is in use: stop what holds it or choose another with --prometheus-port`);
    expect(existsSync(dir)).toBe(false);
  });

  it('names two parts that would listen on one port', async () => {
    const dir = stackFolder();
    const { code, stderr } = await stack('up', '--dir', dir, '--prometheus-port', '9877');
    expect(code).toBe(1);
    expect(stderr).toContain(
      'linborg and prometheus would both listen on port 9877; choose another with --prometheus-port',
    );
  });
});

async function activeJobs(prometheus: string): Promise<string[]> {
  const { data } = (await (await fetch(`${prometheus}/api/v1/targets?state=active`)).json()) as {
    data: { activeTargets: { labels: { job: string } }[] };
  };
  return data.activeTargets.map(({ labels }) => labels.job).sort();
}

/** Puts one rule in the place of all others, and lets Prometheus look every second. */
async function writeRule(dir: string, expr: string): Promise<void> {
  const rules = path.join(dir, 'planted.yml');
  writeFileSync(
    rules,
    stringify({ groups: [{ name: 'planted', interval: '1s', rules: [{ record: 'planted', expr }] }] }),
  );
  const file = path.join(dir, 'prometheus.yml');
  const settings = parse(readFileSync(file, 'utf8')) as object;
  writeFileSync(file, stringify({ ...settings, global: { scrape_interval: '1s' }, rule_files: [rules] }));
}

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
