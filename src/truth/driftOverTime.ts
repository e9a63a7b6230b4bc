/** A fleet's model inputs of late against those of its own first week. */
import type { DriftScore } from '../core/truth.js';
import { GROUPS, groupOf } from './driftGroups.js';
import { scoresOf } from './driftScores.js';
import { GRID_BINS, gridBin, shiftIndex } from './driftShift.js';
import { type Counted, Forgetting, weightOfAll } from './forgetting.js';

const DAY_SECONDS = 86_400;
/** A whole week, so that a weekend is nothing new. */
const REFERENCE_SECONDS = 7 * DAY_SECONDS;
/** A day after it: before that the hour alone would look like drift. */
const LEAST_SPAN_SECONDS = REFERENCE_SECONDS + DAY_SECONDS;
/** A row's weight falls to 1/e within two days: a single odd day moves it little, a lasting shift is seen in three. */
const FORGETTING = new Forgetting(2 * DAY_SECONDS);
/** Rows that must weigh in on either side: two days' worth of one server. */
const LEAST_ROWS = 48;

const PER_FIGURE = GROUPS * GRID_BINS;

interface MetricHistory extends Counted {
  /** [figures × GROUPS × GRID_BINS]: rows of the first week. */
  readonly reference: Float32Array;
  /** Likewise, all rows; one at `epoch` weighs 1. */
  readonly recent: Float32Array;
}

/** Keeps histograms, not rows: 190 KB per metric with 23 figures. The order of rows within a day does not matter. */
export class DriftOverTime {
  readonly #names: readonly string[];
  readonly #metrics = new Map<string, MetricHistory>();

  /** @param names  of the figures, in the order of each row's */
  constructor(names: readonly string[]) {
    this.#names = names;
  }

  /** Takes in one forecast's figures. A NaN says nothing. */
  observe(at: number, server: string, metric: string, figures: ArrayLike<number>): void {
    const history = this.#historyOf(metric, at);
    // A start's hindcasts come after its first forecasts.
    const weight = FORGETTING.takeIn(history, history.recent, at);
    const isReference = at - history.firstAt < REFERENCE_SECONDS;
    const group = groupOf(server);
    for (let f = 0; f < Math.min(this.#names.length, figures.length); f++) {
      const value = figures[f]!;
      if (!Number.isFinite(value)) continue;
      const slot = f * PER_FIGURE + group * GRID_BINS + gridBin(value);
      history.recent[slot]! += weight;
      if (isReference) history.reference[slot]! += 1;
    }
  }

  /** The metrics whose first week is over, farthest first. */
  scores(at: number): DriftScore[] {
    const known = [...this.#metrics].filter(([, history]) => hasEvidence(history, at));
    return scoresOf(known.map(([metric, history]) => [metric, this.#indices(history)] as const));
  }

  #indices({ reference, recent }: MetricHistory): Record<string, number> {
    const indices = this.#names.map((name, f): [string, number] => {
      const [from, to] = [f * PER_FIGURE, (f + 1) * PER_FIGURE];
      return [name, shiftIndex(reference.subarray(from, to), recent.subarray(from, to))];
    });
    return Object.fromEntries(indices.filter(([, index]) => Number.isFinite(index)));
  }

  #historyOf(metric: string, at: number): MetricHistory {
    let history = this.#metrics.get(metric);
    if (history === undefined) {
      const size = this.#names.length * PER_FIGURE;
      const [reference, recent] = [new Float32Array(size), new Float32Array(size)];
      history = { reference, recent, epoch: at, firstAt: at, lastAt: at };
      this.#metrics.set(metric, history);
    }
    return history;
  }
}

function hasEvidence(history: MetricHistory, at: number): boolean {
  const { reference, recent, firstAt, lastAt } = history;
  if (lastAt - firstAt < LEAST_SPAN_SECONDS) return false;
  const recentRows = weightOfAll(recent, PER_FIGURE) * FORGETTING.rowsPerWeight(history, at);
  return weightOfAll(reference, PER_FIGURE) >= LEAST_ROWS && recentRows >= LEAST_ROWS;
}
