/** One rising curve per horizon, of all metrics: what comes after lines and servers' own rates. */
import { RISK_HORIZONS } from '../../core/flow.js';
import { evidencePerHorizon, type HorizonEvidence } from './horizonEvidence.js';
import type { JudgedClaim } from './judgedClaim.js';
import { alongCurve, fitCurve, type RisingCurve } from './risingCurve.js';

export class RisingCurves {
  readonly #evidence: readonly HorizonEvidence[];
  readonly #isStale = RISK_HORIZONS.map(() => false);
  readonly #curves: RisingCurve[] = RISK_HORIZONS.map(() => []);

  constructor(halfLifeBuckets: number) {
    this.#evidence = evidencePerHorizon(halfLifeBuckets);
  }

  add(verdict: JudgedClaim): void {
    const { horizon, probability } = verdict;
    this.#evidence[horizon]!.add(verdict, alongCurve(this.#curves[horizon]!, probability));
    this.#isStale[horizon] = true;
  }

  settle(): void {
    this.#evidence.forEach((evidence, h) => {
      if (this.#isStale[h]) this.#curves[h] = fitCurve(evidence.cells());
      this.#isStale[h] = false;
    });
  }

  along(horizon: number, probability: number): number {
    return alongCurve(this.#curves[horizon]!, probability);
  }
}
