/** What came due of one horizon, told by cases that are independent. */
import { RISK_HORIZONS } from '../../core/flow.js';
import type { JudgedClaim } from './judgedClaim.js';
import { type OddsCell, OddsEvidence } from './oddsEvidence.js';
import { Scatter } from './scatter.js';

/** What comes within an hour is often one event, whatever the horizon. */
const LEAST_SPAN_BUCKETS = 12;

/** Cases of one horizon, and how many of them count for one. */
export class HorizonEvidence {
  readonly #cases: OddsEvidence;
  readonly #scatter: Scatter;

  constructor(spanBuckets: number, halfLifeBuckets: number) {
    this.#cases = new OddsEvidence(halfLifeBuckets);
    this.#scatter = new Scatter(spanBuckets, halfLifeBuckets);
  }

  get casesPerIndependent(): number {
    return this.#scatter.casesPerIndependent;
  }

  /** @param expected  the probability that it has come to by now */
  add({ bucket, probability, came, weight }: JudgedClaim, expected: number): void {
    this.#cases.add(bucket, probability, came, weight);
    this.#scatter.add(bucket, expected, came, weight);
  }

  cells(): OddsCell[] {
    return this.#cases.cells(this.casesPerIndependent);
  }
}

/** One per horizon. */
export function evidencePerHorizon(halfLifeBuckets: number): readonly HorizonEvidence[] {
  return RISK_HORIZONS.map(({ steps }) => new HorizonEvidence(Math.max(steps, LEAST_SPAN_BUCKETS), halfLifeBuckets));
}
