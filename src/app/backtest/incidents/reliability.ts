/** Whether a probability means what it says. */
import type { ReliabilityBin, ReliabilityReport } from '../report/incidentData.js';

const BINS = 10;
/** 95 %. */
const Z = 1.959964;

/** Collects probabilities with what came. */
export class Reliability {
  readonly #cases = new Float64Array(BINS);
  readonly #predicted = new Float64Array(BINS);
  readonly #observed = new Float64Array(BINS);
  #squares = 0;

  /** @param came 1 or 0 */
  add(probability: number, came: number): void {
    const bin = Math.min(BINS - 1, Math.floor(probability * BINS));
    this.#cases[bin]!++;
    this.#predicted[bin]! += probability;
    this.#observed[bin]! += came;
    this.#squares += (probability - came) ** 2;
  }

  report(horizon: string): ReliabilityReport {
    const cases = this.#cases.reduce((sum, count) => sum + count, 0);
    const came = this.#observed.reduce((sum, count) => sum + count, 0);
    const rate = came / cases;
    return {
      horizon,
      cases,
      rate: cases === 0 ? null : rate,
      brier: cases === 0 ? null : this.#squares / cases,
      brierOfRate: cases === 0 ? null : rate * (1 - rate),
      bins: [...this.#cases.keys()].flatMap((bin) => this.#binOf(bin) ?? []),
    };
  }

  #binOf(bin: number): ReliabilityBin | undefined {
    const cases = this.#cases[bin]!;
    if (cases === 0) return undefined;
    const observed = this.#observed[bin]! / cases;
    const predicted = this.#predicted[bin]! / cases;
    return { from: bin / BINS, to: (bin + 1) / BINS, cases, predicted, observed, ...wilsonInterval(observed, cases) };
  }
}

/** The 95 % interval of a share by Wilson (1927), which holds for shares near 0 and 1, too. */
function wilsonInterval(share: number, cases: number): { low: number; high: number } {
  const spread = (Z * Z) / cases;
  const middle = (share + spread / 2) / (1 + spread);
  const half = (Z / (1 + spread)) * Math.sqrt((share * (1 - share)) / cases + spread / (4 * cases));
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}
