/** Forecasts of one series that are not due yet: a fixed number of slots, one for each step of each forecast. */
import { LEDGER_STEPS } from './horizonBins.js';

/** One step of a forecast, when it is taken out. */
export interface DueStep {
  /** The bucket that it forecast. */
  readonly due: number;
  /** Index into LEDGER_STEPS. */
  readonly step: number;
  /** Whether users saw it; a hindcast was not seen. */
  readonly wasServed: boolean;
  /** [width], valid until the next `add`. */
  readonly values: Float32Array;
}

const FREE = -1;
const SERVED = 1 << 8;

/** Slots that forecasts every `interval` buckets can fill at most, while the newest bucket is still incomplete. */
export function slotsFor(interval: number): number {
  return LEDGER_STEPS.reduce((sum, step) => sum + Math.floor((step + 1) / interval) + 1, 0);
}

/** Keeps what is pending; where all slots are taken, what was due first gives way. */
export class PendingForecasts {
  readonly #width: number;
  /** [slots × width] */
  readonly #values: Float32Array;
  /** [slots × 2]: due bucket (FREE = empty), then the step's index and whether it was served. */
  readonly #slots: Int32Array;
  #nextDue = Number.POSITIVE_INFINITY;
  #size = 0;

  /** @param width  numbers per step */
  constructor(slots: number, width: number) {
    this.#width = width;
    this.#values = new Float32Array(slots * width);
    this.#slots = new Int32Array(slots * 2).fill(FREE);
  }

  get size(): number {
    return this.#size;
  }

  /** The first due bucket; Infinity if nothing is pending. */
  get nextDue(): number {
    return this.#nextDue;
  }

  /** Takes a slot for a step that is due at bucket `due` and returns its [width] values to be written. */
  add(due: number, step: number, wasServed: boolean): Float32Array {
    const slots = this.#slots;
    let slot = 0;
    for (let i = 0; i < slots.length / 2 && slots[slot * 2] !== FREE; i++) {
      if (slots[i * 2] === FREE || slots[i * 2]! < slots[slot * 2]!) slot = i;
    }
    if (slots[slot * 2] === FREE) this.#size++;
    slots[slot * 2] = due;
    slots[slot * 2 + 1] = step + (wasServed ? SERVED : 0);
    this.#nextDue = Math.min(this.#nextDue, due);
    return this.#values.subarray(slot * this.#width, (slot + 1) * this.#width);
  }

  /** Takes out all steps that are due before bucket `before`, by due bucket, then step. */
  takeDue(before: number): DueStep[] {
    if (this.#nextDue >= before) return [];
    const taken: DueStep[] = [];
    this.#nextDue = Number.POSITIVE_INFINITY;
    for (let slot = 0; slot < this.#slots.length / 2; slot++) {
      const due = this.#slots[slot * 2]!;
      if (due === FREE) continue;
      if (due >= before) {
        this.#nextDue = Math.min(this.#nextDue, due);
        continue;
      }
      const flags = this.#slots[slot * 2 + 1]!;
      const values = this.#values.subarray(slot * this.#width, (slot + 1) * this.#width);
      taken.push({ due, step: flags & (SERVED - 1), wasServed: flags >= SERVED, values });
      this.#slots[slot * 2] = FREE;
    }
    this.#size -= taken.length;
    return taken.sort((a, b) => a.due - b.due || a.step - b.step);
  }
}
