/** `linborg stack`: the monitoring stack on a machine without containers, out of the programs that are installed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseDuration } from '../../core/duration.js';
import { CommandError } from '../../core/errors.js';
import { requireFreePorts } from '../demo/freePorts.js';
import { requirePrometheus } from '../demo/prometheusProcess.js';
import { wholeNumber } from '../flags.js';
import { createProgress, type Progress } from '../progress.js';
import { type Check, type Outcome, stackChecks } from '../stack/checks.js';
import { COMPONENTS, type ComponentName, type StackPaths, type StackPorts, stackPaths } from '../stack/layout.js';
import {
  isRunning,
  type Recorded,
  readState,
  type StackState,
  startDetached,
  stop,
  writeState,
} from '../stack/processes.js';
import { COMPONENT } from '../stack/programs.js';
import { writeStackFiles } from '../stack/stackFiles.js';
import { renderTable } from '../table.js';

interface StackFlags {
  readonly dir: string;
}

interface UpFlags extends StackFlags {
  readonly prometheusPort: string;
  readonly alertmanagerPort: string;
  readonly nodeExporterPort: string;
  readonly processExporterPort: string;
  readonly grafanaPort: string;
  readonly linborgPort: string;
}

interface TestFlags extends StackFlags {
  readonly timeout: string;
}

const READY_SECONDS = 60;
const POLL_MILLISECONDS = 200;

/** Starts what is installed and does not run yet. Throws CommandError for what a person must mend; what runs by then stays. */
export async function stackUp(flags: UpFlags): Promise<number> {
  requirePrometheus();
  const paths = stackPaths(flags.dir);
  const state = readState(paths.stateFile);
  const ports = portsOf(flags, state);
  const missing = COMPONENTS.filter((name) => !runs(state[name]));
  const starts = missing.map((name) => ({ name, start: COMPONENT[name].start(paths, address(ports[name])) }));
  const wanted = starts.filter(({ start }) => start !== undefined);
  await requireFreePorts(Object.fromEntries(wanted.map(({ name }) => [name.replace('_', '-'), ports[name]])));
  const progress = createProgress();
  for (const name of COMPONENTS) {
    if (!missing.includes(name)) progress.done(`${name} runs already`);
  }
  if (wanted.length > 0) await writeStackFiles(paths, ports);
  for (const { name, start } of starts) {
    if (start === undefined) {
      delete state[name];
      progress.done(`${name} is not installed; the stack goes without it`);
      continue;
    }
    const url = `http://${address(ports[name])}`;
    state[name] = { ...startDetached(start, paths.logOf(name)), url };
    writeState(paths.stateFile, state);
    await untilReady(name, state[name], paths, progress);
  }
  const lines = COMPONENTS.flatMap((name) => (state[name] ? [`${name.padEnd(18)}${state[name].url}`] : []));
  process.stdout.write(`${lines.join('\n')}\n`);
  return 0;
}

/** Asks until everything is so, or the time is over. @returns 1 if something is not */
export async function stackTest(flags: TestFlags): Promise<number> {
  const seconds = parseDuration(flags.timeout);
  if (seconds === undefined) throw new CommandError(`--timeout is ${flags.timeout}; expected a duration such as 2m`);
  const state = readState(stackPaths(flags.dir).stateFile);
  if (Object.keys(state).length === 0)
    throw new CommandError(`nothing runs in ${flags.dir}; linborg stack up starts it`);
  const deadline = performance.now() + seconds * 1000;
  const progress = createProgress();
  const rows: (readonly [string, string, string])[] = [];
  for (const check of stackChecks(state)) {
    progress.update(`waiting until ${check.name}`);
    const { kind, detail } = await untilSettled(check, deadline);
    rows.push([check.name, kind === 'failed' ? 'FAILED' : kind, detail]);
  }
  const failures = rows.filter(([, kind]) => kind === 'FAILED').length;
  progress.done(failures === 0 ? 'all is well' : `${failures} of ${rows.length} checks failed`);
  process.stdout.write(`${renderTable(['CHECK', 'RESULT', 'DETAIL'], rows)}\n`);
  return failures === 0 ? 0 : 1;
}

/** Ends what `up` started, and nothing else. */
export async function stackDown(flags: StackFlags): Promise<number> {
  const { stateFile } = stackPaths(flags.dir);
  const state = readState(stateFile);
  const progress = createProgress();
  for (const name of COMPONENTS.toReversed()) {
    const recorded = state[name];
    if (recorded === undefined) continue;
    progress.update(`stopping ${name}`);
    const wasRunning = await stop(recorded);
    progress.done(`${name} ${wasRunning ? 'is stopped' : 'had ended already'}`);
    delete state[name];
    writeState(stateFile, state);
  }
  return 0;
}

function runs(recorded: Recorded | undefined): boolean {
  return recorded !== undefined && isRunning(recorded);
}

function address(port: number): string {
  return `127.0.0.1:${port}`;
}

/** Those of what runs already, else those of the flags. */
function portsOf(flags: UpFlags, state: StackState): StackPorts {
  const port = (name: ComponentName, text: string) => {
    const recorded = state[name];
    if (recorded !== undefined && isRunning(recorded)) return Number(new URL(recorded.url).port);
    return wholeNumber(`${name.replace('_', '-')}-port`, text, 1, 65_535);
  };
  return {
    prometheus: port('prometheus', flags.prometheusPort),
    alertmanager: port('alertmanager', flags.alertmanagerPort),
    node_exporter: port('node_exporter', flags.nodeExporterPort),
    process_exporter: port('process_exporter', flags.processExporterPort),
    grafana: port('grafana', flags.grafanaPort),
    linborg: port('linborg', flags.linborgPort),
  };
}

async function untilReady(
  name: ComponentName,
  recorded: Recorded,
  paths: StackPaths,
  progress: Progress,
): Promise<void> {
  progress.update(`starting ${name}`);
  const url = `${recorded.url}${COMPONENT[name].readyPath}`;
  for (let waited = 0; waited < READY_SECONDS * 1000; waited += POLL_MILLISECONDS) {
    if (!isRunning(recorded)) throw new CommandError(`${name} ended at once; its reason is in ${paths.logOf(name)}`);
    if ((await fetch(url).catch(() => undefined))?.ok) {
      progress.done(`${name} is ready`);
      return;
    }
    await sleep(POLL_MILLISECONDS);
  }
  throw new CommandError(`${name} was not ready after ${READY_SECONDS} s; see ${paths.logOf(name)}`);
}

/** A check that fails is asked again until the time is over: targets are scraped and rules evaluated a moment later. */
async function untilSettled(check: Check, deadline: number): Promise<Outcome> {
  for (;;) {
    const outcome = await check.ask().catch((error: Error): Outcome => ({ kind: 'failed', detail: describe(error) }));
    if (outcome.kind !== 'failed' || performance.now() > deadline) return outcome;
    await sleep(POLL_MILLISECONDS);
  }
}

/** fetch hides its reason in the cause. */
function describe(error: Error): string {
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
