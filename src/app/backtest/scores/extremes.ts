/** The items with the smallest and the largest keys, of any number that pass by. */

interface Keyed<T> {
  readonly key: number;
  readonly item: T;
}

interface ExtremesOptions<T> {
  /** At most so many items at each end. */
  readonly size: number;
  readonly kindOf: (item: T) => string;
  /** At most so many of a kind at each end. */
  readonly sizeOfKind: number;
}

/** Keeps the items at each end, of each kind only the outermost. */
export class Extremes<T> {
  readonly #options: ExtremesOptions<T>;
  readonly #smallest: Keyed<T>[] = [];
  readonly #largest: Keyed<T>[] = [];

  constructor(options: ExtremesOptions<T>) {
    this.#options = options;
  }

  offer(key: number, item: T): void {
    this.#insert(this.#smallest, { key, item }, (a, b) => a.key - b.key);
    this.#insert(this.#largest, { key, item }, (a, b) => b.key - a.key);
  }

  /** Smallest first. */
  get smallest(): T[] {
    return this.#smallest.map(({ item }) => item);
  }

  /** Largest first. */
  get largest(): T[] {
    return this.#largest.map(({ item }) => item);
  }

  /** What leaves a full list leaves for good: as many lie farther out, and only one that lies farther still replaces one. */
  #insert(kept: Keyed<T>[], entry: Keyed<T>, compare: (a: Keyed<T>, b: Keyed<T>) => number): void {
    const { size, kindOf, sizeOfKind } = this.#options;
    const kind = kindOf(entry.item);
    const after = kept.findIndex((other) => compare(other, entry) > 0);
    kept.splice(after < 0 ? kept.length : after, 0, entry);
    const ofKind = kept.filter(({ item }) => kindOf(item) === kind);
    if (ofKind.length > sizeOfKind) kept.splice(kept.indexOf(ofKind.at(-1)!), 1);
    if (kept.length > size) kept.pop();
  }
}
