/** Counters since boot, as the kernel keeps them: the integral of the step means, the same from wherever one starts. */
import { normalAt } from '../noise.js';
import { CPU_COUNT } from '../server/personality.js';
import { type SimulatedServer, stepAt } from '../server/simulatedServer.js';
import { ROW, ROW_LENGTH, STEP_SECONDS } from '../step.js';

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
/** Within a step the rate swings by up to this share, so that a graph at scrape resolution is no staircase. */
const SWING = 0.15;
const SWING_SALT = 111;

/** Columns of the running sums; the two CPUs have three columns each. */
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
  readonly #server: SimulatedServer;
  readonly #row = new Float64Array(ROW_LENGTH);
  /** Sums over all steps before `#step`. */
  readonly #sums = new Float64Array(COLUMNS);
  /** Rates per second within `#step`. */
  readonly #rates = new Float64Array(COLUMNS);
  #step = 0;
  #bootAt = Number.NaN;
  readonly #reading: CounterReading = {
    bootAt: 0,
    cpus: Array.from({ length: CPU_COUNT }, () => ({ user: 0, system: 0, iowait: 0, idle: 0 })),
    receivedBytes: 0,
    sentBytes: 0,
    javaSeconds: Number.NaN,
  };

  constructor(server: SimulatedServer) {
    this.#server = server;
  }

  /** The counters at this time (epoch seconds), or undefined while the server is down. */
  readAt(at: number): CounterReading | undefined {
    const { bootAt } = this.#server.restartBefore(at);
    if (at < bootAt) return undefined;
    const step = stepAt(at);
    if (bootAt !== this.#bootAt || step < this.#step) this.#restart(bootAt);
    while (this.#step < step) this.#finishStep();
    this.#fillReading(at);
    return this.#reading;
  }

  #restart(bootAt: number): void {
    this.#bootAt = bootAt;
    this.#sums.fill(0);
    this.#step = stepAt(bootAt);
    this.#loadRates();
  }

  #finishStep(): void {
    const end = (this.#step + 1) * STEP_SECONDS;
    const seconds = end - Math.max(this.#bootAt, end - STEP_SECONDS);
    for (let column = 0; column < COLUMNS; column++) this.#sums[column]! += this.#rates[column]! * seconds;
    this.#step++;
    this.#loadRates();
  }

  #loadRates(): void {
    const row = this.#row;
    this.#server.writeStep(this.#step, row);
    const skew = skewOf(this.#server.personality.cpuSkew, row[ROW.cpu_idle_pct]! / PERCENT);
    for (let cpu = 0; cpu < CPU_COUNT; cpu++) {
      // Both CPUs' shares add up to CPU_COUNT times the mean.
      const share = (1 + (cpu % 2 === 0 ? skew : -skew)) / PERCENT;
      this.#rates[cpu * CPU_COLUMNS + USER] = row[ROW.cpu_user_pct]! * share;
      this.#rates[cpu * CPU_COLUMNS + SYSTEM] = row[ROW.cpu_sys_pct]! * share;
      this.#rates[cpu * CPU_COLUMNS + IOWAIT] = row[ROW.cpu_iowait_pct]! * share;
    }
    this.#rates[RECEIVED] = row[ROW.net_in_mb_s]! * BYTES_PER_MEGABYTE;
    this.#rates[SENT] = row[ROW.net_out_mb_s]! * BYTES_PER_MEGABYTE;
    this.#rates[JAVA] = (row[ROW.java_cpu_pct]! / PERCENT) * CPU_COUNT;
  }

  #fillReading(at: number): void {
    const reading = this.#reading;
    const stepStart = this.#step * STEP_SECONDS;
    const from = Math.max(this.#bootAt, stepStart);
    const length = stepStart + STEP_SECONDS - from;
    const seconds = length * this.#progress((at - from) / length);
    const total = (column: number) => this.#sums[column]! + this.#rates[column]! * seconds;
    for (let cpu = 0; cpu < CPU_COUNT; cpu++) {
      const spent = reading.cpus[cpu]!;
      spent.user = total(cpu * CPU_COLUMNS + USER);
      spent.system = total(cpu * CPU_COLUMNS + SYSTEM);
      spent.iowait = total(cpu * CPU_COLUMNS + IOWAIT);
      spent.idle = at - this.#bootAt - spent.user - spent.system - spent.iowait;
    }
    reading.bootAt = this.#bootAt;
    reading.receivedBytes = Math.floor(total(RECEIVED));
    reading.sentBytes = Math.floor(total(SENT));
    reading.javaSeconds = total(JAVA);
  }

  /** Share of the step's work that is done after this share of its time; 0 → 0, 1 → 1, ascending. */
  #progress(part: number): number {
    const idle = this.#row[ROW.cpu_idle_pct]!;
    // Idle time must ascend too: the swing of the busy time may not exceed what idles.
    const limit = Math.min(SWING, idle / (4 * PERCENT));
    const swing = limit * Math.max(-1, Math.min(1, normalAt(this.#server.personality.seed ^ SWING_SALT, this.#step)));
    return part + (swing * Math.sin(2 * Math.PI * part)) / (2 * Math.PI);
  }
}

/** The uneven load between CPUs fades as they fill up, so that none does more than 100 %. */
function skewOf(cpuSkew: number, idleRatio: number): number {
  const busyRatio = 1 - idleRatio;
  return busyRatio <= 0 ? 0 : (cpuSkew * Math.min(busyRatio, idleRatio)) / busyRatio;
}
