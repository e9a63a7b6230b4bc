/** Draws batches of training windows: data sets by the square root of their size, series and origins uniformly. */
import { HORIZON_STEPS } from '../../core/flow.js';
import { type Random, randomInt } from '../../core/random.js';
import { createInputBatch, type InputBatch, stepIndex } from '../inputs/batch.js';
import { DAY_STEPS, HISTORY_STEPS, SCALED_LIMIT } from '../inputs/contract.js';
import { fillWindow, type WindowRequest } from '../inputs/window.js';
import { addRamp, addShift, addShiftOfAnyAge } from './augment.js';
import {
  isUsableOrigin,
  isValidationServer,
  type LongSeries,
  originRange,
  type Split,
  targetAt,
  valueAt,
  visibleSteps,
} from './corpus.js';

/** Inputs with the truth beside them. */
export interface TrainingBatch {
  readonly inputs: InputBatch;
  /** [FUTURE_TOKENS, B, PATCH_STEPS]: actual values in units of the scale, relative to the base candidate. */
  readonly target: Float32Array;
  /**
   * Same shape: the window's weight, spread over its observed steps; 0 where the actual is not known. Sums to 1. A window
   * that moves by many scales weighs less, so that a few steep leaks do not drown what is usual.
   */
  readonly weight: Float32Array;
}

/** An empty batch of so many windows, reused from step to step. */
export function createTrainingBatch(size: number): TrainingBatch {
  const inputs = createInputBatch(size);
  return { inputs, target: new Float32Array(inputs.base.length), weight: new Float32Array(inputs.base.length) };
}

/** A series with the range of origins that may be drawn. */
interface Drawable {
  readonly series: LongSeries;
  readonly low: number;
  readonly high: number;
}

/** Series grouped by data set, with the cumulative share of draws of each group. */
export interface Pool {
  readonly groups: readonly { readonly drawables: readonly Drawable[]; readonly until: number }[];
}

/** Shares of the draws (0–1) that data sets get, by name; the others divide the rest by the square root of their size. */
export type DatasetShares = Readonly<Record<string, number>>;

/**
 * The pool of training windows, or of validation windows (later in time, and held-out servers).
 * @throws RangeError if shares are given to all data sets and do not sum to 1, or leave nothing to the others
 */
export function buildPool(
  corpus: readonly LongSeries[],
  split: Split,
  part: 'train' | 'validation',
  shares: DatasetShares = {},
): Pool {
  const byDataset = new Map<string, Drawable[]>();
  for (const series of corpus) {
    const heldOut = isValidationServer(series, split.validationServers);
    if (heldOut && part === 'train') continue;
    const from = heldOut || part === 'train' ? 0 : split.validateFrom;
    const until = part === 'train' ? split.validateFrom : split.trainUntil;
    const { low, high } = originRange(series, from, until);
    if (high <= low) continue;
    const drawables = byDataset.get(series.dataset) ?? [];
    drawables.push({ series, low, high });
    byDataset.set(series.dataset, drawables);
  }
  let until = 0;
  const drawn = sharesOf(byDataset, shares);
  return {
    groups: [...byDataset].map(([dataset, drawables]) => {
      until += drawn.get(dataset)!;
      return { drawables, until };
    }),
  };
}

/** The share of draws of each data set; they sum to 1. */
function sharesOf(byDataset: ReadonlyMap<string, readonly Drawable[]>, wished: DatasetShares): Map<string, number> {
  const rest = 1 - [...byDataset.keys()].reduce((sum, dataset) => sum + (wished[dataset] ?? 0), 0);
  const others = [...byDataset].filter(([dataset]) => wished[dataset] === undefined);
  if (others.length > 0 ? rest <= 0 : byDataset.size > 0 && Math.abs(rest) > 1e-6) {
    throw new RangeError(`the shares of the data sets leave ${rest.toFixed(3)} for ${others.length} others`);
  }
  const size = (drawables: readonly Drawable[]) => Math.sqrt(drawables.reduce((sum, d) => sum + d.high - d.low, 0));
  const total = others.reduce((sum, [, drawables]) => sum + size(drawables), 0);
  return new Map(
    [...byDataset].map(([dataset, drawables]) => [dataset, wished[dataset] ?? (rest * size(drawables)) / total]),
  );
}

/** Shares of the windows that imitate something the traces have too little of. */
export interface Augmentation {
  /** A young server: only 1–6 days of history are visible. */
  readonly shortHistory: number;
  /** The metric's and profile's identity is hidden, so that unknown series work. */
  readonly hiddenIdentity: number;
  /** A ramp (leak) is laid over the series, from some hours ago into the future. */
  readonly ramp: number;
  /** The level jumps some hours or days ago. */
  readonly shift: number;
  /** The level shifts are of any age and size, and not only days old and moderate. */
  readonly shiftsOfAnyAge: boolean;
}

