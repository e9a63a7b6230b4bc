/** A window of linborg's own figures for benchmarks: eight days of cycles that were all alike but for chance. */
import type { Frame } from '../../core/flow.js';
import { OWN_METRICS, OWN_SUBJECT, type OwnFigures } from '../../core/ownFigures.js';
import { normal, type Random, seededRandom } from '../../core/random.js';
import { WindowStore } from '../../windows/store.js';
import { ownSamples } from '../service/ownFigures.js';
import { benchConfig } from './benchConfig.js';
import { FIRST_STEP, HISTORY_STEPS, STEP_SECONDS } from './feed.js';

const SEED = 11;
/** What a figure is on average: cycles of any size cost the same here. */
const LEVEL = 10;

export class OwnWindow {
  readonly #store = new WindowStore(benchConfig().windows);
  readonly #random: Random = seededRandom(SEED);

  constructor() {
    const steps = Array.from({ length: HISTORY_STEPS }, (_, i) => FIRST_STEP - HISTORY_STEPS + i);
    const times = Float64Array.from(steps, (step) => step * STEP_SECONDS);
    const series = OWN_METRICS.map((metric) => {
      return { server: OWN_SUBJECT, metric, times, values: Float64Array.from(steps, () => this.#figure()) };
    });
    this.#store.ingest({ kind: 'buckets', source: OWN_SUBJECT, at: FIRST_STEP * STEP_SECONDS, series });
  }

  /** Takes in what one more cycle came to, as `serve` does after each. */
  note(at: number): void {
    const figures: OwnFigures = Object.fromEntries(OWN_METRICS.map((metric) => [metric, this.#figure()]));
    this.#store.ingest(ownSamples(figures, at, new Set()));
  }

  frames(at: number): Frame[] {
    return this.#store.frames(at);
  }

  #figure(): number {
    return LEVEL * (1 + 0.1 * normal(this.#random));
  }
}
