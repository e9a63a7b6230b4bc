/** Values that go up and down, at any moment: between the middles of two steps they move in a straight line. */
import { type SimulatedServer, stepAt } from '../server/simulatedServer.js';
import { ROW, ROW_LENGTH, STEP_SECONDS } from '../step.js';

/** A server's gauges at one moment, in the metrics' units; reused from call to call. */
export interface GaugeReading {
  memUsedPct: number;
  swapUsedPct: number;
  diskUsagePct: number;
  backCloseWait: number;
  frontCloseWait: number;
  load1: number;
  load5: number;
  load15: number;
  netMegabytesPerSecond: number;
}

/** Rows kept: the 15 minutes that the slowest load average looks back, plus one ahead. */
const KEPT_ROWS = 8;
const LOAD_15_STEPS = 3;

/** Follows one server's gauges; remembers the last few steps. */
export class GaugeTrack {
  readonly #server: SimulatedServer;
  readonly #rows = Array.from({ length: KEPT_ROWS }, () => new Float64Array(ROW_LENGTH));
  readonly #steps = new Float64Array(KEPT_ROWS).fill(Number.NaN);
  readonly #reading: GaugeReading = {
    memUsedPct: 0,
    swapUsedPct: 0,
    diskUsagePct: 0,
    backCloseWait: 0,
    frontCloseWait: 0,
    load1: 0,
    load5: 0,
    load15: 0,
    netMegabytesPerSecond: 0,
  };

  constructor(server: SimulatedServer) {
    this.#server = server;
  }

  /** The gauges at this time (epoch seconds); the server must be up then. */
  readAt(at: number): GaugeReading {
    const position = at / STEP_SECONDS - 0.5;
    const left = Math.floor(position);
    const part = position - left;
    const own = stepAt(at);
    const before = left === own ? own : this.#neighbour(own, left);
    const after = left === own ? this.#neighbour(own, left + 1) : own;
    const a = this.#row(before);
    const b = this.#row(after);
    const blend = (column: number) => a[column]! + (b[column]! - a[column]!) * part;

    const reading = this.#reading;
    reading.memUsedPct = blend(ROW.mem_used_pct);
    reading.swapUsedPct = blend(ROW.swap_used_pct);
    reading.diskUsagePct = blend(ROW.disk_usage_pct);
    reading.backCloseWait = Math.round(blend(ROW.back_close_wait));
    reading.frontCloseWait = Math.round(blend(ROW.front_close_wait));
    reading.load1 = blend(ROW.load_average);
    reading.netMegabytesPerSecond = blend(ROW.net_in_mb_s) + blend(ROW.net_out_mb_s);
    const previousLoad = this.#row(this.#neighbour(own, own - 1))[ROW.load_average]!;
    reading.load5 = 0.7 * reading.load1 + 0.3 * previousLoad;
    const oldestLoad = this.#row(this.#neighbour(own, own - LOAD_15_STEPS))[ROW.load_average]!;
    reading.load15 = (reading.load1 + previousLoad + oldestLoad) / LOAD_15_STEPS;
    return reading;
  }

  /** The other step, unless a restart lies between the two: then nothing carries over, and it is `own` again. */
  #neighbour(own: number, other: number): number {
    const restartOf = (step: number) => this.#server.restartBefore((step + 1) * STEP_SECONDS - 1).at;
    return restartOf(own) === restartOf(other) ? other : own;
  }

  #row(step: number): Float64Array {
    const place = step % KEPT_ROWS;
    const row = this.#rows[place]!;
    if (this.#steps[place] !== step) {
      this.#server.writeStep(step, row);
      this.#steps[place] = step;
    }
    return row;
  }
}
