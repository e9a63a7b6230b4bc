/** Long work in turns of a few milliseconds, so that probes and scrapes are not kept waiting. */
import { setImmediate as nextTurn } from 'node:timers/promises';

const TURN_MILLISECONDS = 5;
/** Items that are sorted, or looked at, before the clock is. */
const RUN_LENGTH = 256;

export class Turns {
  readonly #clock: () => number;
  readonly #signal: AbortSignal | undefined;
  #began: number;

  /**
   * @param clock   milliseconds that only go on
   * @param signal  ends the work at its next turn
   */
  constructor(clock: () => number = () => performance.now(), signal?: AbortSignal) {
    this.#clock = clock;
    this.#signal = signal;
    this.#began = clock();
  }

  /** Whether it is time to let others have theirs. */
  get isOver(): boolean {
    return this.#clock() - this.#began > TURN_MILLISECONDS;
  }

  /** Rejects with the signal's reason once nobody waits for the work. */
  async next(): Promise<void> {
    await nextTurn();
    this.#signal?.throwIfAborted();
    this.#began = this.#clock();
  }
}

/** The items in the order of `compare`; those that are equal stay as they were. */
export async function sortInTurns<Item>(
  items: readonly Item[],
  compare: (a: Item, b: Item) => number,
  turns: Turns,
): Promise<Item[]> {
  let runs: Item[][] = [];
  for (let start = 0; start < items.length; start += RUN_LENGTH) {
    runs.push(items.slice(start, start + RUN_LENGTH).sort(compare));
    if (turns.isOver) await turns.next();
  }
  while (runs.length > 1) {
    const longer: Item[][] = [];
    for (let i = 0; i < runs.length; i += 2) longer.push(await merge(runs[i]!, runs[i + 1] ?? [], compare, turns));
    runs = longer;
  }
  return runs[0] ?? [];
}

/** Both are sorted. */
async function merge<Item>(
  first: readonly Item[],
  second: readonly Item[],
  compare: (a: Item, b: Item) => number,
  turns: Turns,
): Promise<Item[]> {
  const merged: Item[] = [];
  let [i, j] = [0, 0];
  while (i < first.length || j < second.length) {
    const isFirst = j === second.length || (i < first.length && compare(first[i]!, second[j]!) <= 0);
    merged.push(isFirst ? first[i++]! : second[j++]!);
    if (merged.length % RUN_LENGTH === 0 && turns.isOver) await turns.next();
  }
  return merged;
}
