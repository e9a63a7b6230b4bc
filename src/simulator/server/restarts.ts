/** When a server reboots: planned restarts some weeks apart, and those that end a scenario. */

import { normalAt, uniformAt } from '../noise.js';
import { DAY_SECONDS, STEP_SECONDS } from '../step.js';
import type { Personality } from './personality.js';

/** From `at` on the server is down; at `bootAt` its clocks and counters start again. Epoch seconds; `at` is on the grid. */
export interface Restart {
  readonly at: number;
  readonly bootAt: number;
}

const RESTART_SALT = 91;
/** A reboot takes about two minutes; every fifth planned one is a longer maintenance. */
const BOOT_SECONDS = 120;
const MAINTENANCE_SHARE = 0.2;

/** Number of the planned restart that is the last at or before this time, up to one that lies a little later. */
export function plannedIndex(p: Personality, at: number): number {
  return Math.floor(at / (p.restartDays * DAY_SECONDS));
}

/** The n-th planned restart: between 2 and 5 in the morning (UTC), spread over the first third of its period. */
export function plannedRestart(p: Personality, index: number): Restart {
  const periodDays = p.restartDays;
  const day = Math.floor((index + 0.3 * uniformAt(p.seed ^ RESTART_SALT, 3 * index)) * periodDays);
  const stepOfDay = 24 + Math.floor(36 * uniformAt(p.seed ^ RESTART_SALT, 3 * index + 1));
  const at = day * DAY_SECONDS + stepOfDay * STEP_SECONDS;
  const isLong = uniformAt(p.seed ^ RESTART_SALT, 3 * index + 2) < MAINTENANCE_SHARE;
  const minutes = isLong ? 15 + 8 * Math.abs(normalAt(p.seed ^ RESTART_SALT, -index)) : 0;
  return { at, bootAt: at + BOOT_SECONDS + Math.round(60 * minutes) };
}

/** The restart that follows an episode which ended at this time. */
export function rebootAfter(end: number): Restart {
  return { at: end, bootAt: end + BOOT_SECONDS };
}
