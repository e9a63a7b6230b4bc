/** CPU time and quantiles: what can be compared on a shared machine. */
import { readFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** CPU seconds (user and system, all threads of this process) that `work` takes. */
export function cpuSeconds(work: () => void): number {
  const before = cpuNow();
  work();
  return cpuNow() - before;
}

/** CPU seconds (user and system, all threads of this process) until `work` is done. */
export async function cpuSecondsOf(work: () => Promise<unknown>): Promise<number> {
  const before = cpuNow();
  await work();
  return cpuNow() - before;
}

/** CPU seconds of the main thread in each turn of the event loop until `work` is done: how long others wait, on a machine that does nothing else. */
export async function turnSecondsOf(work: () => Promise<unknown>): Promise<number[]> {
  const turns: number[] = [];
  let isDone = false;
  const watching = (async () => {
    for (let before = mainThreadNow(); !isDone; ) {
      await nextTurn();
      const now = mainThreadNow();
      turns.push(now - before);
      before = now;
    }
  })();
  await work();
  isDone = true;
  await watching;
  return turns;
}

/** Time that the main thread has spent on a core; NaN where /proc does not tell. */
export function mainThreadMilliseconds(): number {
  try {
    const [nanoseconds] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ');
    return Number(nanoseconds) / 1e6;
  } catch {
    return Number.NaN;
  }
}

/** Threads that collect garbage beside it keep nobody waiting; where /proc does not tell, they are counted in. */
function mainThreadNow(): number {
  const milliseconds = mainThreadMilliseconds();
  return Number.isNaN(milliseconds) ? cpuNow() : milliseconds / 1000;
}

function cpuNow(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** The value below which `share` of the values lie. */
export function quantileOf(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
}
