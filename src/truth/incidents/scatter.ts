/** How much more than chance what comes scatters from one stretch of time to the next: servers share what happens to them. */
import { FadingSums } from '../fadingSums.js';
import { withinReason } from './oddsEvidence.js';

/** Variance that is taken to be as chance has it before anything is known: that of some four breaches, as for the lines. */
const TRUSTED_VARIANCE = 4;

/** Sums over the stretches that are over: of squared residuals, residual × variance, squared variances, residuals, variances. */
const SQUARES = 0;
const CROSS = 1;
const VARIANCES_SQUARED = 2;
const RESIDUALS = 3;
const VARIANCES = 4;
const SUMS = 5;

/**
 * If cases were independent, the sum of what came minus what was promised, over all cases of a stretch, would have the
 * variance Σ p (1 − p). Ten servers behind one load balancer give ten times that.
 */
export class Scatter {
  readonly #spanBuckets: number;
  readonly #past: FadingSums;
  /** The stretch that is being gathered. */
  #stretch = Number.NaN;
  #residual = 0;
  #variance = 0;

  /** @param spanBuckets  length of a stretch: what came within it may be one and the same event */
  constructor(spanBuckets: number, halfLifeBuckets: number) {
    this.#spanBuckets = spanBuckets;
    this.#past = new FadingSums(SUMS, halfLifeBuckets);
  }

  /**
   * @param bucket       ascending, but for a few that come late and count for the stretch of now
   * @param probability  as it was promised
   * @param weight       how many independent cases in time this one stands for, ≤ 1
   */
  add(bucket: number, probability: number, came: boolean, weight: number): void {
    const stretch = Math.floor(bucket / this.#spanBuckets);
    if (!(stretch <= this.#stretch)) this.#begin(stretch);
    const expected = withinReason(probability);
    this.#residual += weight * ((came ? 1 : 0) - expected);
    this.#variance += weight * expected * (1 - expected);
  }

  /**
   * Cases that count for one independent case, ≥ 1: the variance of the residuals around their own mean share, over that of
   * independent cases. A mean that is off is what the lines are for, and no scatter.
   */
  get casesPerIndependent(): number {
    const variance = this.#past.get(VARIANCES);
    if (variance <= 0) return 1;
    const bias = this.#past.get(RESIDUALS) / variance;
    const scatter =
      this.#past.get(SQUARES) - 2 * bias * this.#past.get(CROSS) + bias * bias * this.#past.get(VARIANCES_SQUARED);
    return Math.max(1, (TRUSTED_VARIANCE + scatter) / (TRUSTED_VARIANCE + variance));
  }

  #begin(stretch: number): void {
    if (this.#variance > 0) {
      const [residual, variance] = [this.#residual, this.#variance];
      const weight = this.#past.weightAt((this.#stretch + 1) * this.#spanBuckets);
      this.#past.add(SQUARES, weight * residual * residual);
      this.#past.add(CROSS, weight * residual * variance);
      this.#past.add(VARIANCES_SQUARED, weight * variance * variance);
      this.#past.add(RESIDUALS, weight * residual);
      this.#past.add(VARIANCES, weight * variance);
    }
    this.#stretch = stretch;
    this.#residual = 0;
    this.#variance = 0;
  }
}
