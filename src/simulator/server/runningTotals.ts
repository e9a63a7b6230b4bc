/** What adds up since a start: the integral of rates that hold for a step, the same from wherever one begins to follow it. */
import { normalAt } from '../noise.js';
import { ROW, ROW_LENGTH, STEP_SECONDS } from '../step.js';
import { type SimulatedServer, stepAt } from './simulatedServer.js';

/** What is added up on a server, and since when. */
export interface TotalsSource {
  readonly columns: number;
  /** Epoch seconds of the last start at or before this time, or of the next one while there is a break. */
  startBefore(at: number): number;
  /** Fills in the rates per second within a step, of which the server's state is given. */
  writeRates(row: Float64Array, rates: Float64Array, step: number): void;
}

const PERCENT = 100;
/** Within a step the rate swings by up to this share, so that a graph at scrape resolution is no staircase. */
const SWING = 0.15;
const SWING_SALT = 111;

/** Follows the totals; asking for later and later times is cheap, going back costs a replay from the start. */
export class RunningTotals {
  readonly #server: SimulatedServer;
  readonly #source: TotalsSource;
  readonly #row = new Float64Array(ROW_LENGTH);
  /** Sums over all steps before `#step`. */
  readonly #sums: Float64Array;
  /** Rates per second within `#step`. */
  readonly #rates: Float64Array;
  readonly #totals: Float64Array;
  #step = 0;
  #startedAt = Number.NaN;

  constructor(server: SimulatedServer, source: TotalsSource) {
    this.#server = server;
    this.#source = source;
    this.#sums = new Float64Array(source.columns);
    this.#rates = new Float64Array(source.columns);
    this.#totals = new Float64Array(source.columns);
  }

  /** Epoch seconds since which the last totals add up. */
  get startedAt(): number {
    return this.#startedAt;
  }

  /** The totals at this time (epoch seconds), in memory that the next call uses again; undefined during a break. */
  readAt(at: number): Float64Array | undefined {
    const startedAt = this.#source.startBefore(at);
    if (at < startedAt) return undefined;
    const step = stepAt(at);
    if (startedAt !== this.#startedAt || step < this.#step) this.#restart(startedAt);
    while (this.#step < step) this.#finishStep();
    const stepStart = this.#step * STEP_SECONDS;
    const from = Math.max(startedAt, stepStart);
    const length = stepStart + STEP_SECONDS - from;
    const seconds = length * this.#progress((at - from) / length);
    for (let column = 0; column < this.#totals.length; column++) {
      this.#totals[column] = this.#sums[column]! + this.#rates[column]! * seconds;
    }
    return this.#totals;
  }

  #restart(startedAt: number): void {
    this.#startedAt = startedAt;
    this.#sums.fill(0);
    this.#step = stepAt(startedAt);
    this.#loadRates();
  }

  #finishStep(): void {
    const end = (this.#step + 1) * STEP_SECONDS;
    const seconds = end - Math.max(this.#startedAt, end - STEP_SECONDS);
    for (let column = 0; column < this.#sums.length; column++) this.#sums[column]! += this.#rates[column]! * seconds;
    this.#step++;
    this.#loadRates();
  }

  #loadRates(): void {
    this.#server.writeStep(this.#step, this.#row);
    this.#source.writeRates(this.#row, this.#rates, this.#step);
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