export const TRAINING_AUGMENTATION: Augmentation = {
  shortHistory: 0.25,
  hiddenIdentity: 0.15,
  ramp: 0.08,
  shift: 0.04,
  shiftsOfAnyAge: false,
};
export const NO_AUGMENTATION: Augmentation = {
  shortHistory: 0,
  hiddenIdentity: 0,
  ramp: 0,
  shift: 0,
  shiftsOfAnyAge: false,
};

const MAX_TRIES = 200;

/** Fills a batch with windows drawn from the pool. */
export function drawBatch(pool: Pool, augmentation: Augmentation, random: Random, batch: TrainingBatch): void {
  const { inputs } = batch;
  for (let column = 0; column < inputs.capacity; column++) {
    fillWindow(drawWindow(drawOrigin(pool, random), augmentation, random), inputs, column);
    writeTarget(batch, column);
  }
  const total = batch.weight.reduce((sum, weight) => sum + weight, 0);
  for (let i = 0; i < batch.weight.length; i++) batch.weight[i]! /= total;
}

/** A series and an origin in it. */
export interface Origin {
  readonly series: LongSeries;
  readonly newest: number;
}

/** A usable origin drawn from the pool; none where gaps leave hardly any. */
export function findOrigin(pool: Pool, random: Random): Origin | undefined {
  for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
    const at = random();
    const group = pool.groups.find(({ until }) => at < until) ?? pool.groups.at(-1)!;
    const { series, low, high } = group.drawables[randomInt(random, group.drawables.length)]!;
    const newest = low + randomInt(random, high - low);
    if (isUsableOrigin(series, newest)) return { series, newest };
  }
  return undefined;
}

function drawOrigin(pool: Pool, random: Random): Origin {
  const origin = findOrigin(pool, random);
  if (origin) return origin;
  throw new RangeError(`no usable training window in ${MAX_TRIES} draws: the series are too short or too full of gaps`);
}

/** Eight days and eight hours around an origin, straight (to be augmented), and the same as a ring. */
const stretch = new Float32Array(HISTORY_STEPS + HORIZON_STEPS);
const ring = new Float32Array(stretch.length);

/** Lays the stretch around an origin out, augmented. @returns its window, valid until the next call */
function drawWindow({ series, newest }: Origin, augmentation: Augmentation, random: Random): WindowRequest {
  const start = newest - HISTORY_STEPS + 1;
  for (let i = 0; i < HISTORY_STEPS; i++) stretch[i] = valueAt(series, start + i);
  for (let i = HISTORY_STEPS; i < stretch.length; i++) stretch[i] = targetAt(series, start + i);
  if (random() < augmentation.ramp) addRamp(stretch, series.upper, random);
  const shiftLevel = augmentation.shiftsOfAnyAge ? addShiftOfAnyAge : addShift;
  if (random() < augmentation.shift) shiftLevel(stretch, series.upper, random);
  for (let i = 0; i < stretch.length; i++) ring[(start + i + ring.length) % ring.length] = stretch[i]!;
  const seen = visibleSteps(series, newest);
  const young = random() < augmentation.shortHistory;
  const hidden = random() < augmentation.hiddenIdentity;
  return {
    series: { values: ring, offset: 0, capacity: ring.length },
    newest,
    metricId: hidden ? 0 : series.metricId,
    profileId: hidden ? 0 : series.profileId,
    upper: series.upper,
    visibleSteps: young ? Math.min(seen, DAY_STEPS * (1 + randomInt(random, 6))) : seen,
  };
}

/** A window whose mean move is this many scales has half the weight. */
const HALF_WEIGHT_MOVE = 4;

/** Writes what really came (the end of `stretch`), scaled like the candidates, and the window's weight. */
function writeTarget(batch: TrainingBatch, column: number): void {
  const { inputs, target, weight } = batch;
  let known = 0;
  let moves = 0;
  for (let h = 0; h < HORIZON_STEPS; h++) {
    const at = stepIndex(inputs.capacity, column, h);
    const actual = stretch[HISTORY_STEPS + h]!;
    const scaled = (actual - inputs.base[at]!) / inputs.scale[column]!;
    const isKnown = !Number.isNaN(actual);
    target[at] = isKnown ? Math.min(Math.max(scaled, -SCALED_LIMIT), SCALED_LIMIT) : 0;
    weight[at] = isKnown ? 1 : 0;
    known += weight[at];
    moves += Math.abs(target[at]);
  }
  const perStep = known > 0 ? 1 / (known + moves / HALF_WEIGHT_MOVE) : 0;
  for (let h = 0; h < HORIZON_STEPS; h++) weight[stepIndex(inputs.capacity, column, h)]! *= perStep;
}
