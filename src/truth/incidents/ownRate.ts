/** How much more or less often one server breaches a threshold than its like, when the same is promised. */
import { RISK_HORIZONS } from '../../core/flow.js';
import { FadingSums } from '../fadingSums.js';

/** Breaches of a server's own that move it half-way from its like to what came (Gamma-Poisson). */
const TRUSTED_BREACHES = 8;

/** Per horizon: breaches that were promised, and that came. */
const PLACES = 2;

export class OwnRate {
  readonly #sums: FadingSums;
  #shifts: readonly number[] = RISK_HORIZONS.map(() => 0);
  #isStale = false;

  constructor(halfLifeBuckets: number) {
    this.#sums = new FadingSums(RISK_HORIZONS.length * PLACES, halfLifeBuckets);
  }

  /** To be added to the log odds of its like, per horizon; 0 before anything is known. */
  get shifts(): readonly number[] {
    return this.#shifts;
  }

  add(horizon: number, bucket: number, { promised, came, weight }: OwnVerdict): void {
    const counted = weight * this.#sums.weightAt(bucket);
    this.#sums.add(PLACES * horizon, counted * promised);
    if (came) this.#sums.add(PLACES * horizon + 1, counted);
    this.#isStale = true;
  }

  /** Lets what was added take effect. */
  settle(): void {
    if (!this.#isStale) return;
    this.#isStale = false;
    this.#shifts = this.#shifts.map((_, horizon) => {
      const [promised, came] = [this.#sums.get(PLACES * horizon), this.#sums.get(PLACES * horizon + 1)];
      return Math.log((TRUSTED_BREACHES + came) / (TRUSTED_BREACHES + promised));
    });
  }
}

export interface OwnVerdict {
  /** The probability that holds for servers like this one. */
  readonly promised: number;
  readonly came: boolean;
  /** How many independent cases this one stands for, ≤ 1. */
  readonly weight: number;
}
