/** linborg's own figures on their way into its own window. */
import type { SampleBatch } from '../../core/flow.js';
import type { OwnFigures } from '../../core/ownFigures.js';
import { ownSamples } from './ownFigures.js';

/** What waits while no cycle succeeds: a day of cycles of a minute. */
const MOST_WAITING = 1440;

export class OwnBacklog {
  /** undefined while those of the past are to be read. */
  #waiting: SampleBatch[] | undefined;
  /** Names of own figures that targets of the configuration have, too: theirs come from Prometheus. */
  readonly #takenNames: ReadonlySet<string>;

  /** @param past  what the pipeline before kept; without, the first `take` reads it */
  constructor(takenNames: ReadonlySet<string>, past: SampleBatch | undefined) {
    this.#takenNames = takenNames;
    this.#waiting = past && [past];
  }

  /** Keeps what a cycle at epoch second `at` came to. Before the past is known there is nothing to add it to. */
  note(figures: OwnFigures, at: number): void {
    if (this.#waiting === undefined) return;
    this.#waiting.push(ownSamples(figures, at, this.#takenNames));
    if (this.#waiting.length > MOST_WAITING) this.#waiting.shift();
  }

  /** All that waits, oldest first; at the first time that is the past. */
  async take(recall: () => Promise<SampleBatch>): Promise<readonly SampleBatch[]> {
    this.#waiting ??= [await recall()];
    return this.#waiting.splice(0);
  }
}
