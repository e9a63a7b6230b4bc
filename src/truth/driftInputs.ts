/** Today's model inputs against the training inputs, per metric and input figure. */
import { seedFor } from '../core/random.js';
import type { DriftScore } from '../core/truth.js';
import { addToBins, BINS, stabilityIndex } from './driftIndex.js';

/** Deciles (nine, ascending) of each input figure in the training windows, by metric; `*` stands for any other metric. */
export type TrainingInputs = Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;

/** A row's weight falls to 1/e within a day. */
const FORGETTING_SECONDS = 86_400;
/** A whole day of hourly rows: before that the hour alone would look like drift. */
const LEAST_SPAN_SECONDS = 23 * 3600;
/** Rows that must weigh in: two days' worth of one server. */
const LEAST_ROWS = 48;
/** Servers are sorted into this many groups by their names, whose spread shows what chance does. */
const GROUPS = 16;
/** Weights grow with time instead of all older ones falling; rebased before they lose digits. */
const REBASE_SECONDS = 20 * FORGETTING_SECONDS;

/** One metric's figures of about the last day. */
interface MetricInputs {
  readonly edges: readonly (readonly number[] | undefined)[];
  /** [figures × GROUPS × BINS]; a row at `epoch` weighs 1. */
  readonly bins: Float64Array;
  epoch: number;
  firstAt: number;
  lastAt: number;
}

/** Keeps histograms, not rows: the memory is bounded by metrics × figures. The order of rows does not matter. */
export class InputDrift {
  readonly #figures: readonly string[];
  readonly #training: TrainingInputs;
  readonly #metrics = new Map<string, MetricInputs>();

  /** @param figures  names of the figures of each row, in order */
  constructor(figures: readonly string[], training: TrainingInputs) {
    this.#figures = figures;
    this.#training = training;
  }

  /** Takes in one forecast's figures; a NaN says nothing, nor does a metric that the training knew nothing like. */
  observe(at: number, server: string, metric: string, figures: ArrayLike<number>): void {
    const inputs = this.#inputsOf(metric, at);
    if (inputs === undefined) return;
    if (at - inputs.epoch > REBASE_SECONDS) rebase(inputs, at);
    inputs.firstAt = Math.min(inputs.firstAt, at);
    inputs.lastAt = Math.max(inputs.lastAt, at);
    const weight = Math.exp((at - inputs.epoch) / FORGETTING_SECONDS);
    const group = groupOf(server);
    for (let f = 0; f < this.#figures.length; f++) {
      const edges = inputs.edges[f];
      const value = figures[f]!;
      if (edges === undefined || !Number.isFinite(value)) continue;
      addToBins(edges, { value, weight }, inputs.bins, (f * GROUPS + group) * BINS);
    }
  }

  /** The metrics with enough evidence at `at`, farthest first. */
  scores(at: number): DriftScore[] {
    const scores: DriftScore[] = [];
    for (const [metric, inputs] of this.#metrics) {
      if (!hasEvidence(inputs, at)) continue;
      const byInput = this.#indices(inputs, at);
      const score = upperQuartile(Object.values(byInput));
      if (Number.isFinite(score)) scores.push({ metric, score, byInput });
    }
    return scores.sort((a, b) => b.score - a.score || (a.metric < b.metric ? -1 : 1));
  }

  /** Share of the windows, over all metrics with enough evidence, whose figure lies in one of the bins (0–9); or NaN. */
  shareInBins(at: number, figure: string, wanted: readonly number[]): number {
    const f = this.#figures.indexOf(figure);
    let inside = 0;
    let all = 0;
    for (const inputs of f < 0 ? [] : this.#metrics.values()) {
      if (!hasEvidence(inputs, at)) continue;
      const toRows = rowsPerWeight(inputs, at);
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
    const training = this.#training[metric] ?? this.#training['*'];
    if (training === undefined) return undefined;
    const bins = new Float64Array(this.#figures.length * GROUPS * BINS);
    const edges = this.#figures.map((figure) => training[figure]);
    const inputs: MetricInputs = { edges, bins, epoch: at, firstAt: at, lastAt: at };
    this.#metrics.set(metric, inputs);
    return inputs;
  }

  #indices(inputs: MetricInputs, at: number): Record<string, number> {
    const toRows = rowsPerWeight(inputs, at);
    const indices: Record<string, number> = {};
    this.#figures.forEach((figure, f) => {
      const index = stabilityIndex(inputs.bins.subarray(f * GROUPS * BINS, (f + 1) * GROUPS * BINS), toRows);
      if (Number.isFinite(index)) indices[figure] = index;
    });
    return indices;
  }
}

function rowsPerWeight({ epoch }: MetricInputs, at: number): number {
  return Math.exp((epoch - at) / FORGETTING_SECONDS);
}

function hasEvidence(inputs: MetricInputs, at: number): boolean {
  if (inputs.lastAt - inputs.firstAt < LEAST_SPAN_SECONDS) return false;
  // Every row fills each figure that it has, so the fullest one counts the rows.
  const perFigure = GROUPS * BINS;
  let most = 0;
  for (let from = 0; from < inputs.bins.length; from += perFigure) {
    let weight = 0;
    for (let i = from; i < from + perFigure; i++) weight += inputs.bins[i]!;
    most = Math.max(most, weight);
  }
  return most * rowsPerWeight(inputs, at) >= LEAST_ROWS;
}

function rebase(inputs: MetricInputs, at: number): void {
  const factor = rowsPerWeight(inputs, at);
  for (let i = 0; i < inputs.bins.length; i++) inputs.bins[i]! *= factor;
  inputs.epoch = at;
}

/** Depends on the name alone, so that replicas agree. The high bits are mixed in: names differ in their last digits. */
function groupOf(server: string): number {
  const hash = Math.imul(seedFor(0, server), 0x9e3779b1);
  return (hash >>> 16) % GROUPS;
}

/** One odd figure of many moves it little, a shift that several figures see moves it. NaN without a value. */
function upperQuartile(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = 0.75 * (sorted.length - 1);
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  return below + (position % 1) * (sorted[Math.ceil(position)]! - below);
}
