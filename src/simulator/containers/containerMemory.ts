/** The memory of a container: its part of the server's, below its limit; that of a leaking one rises from start to kill. */
import { smoothNoiseAt } from '../noise.js';
import { STEP_SECONDS } from '../step.js';
import type { SimulatedContainer } from './container.js';

export interface ContainerMemory {
  readonly workingSetBytes: number;
  /** Processes that the kernel killed since the start, for memory. */
  readonly oomEvents: number;
}

const MEMORY_SALT = 302;
const MEMORY_SECONDS = 1200;
/** Near its limit the kernel takes back what can be read again. */
const FULL = 0.985;
/** Part of its limit that a leaking container uses after its start, and after one of its processes was killed. */
const FRESH = 0.38;
const AFTER_KILL = 0.6;
/** It starts anew this long after the kill. */
const KILL_LEAD_SECONDS = 3 * STEP_SECONDS;

/**
 * @param startedAt its start, epoch seconds
 * @param usedBytes of the server's memory
 */
export function memoryAt(
  container: SimulatedContainer,
  at: number,
  startedAt: number,
  usedBytes: number,
): ContainerMemory {
  const { role, seed, memoryLimitBytes = Number.POSITIVE_INFINITY, lifeSteps } = container;
  const unrest = 1 + 0.04 * smoothNoiseAt(seed ^ MEMORY_SALT, at / MEMORY_SECONDS);
  const full = FULL * memoryLimitBytes;
  if (!role.leaks)
    return { workingSetBytes: Math.round(Math.min(role.memory * usedBytes * unrest, full)), oomEvents: 0 };
  const leakSeconds = lifeSteps * STEP_SECONDS - KILL_LEAD_SECONDS;
  const progress = (at - startedAt) / leakSeconds;
  const isKilled = progress >= 1;
  const filled = isKilled ? AFTER_KILL : FRESH + (1 - FRESH) * progress;
  return { workingSetBytes: Math.round(Math.min(filled * unrest, 1) * full), oomEvents: isKilled ? 1 : 0 };
}
