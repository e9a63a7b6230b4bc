/** Whether probabilities mean what they say, by tenths of 0–1. */

/** Mean outcome of the cases whose probability lies in one tenth. */
export interface Tenth {
  /** Which one, 0–9. */
  readonly tenth: number;
  readonly cases: number;
  /** Mean probability. */
  readonly predicted: number;
  /** Share of the cases in which it came. */
  readonly observed: number;
}

export const TENTHS = 10;

/** Collects probabilities with what came. */
export class ReliabilityTenths {
  readonly #cases = new Float64Array(TENTHS);
  readonly #predicted = new Float64Array(TENTHS);
  readonly #observed = new Float64Array(TENTHS);

  /** @param came 1 or 0 */
  add(probability: number, came: number): void {
    const tenth = Math.min(TENTHS - 1, Math.floor(probability * TENTHS));
    this.#cases[tenth]!++;
    this.#predicted[tenth]! += probability;
    this.#observed[tenth]! += came;
  }

  /** Adds cases of one tenth that were counted elsewhere. */
  addAll({ cases, predicted, observed }: Omit<Tenth, 'tenth'>): void {
    const tenth = Math.min(TENTHS - 1, Math.floor(predicted * TENTHS));
    this.#cases[tenth]! += cases;
    this.#predicted[tenth]! += cases * predicted;
    this.#observed[tenth]! += cases * observed;
  }

  /** Those that hold a case, ascending. */
  tenths(): Tenth[] {
    return [...this.#cases.keys()].flatMap((tenth) => {
      const cases = this.#cases[tenth]!;
      if (cases === 0) return [];
      return [{ tenth, cases, predicted: this.#predicted[tenth]! / cases, observed: this.#observed[tenth]! / cases }];
    });
  }
}
