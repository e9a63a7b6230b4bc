/** CPU time and quantiles: what can be compared on a shared machine. */
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

/** CPU seconds of each turn of the event loop until `work` is done: how long others wait, on a machine that does nothing else. */
export async function turnSecondsOf(work: () => Promise<unknown>): Promise<number[]> {
  const turns: number[] = [];
  let isDone = false;
  const watching = (async () => {
    for (let before = cpuNow(); !isDone; ) {
      await nextTurn();
      const now = cpuNow();
      turns.push(now - before);
      before = now;
    }
  })();
  await work();
  isDone = true;
  await watching;
  return turns;
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
