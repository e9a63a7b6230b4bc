/** Whether a probability means what it says. */
import { ReliabilityTenths, TENTHS, type Tenth } from '../../../core/reliability.js';
import type { ReliabilityBin, ReliabilityReport } from '../report/incidentData.js';

/** 95 %. */
const Z = 1.959964;

/** Collects probabilities with what came. */
export class Reliability {
  readonly #tenths = new ReliabilityTenths();
  #cases = 0;
  #came = 0;
  #squares = 0;

  /** @param came 1 or 0 */
  add(probability: number, came: number): void {
    this.#tenths.add(probability, came);
    this.#cases++;
    this.#came += came;
    this.#squares += (probability - came) ** 2;
  }

  report(horizon: string): ReliabilityReport {
    const cases = this.#cases;
    const rate = this.#came / cases;
    return {
      horizon,
      cases,
      rate: cases === 0 ? null : rate,
      brier: cases === 0 ? null : this.#squares / cases,
      brierOfRate: cases === 0 ? null : rate * (1 - rate),
      bins: this.#tenths.tenths().map(binOf),
    };
  }
}

/** A tenth with the interval of what came. */
export function binOf({ tenth, cases, predicted, observed }: Tenth): ReliabilityBin {
  const [from, to] = [tenth / TENTHS, (tenth + 1) / TENTHS];
  return { from, to, cases, predicted, observed, ...wilsonInterval(observed, cases) };
}

/** The 95 % interval of a share by Wilson (1927), which holds for shares near 0 and 1, too. */
function wilsonInterval(share: number, cases: number): { low: number; high: number } {
  const spread = (Z * Z) / cases;
  const middle = (share + spread / 2) / (1 + spread);
  const half = (Z / (1 + spread)) * Math.sqrt((share * (1 - share)) / cases + spread / (4 * cases));
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}
