/** Processes that outlive the command that started them: remembered in a file, and told from others with the same id. */
import { spawn } from 'node:child_process';
import { existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError } from '../../core/errors.js';
import type { ComponentName } from './layout.js';
import type { Start } from './programs.js';

export interface Recorded {
  readonly pid: number;
  /** As the system counts: tells it from a later process with the same id. */
  readonly startedAt: string;
  readonly url: string;
}

/** What `up` started; absent = not started or not installed. */
export type StackState = Partial<Record<ComponentName, Recorded>>;

/** Throws CommandError if the file is there and cannot be read. */
export function readState(file: string): StackState {
  if (!existsSync(file)) return {};
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as StackState;
  } catch (error) {
    throw new CommandError(
      `${file} cannot be read (${(error as Error).message}); stop what runs by hand, and remove it`,
      {
        cause: error,
      },
    );
  }
}

export function writeState(file: string, state: StackState): void {
  if (Object.keys(state).length === 0) rmSync(file, { force: true });
  else writeFileSync(file, `${JSON.stringify(state, null, 2)}\n`);
}

/** Starts a program that goes on when this one ends; what it says goes to the end of `log`. */
export function startDetached({ program, args, env }: Start, log: string): Omit<Recorded, 'url'> {
  const out = openSync(log, 'a');
  const child = spawn(program, args, {
    detached: true,
    stdio: ['ignore', out, out],
    env: { ...process.env, ...env },
  });
  // Without a process id it is said below; unheard, it would end this process.
  child.once('error', () => {});
  child.unref();
  const { pid } = child;
  const startedAt = pid === undefined ? undefined : startOf(pid);
  if (pid === undefined || startedAt === undefined) throw new CommandError(`${program} did not start; see ${log}`);
  return { pid, startedAt };
}

/** Whether this very process runs, and not another one that got its number. */
export function isRunning({ pid, startedAt }: Recorded): boolean {
  return startOf(pid) === startedAt;
}

const STOP_SECONDS = 10;
const POLL_MILLISECONDS = 50;

/** Ends this very process, politely at first. @returns false if it had ended before */
export async function stop(recorded: Recorded): Promise<boolean> {
  if (!isRunning(recorded)) return false;
  process.kill(recorded.pid, 'SIGTERM');
  for (let waited = 0; waited < STOP_SECONDS * 1000; waited += POLL_MILLISECONDS) {
    await sleep(POLL_MILLISECONDS);
    if (!isRunning(recorded)) return true;
  }
  process.kill(recorded.pid, 'SIGKILL');
  return true;
}

/** Clock ticks from boot to its start, as Linux says; undefined if there is no such process, or only its remains. */
function startOf(pid: number): string | undefined {
  try {
    // proc(5): the name, in parentheses, may hold anything; the state is field 3, the start field 22.
    const [state, ...rest] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return state === 'Z' ? undefined : rest[18];
  } catch {
    return undefined;
  }
}
