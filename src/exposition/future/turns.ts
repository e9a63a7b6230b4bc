/** Long work in turns of a few milliseconds, so that probes and scrapes are not kept waiting. */
import { setImmediate as nextTurn } from 'node:timers/promises';

const TURN_MILLISECONDS = 5;

export class Turns {
  #began = performance.now();

  /** Whether it is time to let others have theirs. */
  get isOver(): boolean {
    return performance.now() - this.#began > TURN_MILLISECONDS;
  }

  async next(): Promise<void> {
    await nextTurn();
    this.#began = performance.now();
  }
}
