/** Sums over ranges of bins in constant time. */
import { BEYOND, UNKNOWN } from './breachRuns.js';

/** How many bins are known, and how many of them are breached, in any range. */
export class BreachCounts {
  /** [length + 1]: bins before this one. */
  readonly #known: Uint32Array;
  readonly #breached: Uint32Array;

  constructor(marks: Uint8Array) {
    this.#known = new Uint32Array(marks.length + 1);
    this.#breached = new Uint32Array(marks.length + 1);
    marks.forEach((mark, bin) => {
      this.#known[bin + 1] = this.#known[bin]! + (mark === UNKNOWN ? 0 : 1);
      this.#breached[bin + 1] = this.#breached[bin]! + (mark === BEYOND ? 1 : 0);
    });
  }

  /** Known bins of from ≤ bin < to, as far as the trace goes. */
  known(from: number, to: number): number {
    return difference(this.#known, from, to);
  }

  breached(from: number, to: number): number {
    return difference(this.#breached, from, to);
  }
}

function difference(sums: Uint32Array, from: number, to: number): number {
  const last = sums.length - 1;
  const within = (bin: number) => Math.max(0, Math.min(last, bin));
  return sums[within(to)]! - sums[within(from)]!;
}
