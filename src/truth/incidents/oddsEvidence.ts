/** Cases with what came of them, by the log odds that were told. */
import { FadingSums } from '../fadingSums.js';

/** Probabilities nearer to 0 or 1 count as this near. */
const SMALLEST_PROBABILITY = 1e-5;

/** Log odds in cells of a half from −12 to 12: finer ones give the same line. */
const CELL_WIDTH = 0.5;
const CELLS = 48;
const LOWEST = -12;

/** Per cell: cases, sum of their log odds, breaches. */
const PLACES = 3;

/** What is known of the probabilities around one. */
export interface OddsCell {
  /** Mean log odds that were told. */
  readonly odds: number;
  /** Independent ones, > 0. */
  readonly cases: number;
  /** How many of them came. */
  readonly came: number;
}

/** Cases of one kind; what is older counts less. */
export class OddsEvidence {
  readonly #sums: FadingSums;

  constructor(halfLifeBuckets: number) {
    this.#sums = new FadingSums(CELLS * PLACES, halfLifeBuckets);
  }

  /** @param weight  how many independent cases this one stands for, ≤ 1 */
  add(bucket: number, probability: number, came: boolean, weight: number): void {
    const odds = logOdds(probability);
    const at = PLACES * Math.min(CELLS - 1, Math.floor((odds - LOWEST) / CELL_WIDTH));
    const counted = weight * this.#sums.weightAt(bucket);
    this.#sums.add(at, counted);
    this.#sums.add(at + 1, counted * odds);
    if (came) this.#sums.add(at + 2, counted);
  }

  /** Those that hold a case, ascending. @param casesPerIndependent  ≥ 1: so many cases count for one */
  cells(casesPerIndependent: number): OddsCell[] {
    const cells: OddsCell[] = [];
    for (let at = 0; at < CELLS * PLACES; at += PLACES) {
      const cases = this.#sums.get(at);
      if (cases <= 0) continue;
      cells.push({
        odds: this.#sums.get(at + 1) / cases,
        cases: cases / casesPerIndependent,
        came: this.#sums.get(at + 2) / casesPerIndependent,
      });
    }
    return cells;
  }
}

/** Not nearer to 0 or 1 than can be told. */
export function withinReason(probability: number): number {
  return Math.min(Math.max(probability, SMALLEST_PROBABILITY), 1 - SMALLEST_PROBABILITY);
}

/** Natural logarithm of p ÷ (1 − p), finite for 0 and 1 as well. */
export function logOdds(probability: number): number {
  const p = withinReason(probability);
  return Math.log(p / (1 - p));
}
