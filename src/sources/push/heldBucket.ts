/** The records of one server that fell into one bucket, while they are held. */
import { METRIC_NAMES } from '../../core/metrics.js';

const WIDTH = METRIC_NAMES.length;

/**
 * Means of the 14 metrics over the records of a bucket, each time once: a record with the time of an earlier one takes its
 * place, in whatever order they come.
 */
export class HeldBucket {
  /** Where the record of a time, epoch seconds, stands in `#values`. */
  readonly #rowOf = new Map<number, number>();
  /** [records × 14]; NaN = absent. */
  #values = new Float32Array(WIDTH);
  readonly #sums = new Float64Array(WIDTH);
  readonly #counts = new Uint32Array(WIDTH);

  /** Records of different times. */
  get records(): number {
    return this.#rowOf.size;
  }

  /** Takes in a record. @param values  [14], in the order of METRIC_NAMES; NaN = absent */
  put(time: number, values: Float32Array): void {
    const known = this.#rowOf.get(time);
    const row = known ?? this.#rowOf.size;
    if (known === undefined) this.#rowOf.set(time, row);
    if ((row + 1) * WIDTH > this.#values.length) this.#grow();
    for (let metric = 0; metric < WIDTH; metric++) {
      if (known !== undefined) this.#count(metric, this.#values[row * WIDTH + metric]!, -1);
      this.#count(metric, values[metric]!, 1);
    }
    this.#values.set(values, row * WIDTH);
  }

  /** The mean of a metric over the records that have it; NaN if none has. */
  mean(metric: number): number {
    // No longer any record: what sums of removed values leave behind is no value.
    return this.#counts[metric] === 0 ? Number.NaN : this.#sums[metric]! / this.#counts[metric]!;
  }

  #count(metric: number, value: number, sign: 1 | -1): void {
    if (Number.isNaN(value)) return;
    this.#sums[metric]! += sign * value;
    this.#counts[metric]! += sign;
  }

  #grow(): void {
    const values = new Float32Array(this.#values.length * 2);
    values.set(this.#values);
    this.#values = values;
  }
}
