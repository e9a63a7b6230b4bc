/** Running means of raw samples in the few newest buckets of a server. */

/** Buckets per row whose raw samples may still come in bits: 20 minutes of late records at five minutes. */
const SLOTS = 4;

/** Rows that fit before the arrays must grow: the 14 metrics. */
const RESERVED_ROWS = 14;

/** Raw samples of one bucket that came together. */
export interface SampleGroup {
  readonly sum: number;
  readonly count: number;
  /** Epoch seconds and value of the newest of them. */
  readonly lastTime: number;
  readonly lastValue: number;
}

/**
 * Turns groups of raw samples into bucket means. The newest buckets of a row keep sum and count, so later samples average
 * in, and a sample with the time of the bucket's newest one replaces it. In an older bucket the group's own mean stands.
 */
export class RecentMeans {
  #rows = 0;
  #buckets = new Float64Array(0);
  #sums = new Float64Array(0);
  #counts = new Float64Array(0);
  #lastTimes = new Float64Array(0);
  #lastValues = new Float64Array(0);

  /** Bytes of the typed arrays. */
  get byteLength(): number {
    return this.#rows * SLOTS * 5 * Float64Array.BYTES_PER_ELEMENT;
  }

  /** Adds a group to its bucket and gives the bucket's mean. */
  add(row: number, bucket: number, group: SampleGroup): number {
    this.#ensureRow(row);
    const slot = row * SLOTS + (bucket % SLOTS);
    if (bucket < this.#buckets[slot]!) return group.sum / group.count;
    if (bucket > this.#buckets[slot]!) this.#clear(slot, bucket);
    if (group.count === 1 && group.lastTime === this.#lastTimes[slot]!) {
      this.#sums[slot]! += group.lastValue - this.#lastValues[slot]!;
      this.#lastValues[slot] = group.lastValue;
      return this.#sums[slot]! / this.#counts[slot]!;
    }
    this.#sums[slot]! += group.sum;
    this.#counts[slot]! += group.count;
    if (!(group.lastTime < this.#lastTimes[slot]!)) {
      this.#lastTimes[slot] = group.lastTime;
      this.#lastValues[slot] = group.lastValue;
    }
    return this.#sums[slot]! / this.#counts[slot]!;
  }

  /** Forgets a bucket's raw samples, because its value was replaced as a whole. */
  forget(row: number, bucket: number): void {
    const slot = row * SLOTS + (bucket % SLOTS);
    if (row < this.#rows && this.#buckets[slot] === bucket) this.#clear(slot, bucket);
  }

  #clear(slot: number, bucket: number): void {
    this.#buckets[slot] = bucket;
    this.#sums[slot] = 0;
    this.#counts[slot] = 0;
    this.#lastTimes[slot] = Number.NaN;
    this.#lastValues[slot] = Number.NaN;
  }

  #ensureRow(row: number): void {
    if (row < this.#rows) return;
    const from = this.#rows * SLOTS;
    this.#rows = Math.max(RESERVED_ROWS, row + 1);
    const length = this.#rows * SLOTS;
    this.#buckets = grown(this.#buckets, length).fill(-1, from);
    this.#sums = grown(this.#sums, length);
    this.#counts = grown(this.#counts, length);
    this.#lastTimes = grown(this.#lastTimes, length).fill(Number.NaN, from);
    this.#lastValues = grown(this.#lastValues, length);
  }
}

function grown(array: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const next = new Float64Array(length);
  next.set(array);
  return next;
}
