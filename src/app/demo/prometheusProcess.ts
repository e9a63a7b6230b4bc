/** A Prometheus of one's own: found in PATH, started with a folder and a port, ended for good. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError } from '../../core/errors.js';
import { withDeadline } from '../../http/deadline.js';

/** The first version that takes samples out of order. */
const OLDEST = [2, 39] as const;
const READY_SECONDS = 60;
const ANSWER_SECONDS = 2;
const STOP_MILLISECONDS = 10_000;

export interface PrometheusOptions {
  /** Holds data/ and prometheus.log. */
  readonly folder: string;
  readonly configFile: string;
  readonly port: number;
  /** How long it keeps samples, e.g. `90d`; Prometheus' own default without. */
  readonly retention?: string;
}

export interface RunningPrometheus {
  readonly url: string;
  /** Ends it and waits until it is gone. */
  stop(): Promise<void>;
}

/** Throws CommandError with the ways to get one if there is no Prometheus, or only one that is too old. */
export function requirePrometheus(): void {
  const ways =
    'three ways to get one: "sudo apt-get install prometheus" (Debian 12, Ubuntu 24.04); unpack the release archive of prometheus.io and put its folder in PATH; or "brew install prometheus"';
  const { stdout, stderr, error } = spawnSync('prometheus', ['--version'], { encoding: 'utf8' });
  if (error) throw new CommandError(`no Prometheus in PATH; ${ways}`, { cause: error });
  const found = /version (\d+)\.(\d+)/.exec(`${stdout}${stderr}`);
  const [major, minor] = [Number(found?.[1]), Number(found?.[2])];
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return;
  throw new CommandError(`Prometheus in PATH is ${major}.${minor}; expected ${OLDEST.join('.')} or newer; ${ways}`);
}

/**
 * Starts Prometheus on loopback and waits until it is ready.
 * @throws CommandError with the end of its log if it ends or does not get ready
 */
export async function startPrometheus(options: PrometheusOptions, signal: AbortSignal): Promise<RunningPrometheus> {
  const { folder, configFile, port, retention } = options;
  const logFile = join(folder, 'prometheus.log');
  const child = spawn(
    'prometheus',
    [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--web.enable-remote-write-receiver',
      '--log.level=warn',
      ...(retention === undefined ? [] : [`--storage.tsdb.retention.time=${retention}`]),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const log = createWriteStream(logFile);
  child.stdout.pipe(log);
  child.stderr.pipe(log);
  // A last resort if this process ends in a hurry.
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async () => {
    await end(child);
    process.off('exit', kill);
  };
  const url = `http://127.0.0.1:${port}`;
  try {
    await untilReady(url, child, logFile, signal);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}

async function untilReady(url: string, child: ChildProcess, logFile: string, signal: AbortSignal): Promise<void> {
  for (let waited = 0; waited < READY_SECONDS; waited += 0.2) {
    signal.throwIfAborted();
    if (child.exitCode !== null) {
      throw new CommandError(`Prometheus ended at once (exit code ${child.exitCode}); its reason is in ${logFile}`);
    }
    // Somebody else may hold the port and never answer.
    const asked = withDeadline(ANSWER_SECONDS, signal, (end) => fetch(`${url}/-/ready`, { signal: end }));
    const answer = await asked.catch(() => undefined);
    if (answer?.ok) return;
    await sleep(200);
  }
  throw new CommandError(`Prometheus was not ready after ${READY_SECONDS} s; see ${logFile}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MILLISECONDS);
  await gone;
  clearTimeout(timer);
}
