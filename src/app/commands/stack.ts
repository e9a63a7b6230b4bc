/** `linborg stack`: the monitoring stack on a machine without containers, out of the programs that are installed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseDuration } from '../../core/duration.js';
import { CommandError } from '../../core/errors.js';
import { requireFreePorts } from '../demo/freePorts.js';
import { requirePrometheus } from '../demo/prometheusProcess.js';
import { wholeNumber } from '../flags.js';
import { createProgress } from '../progress.js';
import { type Check, type Outcome, stackChecks } from '../stack/checks.js';
import { COMPONENTS, type ComponentName, type StackPaths, type StackPorts, stackPaths } from '../stack/layout.js';
import { isRunning, type Recorded, readState, type StackState, stop, writeState } from '../stack/processes.js';
import { COMPONENT } from '../stack/programs.js';
import { writeStackFiles } from '../stack/stackFiles.js';
import { startPart } from '../stack/startPart.js';
import { renderTable } from '../table.js';

interface StackFlags {
  readonly dir: string;
}

interface UpFlags extends StackFlags {
  readonly prometheusPort: string;
  readonly alertmanagerPort: string;
  readonly nodeExporterPort: string;
  readonly processExporterPort: string;
  readonly blackboxExporterPort: string;
  readonly grafanaPort: string;
  readonly linborgPort: string;
}

interface TestFlags extends StackFlags {
  readonly timeout: string;
}

const POLL_MILLISECONDS = 200;

/** Starts what is installed and does not run yet. Throws CommandError for what a person must mend; what runs by then stays. */
export async function stackUp(flags: UpFlags): Promise<number> {
  requirePrometheus();
  const paths = stackPaths(flags.dir);
  const state = readState(paths.stateFile);
  const ports = portsOf(flags, state);
  const running = COMPONENTS.filter((name) => runs(state[name]));
  const starts = new Map(
    COMPONENTS.filter((name) => !running.includes(name)).flatMap((name) => {
      const start = COMPONENT[name].start(paths, address(ports[name]));
      return start === undefined ? [] : [[name, start] as const];
    }),
  );
  await requireFreePorts(Object.fromEntries([...starts.keys()].map((name) => [flagOf(name), ports[name]])));
  const progress = createProgress();
  if (starts.size > 0) {
    await writeStackFiles(
      paths,
      ports,
      COMPONENTS.filter((name) => running.includes(name) || starts.has(name)),
    );
  }
  for (const name of COMPONENTS) {
    const start = starts.get(name);
    if (start !== undefined)
      await startPart({ name, start, url: `http://${address(ports[name])}` }, state, paths, progress);
    else if (running.includes(name)) progress.done(`${name} runs already`);
    else {
      delete state[name];
      progress.done(`${name} is not installed; the stack goes without it`);
    }
  }
  // It may have to look for what has been installed or started since.
  if (starts.size > 0 && running.includes('prometheus')) await reloadPrometheus(state.prometheus!.url, paths);
  const lines = COMPONENTS.flatMap((name) => (state[name] ? [`${name.padEnd(18)}${state[name].url}`] : []));
  process.stdout.write(`${lines.join('\n')}\n`);
  return 0;
}

/** Asks until everything is so, nothing more can come, or the time is over. @returns 1 if something is not */
export async function stackTest(flags: TestFlags): Promise<number> {
  const seconds = parseDuration(flags.timeout);
  if (seconds === undefined) throw new CommandError(`--timeout is ${flags.timeout}; expected a duration such as 2m`);
  const paths = stackPaths(flags.dir);
  const state = readState(paths.stateFile);
  if (Object.keys(state).length === 0)
    throw new CommandError(`nothing runs in ${flags.dir}; linborg stack up starts it`);
  const checks = stackChecks(state, paths.logOf);
  const progress = createProgress();
  const deadline = performance.now() + seconds * 1000;
  let outcomes = await Promise.all(checks.map(askOnce));
  // Targets are scraped and rules evaluated a moment later.
  while (outcomes.some(({ kind }) => kind === 'failed') && performance.now() < deadline) {
    const waiting = checks.filter((_, i) => outcomes[i]!.kind === 'failed');
    progress.update(`waiting until ${waiting.map(({ name }) => name).join(', ')}`);
    await sleep(POLL_MILLISECONDS);
    outcomes = await Promise.all(checks.map((check, i) => (waiting.includes(check) ? askOnce(check) : outcomes[i]!)));
  }
  const rows = checks.map(({ name }, i) => [name, RESULT[outcomes[i]!.kind], outcomes[i]!.detail]);
  const failures = rows.filter(([, result]) => result === RESULT.failed).length;
  progress.done(failures === 0 ? 'all is well' : `${failures} of ${rows.length} checks failed`);
  process.stdout.write(`${renderTable(['CHECK', 'RESULT', 'DETAIL'], rows)}\n`);
  return failures === 0 ? 0 : 1;
}

