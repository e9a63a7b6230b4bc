/** Counts of rows in which older ones weigh less and less: newer ones weigh more instead of all older ones falling. */

/** Of rows that are counted together; epoch seconds. */
export interface Counted {
  /** A row of this moment weighs 1. */
  epoch: number;
  firstAt: number;
  lastAt: number;
}

/** Rebased after so many times the forgetting, before weights lose digits. */
const REBASE_AFTER = 20;

export class Forgetting {
  readonly #seconds: number;

  /** @param seconds  after which a row's weight has fallen to 1/e */
  constructor(seconds: number) {
    this.#seconds = seconds;
  }

  /** The weight with which a row of `at` goes into the counts, whatever the order of rows. */
  takeIn(rows: Counted, counts: Float32Array | Float64Array, at: number): number {
    if (at - rows.epoch > REBASE_AFTER * this.#seconds) {
      const factor = this.rowsPerWeight(rows, at);
      for (let i = 0; i < counts.length; i++) counts[i]! *= factor;
      rows.epoch = at;
    }
    rows.firstAt = Math.min(rows.firstAt, at);
    rows.lastAt = Math.max(rows.lastAt, at);
    return Math.exp((at - rows.epoch) / this.#seconds);
  }

  /** How many rows of `at` a weight of 1 stands for. */
  rowsPerWeight({ epoch }: Counted, at: number): number {
    return Math.exp((epoch - at) / this.#seconds);
  }
}

/** The weight of all rows. Every row fills each figure that it has, so the fullest one counts them. @param counts [figures × perFigure] */
export function weightOfAll(counts: Float32Array | Float64Array, perFigure: number): number {
  let most = 0;
  for (let from = 0; from < counts.length; from += perFigure) {
    let weight = 0;
    for (let i = from; i < from + perFigure; i++) weight += counts[i]!;
    most = Math.max(most, weight);
  }
  return most;
}
