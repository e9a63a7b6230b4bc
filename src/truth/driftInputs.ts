/** Today's model inputs against the training inputs, per metric and input figure. */
import type { DriftScore } from '../core/truth.js';
import { GROUPS, groupOf } from './driftGroups.js';
import { addToBins, BINS, stabilityIndex } from './driftIndex.js';
import { scoresOf } from './driftScores.js';
import { type Counted, Forgetting, weightOfAll } from './forgetting.js';

/** What a model's manifest says of the windows that it was trained on. */
export interface TrainingInputs {
  /** Names of the input figures, in the order of each row's figures. */
  readonly names: readonly string[];
  /** Nine ascending deciles per name, by metric; `*` stands for any other metric. */
  readonly edges: Readonly<Record<string, readonly (readonly number[])[]>>;
}

/** A row's weight falls to 1/e within a day. */
const FORGETTING = new Forgetting(86_400);
/** A whole day of hourly rows: before that the hour alone would look like drift. */
const LEAST_SPAN_SECONDS = 23 * 3600;
/** Rows that must weigh in: two days' worth of one server. */
const LEAST_ROWS = 48;

/** One metric's figures of about the last day. */
interface MetricInputs extends Counted {
  readonly edges: readonly (readonly number[])[];
  /** [figures × GROUPS × BINS]; a row at `epoch` weighs 1. */
  readonly bins: Float64Array;
}

/** Keeps histograms, not rows: the memory is bounded by metrics × figures. The order of rows does not matter. */
export class InputDrift {
  readonly #training: TrainingInputs;
  readonly #metrics = new Map<string, MetricInputs>();

  constructor(training: TrainingInputs) {
    this.#training = training;
  }

  /**
   * Takes in one forecast's figures, in the order of the training's names.
   * @param figures  may be shorter than the names; a NaN says nothing
   */
  observe(at: number, server: string, metric: string, figures: ArrayLike<number>): void {
    const inputs = this.#inputsOf(metric, at);
    if (inputs === undefined) return;
    const weight = FORGETTING.takeIn(inputs, inputs.bins, at);
    const group = groupOf(server);
    for (let f = 0; f < Math.min(inputs.edges.length, figures.length); f++) {
      const value = figures[f]!;
      if (Number.isFinite(value))
        addToBins(inputs.edges[f]!, { value, weight }, inputs.bins, (f * GROUPS + group) * BINS);
    }
  }

  /** Whether the training windows held this metric; another one is compared with all of them together. */
  isKnown(metric: string): boolean {
    return this.#training.edges[metric] !== undefined;
  }

  /** The metrics with enough evidence at `at`, farthest first. */
  scores(at: number): DriftScore[] {
    const known = [...this.#metrics].filter(([, inputs]) => hasEvidence(inputs, at));
    return scoresOf(known.map(([metric, inputs]) => [metric, this.#indices(inputs, at)] as const));
  }

  /** Share of the windows, over all metrics with enough evidence, whose figure lies in one of the bins (0–9); or NaN. */
  shareInBins(at: number, figure: string, wanted: readonly number[]): number {
    const f = this.#training.names.indexOf(figure);
    let inside = 0;
    let all = 0;
    for (const inputs of f < 0 ? [] : this.#metrics.values()) {
      if (!hasEvidence(inputs, at)) continue;
      const toRows = FORGETTING.rowsPerWeight(inputs, at);
      inputs.bins.subarray(f * GROUPS * BINS, (f + 1) * GROUPS * BINS).forEach((weight, i) => {
        all += weight * toRows;
        if (wanted.includes(i % BINS)) inside += weight * toRows;
      });
    }
    return inside / all;
  }

  #inputsOf(metric: string, at: number): MetricInputs | undefined {
    const known = this.#metrics.get(metric);
    if (known !== undefined) return known;
    const edges = this.#training.edges[metric] ?? this.#training.edges['*'];
    if (edges === undefined) return undefined;
    const bins = new Float64Array(edges.length * GROUPS * BINS);
    const inputs: MetricInputs = { edges, bins, epoch: at, firstAt: at, lastAt: at };
    this.#metrics.set(metric, inputs);
    return inputs;
  }

  #indices(inputs: MetricInputs, at: number): Record<string, number> {
    const toRows = FORGETTING.rowsPerWeight(inputs, at);
    const indices: Record<string, number> = {};
    this.#training.names.forEach((figure, f) => {
      const index = stabilityIndex(inputs.bins.subarray(f * GROUPS * BINS, (f + 1) * GROUPS * BINS), toRows);
      if (Number.isFinite(index)) indices[figure] = index;
    });
    return indices;
  }
}

function hasEvidence(inputs: MetricInputs, at: number): boolean {
  if (inputs.lastAt - inputs.firstAt < LEAST_SPAN_SECONDS) return false;
  return weightOfAll(inputs.bins, GROUPS * BINS) * FORGETTING.rowsPerWeight(inputs, at) >= LEAST_ROWS;
}
