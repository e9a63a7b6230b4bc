/** The items with the smallest and the largest keys, of any number that pass by. */

interface Keyed<T> {
  readonly key: number;
  readonly item: T;
}

/** Keeps at most `size` items at each end. */
export class Extremes<T> {
  readonly #size: number;
  readonly #smallest: Keyed<T>[] = [];
  readonly #largest: Keyed<T>[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  offer(key: number, item: T): void {
    insert(this.#smallest, { key, item }, this.#size, (a, b) => a.key - b.key);
    insert(this.#largest, { key, item }, this.#size, (a, b) => b.key - a.key);
  }

  /** Smallest first. */
  get smallest(): T[] {
    return this.#smallest.map(({ item }) => item);
  }

  /** Largest first. */
  get largest(): T[] {
    return this.#largest.map(({ item }) => item);
  }
}

function insert<T>(kept: Keyed<T>[], entry: Keyed<T>, size: number, compare: (a: Keyed<T>, b: Keyed<T>) => number) {
  let at = kept.length;
  while (at > 0 && compare(kept[at - 1]!, entry) > 0) at--;
  if (at >= size) return;
  kept.splice(at, 0, entry);
  if (kept.length > size) kept.pop();
}
