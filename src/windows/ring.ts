/** One server's buckets: a row per metric over one SharedArrayBuffer, addressed as `Frame` says. */

/** Marks a ring that has never held a bucket. */
const NO_BUCKET = -1;

/** The last 4 h at five minutes, which the gap rule looks at (forecast notes). */
export const RECENT_BUCKETS = 48;

/** Rows that fit before the buffer must grow: the 14 metrics. Pages of unused rows are never touched. */
const RESERVED_ROWS = 14;

/**
 * Keeps the newest `capacity` buckets of every row; slots that leave the window are NaN at once. Bucket `i` of row `r` is
 * `values[r × capacity + i mod capacity]`. How many buckets are present is counted as they come and go, so that
 * judging a window costs nothing.
 */
export class ServerRing {
  readonly #capacity: number;
  readonly #dayBuckets: number;
  readonly #rowOf = new Map<string, number>();
  #buffer: SharedArrayBuffer;
  #values: Float32Array;
  #metrics: readonly string[] = [];
  #newest = NO_BUCKET;
  /** [rows × 3]: present buckets of the window, of the last day, of the last RECENT_BUCKETS. */
  #present: Uint16Array;

  /**
   * @param capacity   at least RECENT_BUCKETS
   * @param dayBuckets buckets in 24 h; at most `capacity`
   */
  constructor(capacity: number, dayBuckets: number) {
    this.#capacity = capacity;
    this.#dayBuckets = dayBuckets;
    this.#buffer = new SharedArrayBuffer(RESERVED_ROWS * capacity * Float32Array.BYTES_PER_ELEMENT);
    this.#values = new Float32Array(this.#buffer, 0, 0);
    this.#present = new Uint16Array(RESERVED_ROWS * 3);
  }

  /** Index of the newest bucket that was ever written, −1 if none. */
  get newest(): number {
    return this.#newest;
  }

  /** Row names, in the order in which they first had a value. */
  get metrics(): readonly string[] {
    return this.#metrics;
  }

  /** [rows × capacity], a view that stays valid (but may miss rows) when a row is added. */
  get values(): Float32Array {
    return this.#values;
  }

  /** Bytes of the typed arrays. */
  get byteLength(): number {
    return this.#buffer.byteLength + this.#present.byteLength;
  }

  /** Present buckets of a row in the whole window. */
  presentInWindow(row: number): number {
    return this.#present[row * 3]!;
  }

  /** Present buckets of a row in the last 24 h up to `newest`. */
  presentInDay(row: number): number {
    return this.#present[row * 3 + 1]!;
  }

  /** Present buckets of a row among the last RECENT_BUCKETS up to `newest`. */
  presentRecently(row: number): number {
    return this.#present[row * 3 + 2]!;
  }

  /** The row of a metric, undefined if it never had a value. */
  rowOf(metric: string): number | undefined {
    return this.#rowOf.get(metric);
  }

  /** The row of a metric, added if need be. */
  ensureRow(metric: string): number {
    const known = this.#rowOf.get(metric);
    if (known !== undefined) return known;
    const row = this.#rowOf.size;
    const rowBytes = this.#capacity * Float32Array.BYTES_PER_ELEMENT;
    if ((row + 1) * rowBytes > this.#buffer.byteLength) this.#grow(rowBytes);
    this.#rowOf.set(metric, row);
    this.#metrics = [...this.#rowOf.keys()];
    this.#values = new Float32Array(this.#buffer, 0, (row + 1) * this.#capacity);
    this.#values.fill(Number.NaN, row * this.#capacity);
    return row;
  }

  /** Makes `bucket` the newest; what leaves the window becomes absent. An older bucket than the newest changes nothing. */
  advance(bucket: number): void {
    if (bucket <= this.#newest) return;
    const steps = this.#newest === NO_BUCKET ? 0 : bucket - this.#newest;
    if (steps >= this.#capacity) {
      this.#values.fill(Number.NaN);
      this.#present.fill(0);
    } else if (steps > 0) {
      for (let row = 0; row < this.#metrics.length; row++) this.#advanceRow(row, steps);
    }
    this.#newest = bucket;
  }

  /** Writes one bucket; NaN makes it absent. Outside of the window (`newest − capacity < bucket ≤ newest`) nothing happens. */
  write(row: number, bucket: number, value: number): void {
    if (bucket > this.#newest || bucket <= this.#newest - this.#capacity) return;
    const slot = row * this.#capacity + (bucket % this.#capacity);
    const change = Number(!Number.isNaN(value)) - Number(!Number.isNaN(this.#values[slot]!));
    this.#values[slot] = value;
    if (change === 0) return;
    const age = this.#newest - bucket;
    this.#present[row * 3]! += change;
    if (age < this.#dayBuckets) this.#present[row * 3 + 1]! += change;
    if (age < RECENT_BUCKETS) this.#present[row * 3 + 2]! += change;
  }

  #advanceRow(row: number, steps: number): void {
    this.#present[row * 3 + 1]! -= this.#countLeaving(row, steps, this.#dayBuckets);
    this.#present[row * 3 + 2]! -= this.#countLeaving(row, steps, RECENT_BUCKETS);
    const start = row * this.#capacity;
    for (let i = 1; i <= steps; i++) {
      const slot = start + ((this.#newest + i) % this.#capacity);
      if (Number.isNaN(this.#values[slot]!)) continue;
      this.#values[slot] = Number.NaN;
      this.#present[row * 3]! -= 1;
    }
  }

  /** Present buckets that are among the last `span` now and will not be after `steps` more. */
  #countLeaving(row: number, steps: number, span: number): number {
    const start = row * this.#capacity;
    // `+ capacity` changes no slot and keeps the index positive just after the epoch.
    const oldest = this.#newest - span + 1 + this.#capacity;
    let leaving = 0;
    for (let i = 0; i < Math.min(steps, span); i++) {
      if (!Number.isNaN(this.#values[start + ((oldest + i) % this.#capacity)]!)) leaving++;
    }
    return leaving;
  }

  /** Room for two more rows: extra metrics are few. */
  #grow(rowBytes: number): void {
    const bytes = this.#buffer.byteLength + 2 * rowBytes;
    const buffer = new SharedArrayBuffer(bytes);
    new Float32Array(buffer).set(this.#values);
    const present = new Uint16Array((bytes / rowBytes) * 3);
    present.set(this.#present);
    this.#buffer = buffer;
    this.#present = present;
  }
}
