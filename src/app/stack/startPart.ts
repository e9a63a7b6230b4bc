/** A part of the stack from its start until it can be used. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError } from '../../core/errors.js';
import type { Progress } from '../progress.js';
import type { ComponentName, StackPaths } from './layout.js';
import { isRunning, type StackState, startDetached, writeState } from './processes.js';
import { COMPONENT, type Start } from './programs.js';

const READY_SECONDS = 60;
const POLL_MILLISECONDS = 200;
const ANSWER_MILLISECONDS = 5000;

export interface Part {
  readonly name: ComponentName;
  readonly start: Start;
  readonly url: string;
}

/** Starts it, notes that down, and waits until it is ready. Throws CommandError with the reason if that does not come to be. */
export async function startPart(
  { name, start, url }: Part,
  state: StackState,
  paths: StackPaths,
  progress: Progress,
): Promise<void> {
  progress.update(`starting ${name}`);
  const log = paths.logOf(name);
  const before = existsSync(log) ? statSync(log).size : 0;
  const recorded = { ...startDetached(start, log), url };
  state[name] = recorded;
  writeState(paths.stateFile, state);
  for (let waited = 0; waited < READY_SECONDS * 1000; waited += POLL_MILLISECONDS) {
    if (!isRunning(recorded)) {
      const reason = reasonIn(readFileSync(log).subarray(before).toString());
      throw new CommandError(
        `${name} ended at once (${reason}); all that it said is in ${log}. What was started before it runs on: linborg stack down ends it`,
      );
    }
    const signal = AbortSignal.timeout(ANSWER_MILLISECONDS);
    if ((await fetch(`${url}${COMPONENT[name].readyPath}`, { signal }).catch(() => undefined))?.ok) {
      progress.done(`${name} is ready`);
      return;
    }
    await sleep(POLL_MILLISECONDS);
  }
  throw new CommandError(`${name} was not ready after ${READY_SECONDS} s; see ${log}`);
}

/** The first line of a log that tells of an error, else its last line. */
function reasonIn(log: string): string {
  const lines = log.trim().split('\n');
  return lines.find((line) => /\blevel="?(error|fatal)|"level":[56]0|^(linborg|panic):/i.test(line)) ?? lines.at(-1)!;
}
