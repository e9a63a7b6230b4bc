/** Counters of a container since its start: its part of what the server does, as far as its limit lets it. */
import { smoothNoiseAt } from '../noise.js';
import { CPU_COUNT } from '../server/personality.js';
import { RunningTotals } from '../server/runningTotals.js';
import type { SimulatedServer } from '../server/simulatedServer.js';
import { ROW } from '../step.js';
import { type SimulatedContainer, startBefore } from './container.js';

/** Reused from call to call. */
export interface ContainerCounters {
  /** Epoch seconds of the start that the counters begin at. */
  startedAt: number;
  userSeconds: number;
  systemSeconds: number;
  receivedBytes: number;
  sentBytes: number;
  /** Periods of the kernel's scheduler in which it ran, those in which its limit stopped it, and for how long in all. */
  periods: number;
  throttledPeriods: number;
  throttledSeconds: number;
}

const USER = 0;
const SYSTEM = 1;
const RECEIVED = 2;
const SENT = 3;
const PERIODS = 4;
const THROTTLED_PERIODS = 5;
const THROTTLED_SECONDS = 6;
const COLUMNS = 7;

const PERCENT = 100;
const BYTES_PER_MEGABYTE = 1e6;
/** Part of the work of a server that its containers do; the rest is the host's own. */
const WORK_IN_CONTAINERS = 0.85;
const WORK_SALT = 301;
/** Steps over which one container gets busier and another one less. */
const WORK_STEPS = 8;
/** `cpu.cfs_period_us` is 100 ms. */
const PERIODS_PER_SECOND = 10;
/** How quickly fewer periods are throttled as there is more room below the limit. */
const THROTTLE_SCALE = 0.12;
const SECONDS_PER_THROTTLED_PERIOD = 0.035;

/** Follows one container of a server; asking for later and later times is cheap. */
export class ContainerTrack {
  readonly #totals: RunningTotals;
  readonly #reading: ContainerCounters = {
    ...{ startedAt: 0, userSeconds: 0, systemSeconds: 0, receivedBytes: 0, sentBytes: 0 },
    ...{ periods: 0, throttledPeriods: 0, throttledSeconds: 0 },
  };

  /** @param all the containers of the server, which share its work */
  constructor(server: SimulatedServer, container: SimulatedContainer, all: readonly SimulatedContainer[]) {
    this.#totals = new RunningTotals(server, {
      columns: COLUMNS,
      startBefore: (at) => startBefore(container, server, at),
      writeRates: (row, rates, step) => writeRates(container, workShare(container, all, step), row, rates),
    });
  }

  /** The counters at this time (epoch seconds), or undefined while it does not run. */
  readAt(at: number): ContainerCounters | undefined {
    const totals = this.#totals.readAt(at);
    if (totals === undefined) return undefined;
    const reading = this.#reading;
    reading.startedAt = this.#totals.startedAt;
    reading.userSeconds = totals[USER]!;
    reading.systemSeconds = totals[SYSTEM]!;
    reading.receivedBytes = Math.floor(totals[RECEIVED]!);
    reading.sentBytes = Math.floor(totals[SENT]!);
    reading.periods = Math.floor(totals[PERIODS]!);
    reading.throttledPeriods = Math.floor(totals[THROTTLED_PERIODS]!);
    reading.throttledSeconds = totals[THROTTLED_SECONDS]!;
    return reading;
  }
}

/** Its share of the server's work in this step; those of all containers add up to the same in every step. */
function workShare(own: SimulatedContainer, all: readonly SimulatedContainer[], step: number): number {
  const weightOf = ({ role, seed }: SimulatedContainer) =>
    role.cpu * Math.exp(0.25 * smoothNoiseAt(seed ^ WORK_SALT, step / WORK_STEPS));
  const sum = all.reduce((total, container) => total + weightOf(container), 0);
  return (WORK_IN_CONTAINERS * weightOf(own)) / sum;
}

function writeRates(container: SimulatedContainer, work: number, row: Float64Array, rates: Float64Array): void {
  const { role, cpuLimitCores } = container;
  const coresPerPercent = (work * CPU_COUNT) / PERCENT;
  const user = row[ROW.cpu_user_pct]! * coresPerPercent;
  const system = row[ROW.cpu_sys_pct]! * coresPerPercent;
  const demand = cpuLimitCores === undefined ? 0 : (user + system) / cpuLimitCores;
  const granted = demand > 1 ? 1 / demand : 1;
  rates[USER] = user * granted;
  rates[SYSTEM] = system * granted;
  rates[RECEIVED] = row[ROW.net_in_mb_s]! * BYTES_PER_MEGABYTE * role.network;
  rates[SENT] = row[ROW.net_out_mb_s]! * BYTES_PER_MEGABYTE * role.network;
  rates[PERIODS] = PERIODS_PER_SECOND * Math.min(1, 0.3 + demand);
  rates[THROTTLED_PERIODS] = rates[PERIODS] * Math.min(1, Math.exp((demand - 1) / THROTTLE_SCALE));
  rates[THROTTLED_SECONDS] = rates[THROTTLED_PERIODS] * SECONDS_PER_THROTTLED_PERIOD;
}
