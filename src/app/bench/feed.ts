/** The feed of benchmarks: a simulated fleet's history, as the sources would have brought it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fleet } from '../../simulator/fleet.js';
import { fleetBatch } from '../../simulator/fleetBatch.js';
import type { WindowStore } from '../../windows/store.js';

export const STEP_SECONDS = 300;
/** The first step after the history. */
export const FIRST_STEP = 5_890_000;
/** Eight days. */
export const HISTORY_STEPS = 2304;
/** Servers whose history is made at once: bounds the memory of the feed, which is not linborg's. */
const FEED_SERVERS = 20;

/** Eight days. */
export async function feedHistory(fleet: Fleet, store: WindowStore, onProgress: (text: string) => void): Promise<void> {
  for (const [done, part] of partsOf(fleet, FEED_SERVERS)) {
    onProgress(`${fleet.servers.length} servers: 8 days of history, ${done} done`);
    store.ingest(fleetBatch(part, FIRST_STEP - HISTORY_STEPS, FIRST_STEP));
    await sleep(0);
  }
}

/** The fleet in groups of so many servers, each with the number of servers before it. */
export function partsOf(fleet: Fleet, size: number): [number, Fleet][] {
  const parts = Math.ceil(fleet.servers.length / size);
  return Array.from({ length: parts }, (_, i) => [
    i * size,
    { ...fleet, servers: fleet.servers.slice(i * size, (i + 1) * size) },
  ]);
}
