/** Sums in which what is older counts less. */

/** Weighted sums whose additions fade by half every `halfLife` buckets, whatever the order in which they come. */
export class FadingSums {
  readonly #halfLife: number;
  readonly #sums: Float64Array;
  #at = Number.NEGATIVE_INFINITY;

  constructor(size: number, halfLife: number) {
    this.#halfLife = halfLife;
    this.#sums = new Float64Array(size);
  }

  /** The weight that something of this bucket has now; what is older fades first. To be called before `add`. */
  weightAt(bucket: number): number {
    if (bucket <= this.#at) return 2 ** ((bucket - this.#at) / this.#halfLife);
    const fade = this.#at === Number.NEGATIVE_INFINITY ? 0 : 2 ** ((this.#at - bucket) / this.#halfLife);
    for (let i = 0; i < this.#sums.length; i++) this.#sums[i]! *= fade;
    this.#at = bucket;
    return 1;
  }

  add(index: number, amount: number): void {
    this.#sums[index]! += amount;
  }

  get(index: number): number {
    return this.#sums[index]!;
  }
}