const RESULT: Readonly<Record<Outcome['kind'], string>> = {
  ok: 'ok',
  absent: 'absent',
  failed: 'FAILED',
  broken: 'FAILED',
};

/** Ends what `up` started, and nothing else. */
export async function stackDown(flags: StackFlags): Promise<number> {
  const { stateFile } = stackPaths(flags.dir);
  const state = readState(stateFile);
  const progress = createProgress();
  if (Object.keys(state).length === 0) {
    progress.done(`nothing runs in ${flags.dir}`);
    return 0;
  }
  for (const name of COMPONENTS.toReversed()) {
    const recorded = state[name];
    if (recorded === undefined) continue;
    progress.update(`stopping ${name}`);
    const wasRunning = await stop(recorded);
    progress.done(`${name} ${wasRunning ? 'is stopped' : 'had ended already'}`);
    delete state[name];
    writeState(stateFile, state);
  }
  progress.done(`data and logs stay in ${flags.dir}; remove it to begin anew`);
  return 0;
}

function runs(recorded: Recorded | undefined): boolean {
  return recorded !== undefined && isRunning(recorded);
}

function address(port: number): string {
  return `127.0.0.1:${port}`;
}

/** The flag that changes a part's port, without what is the same for all. */
function flagOf(name: ComponentName): string {
  return name.replace('_', '-');
}

/** Those of what runs already, else those of the flags. Throws CommandError where two parts would have the same. */
function portsOf(flags: UpFlags, state: StackState): StackPorts {
  const port = (name: ComponentName, text: string) => {
    const recorded = state[name];
    if (recorded !== undefined && isRunning(recorded)) return Number(new URL(recorded.url).port);
    return wholeNumber(`${flagOf(name)}-port`, text, 1, 65_535);
  };
  const ports = {
    prometheus: port('prometheus', flags.prometheusPort),
    alertmanager: port('alertmanager', flags.alertmanagerPort),
    node_exporter: port('node_exporter', flags.nodeExporterPort),
    process_exporter: port('process_exporter', flags.processExporterPort),
    blackbox_exporter: port('blackbox_exporter', flags.blackboxExporterPort),
    grafana: port('grafana', flags.grafanaPort),
    linborg: port('linborg', flags.linborgPort),
  };
  for (const [i, name] of COMPONENTS.entries()) {
    const other = COMPONENTS.slice(0, i).find((earlier) => ports[earlier] === ports[name]);
    if (other === undefined) continue;
    throw new CommandError(
      `${other} and ${name} would both listen on port ${ports[name]}; choose another with --${flagOf(name)}-port`,
    );
  }
  return ports;
}

/** Throws CommandError if Prometheus does not take its configuration. */
async function reloadPrometheus(url: string, paths: StackPaths): Promise<void> {
  const { ok } = await fetch(`${url}/-/reload`, { method: 'POST' });
  if (!ok)
    throw new CommandError(
      `Prometheus refused its configuration and goes on with the last; see ${paths.logOf('prometheus')}`,
    );
}

/** What cannot be asked is not so yet. */
async function askOnce(check: Check): Promise<Outcome> {
  return check.ask().catch((error: Error) => ({ kind: 'failed', detail: describe(error) }));
}

/** fetch hides its reason in the cause. */
function describe(error: Error): string {
  if (error.name === 'TimeoutError') return 'does not answer';
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
