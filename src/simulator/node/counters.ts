/** Counters since boot, as the kernel keeps them. */
import { CPU_COUNT } from '../server/personality.js';
import { RunningTotals } from '../server/runningTotals.js';
import type { SimulatedServer } from '../server/simulatedServer.js';
import { ROW } from '../step.js';

export interface CpuSeconds {
  user: number;
  system: number;
  iowait: number;
  idle: number;
}

/** A server's counters at one moment; reused from call to call. */
export interface CounterReading {
  /** Epoch seconds of the boot that the counters start from. */
  bootAt: number;
  /** One entry per CPU. */
  readonly cpus: readonly CpuSeconds[];
  receivedBytes: number;
  sentBytes: number;
  /** CPU seconds of all Java processes; NaN without Java. */
  javaSeconds: number;
}

const BYTES_PER_MEGABYTE = 1e6;
const PERCENT = 100;

/** Columns of the totals; the two CPUs have three columns each. */
const USER = 0;
const SYSTEM = 1;
const IOWAIT = 2;
const CPU_COLUMNS = 3;
const RECEIVED = CPU_COLUMNS * CPU_COUNT;
const SENT = RECEIVED + 1;
const JAVA = RECEIVED + 2;
const COLUMNS = RECEIVED + 3;

/** Follows one server's counters; asking for later and later times is cheap, going back costs a replay from its boot. */
export class CounterTrack {
  readonly #totals: RunningTotals;
  readonly #reading: CounterReading = {
    bootAt: 0,
    cpus: Array.from({ length: CPU_COUNT }, () => ({ user: 0, system: 0, iowait: 0, idle: 0 })),
    receivedBytes: 0,
    sentBytes: 0,
    javaSeconds: Number.NaN,
  };

  constructor(server: SimulatedServer) {
    this.#totals = new RunningTotals(server, {
      columns: COLUMNS,
      startBefore: (at) => server.restartBefore(at).bootAt,
      writeRates: (row, rates) => writeRates(row, rates, server.personality.cpuSkew),
    });
  }

  /** The counters at this time (epoch seconds), or undefined while the server is down. */
  readAt(at: number): CounterReading | undefined {
    const totals = this.#totals.readAt(at);
    if (totals === undefined) return undefined;
    const reading = this.#reading;
    reading.bootAt = this.#totals.startedAt;
    for (let cpu = 0; cpu < CPU_COUNT; cpu++) {
      const spent = reading.cpus[cpu]!;
      spent.user = totals[cpu * CPU_COLUMNS + USER]!;
      spent.system = totals[cpu * CPU_COLUMNS + SYSTEM]!;
      spent.iowait = totals[cpu * CPU_COLUMNS + IOWAIT]!;
      spent.idle = at - reading.bootAt - spent.user - spent.system - spent.iowait;
    }
    reading.receivedBytes = Math.floor(totals[RECEIVED]!);
    reading.sentBytes = Math.floor(totals[SENT]!);
    reading.javaSeconds = totals[JAVA]!;
    return reading;
  }
}

function writeRates(row: Float64Array, rates: Float64Array, cpuSkew: number): void {
  const skew = skewOf(cpuSkew, row[ROW.cpu_idle_pct]! / PERCENT);
  for (let cpu = 0; cpu < CPU_COUNT; cpu++) {
    // Both CPUs' shares add up to CPU_COUNT times the mean.
    const share = (1 + (cpu % 2 === 0 ? skew : -skew)) / PERCENT;
    rates[cpu * CPU_COLUMNS + USER] = row[ROW.cpu_user_pct]! * share;
    rates[cpu * CPU_COLUMNS + SYSTEM] = row[ROW.cpu_sys_pct]! * share;
    rates[cpu * CPU_COLUMNS + IOWAIT] = row[ROW.cpu_iowait_pct]! * share;
  }
  rates[RECEIVED] = row[ROW.net_in_mb_s]! * BYTES_PER_MEGABYTE;
  rates[SENT] = row[ROW.net_out_mb_s]! * BYTES_PER_MEGABYTE;
  rates[JAVA] = (row[ROW.java_cpu_pct]! / PERCENT) * CPU_COUNT;
}

/** The uneven load between CPUs fades as they fill up, so that none does more than 100 %. */
function skewOf(cpuSkew: number, idleRatio: number): number {
  const busyRatio = 1 - idleRatio;
  return busyRatio <= 0 ? 0 : (cpuSkew * Math.min(busyRatio, idleRatio)) / busyRatio;
}
