/** Training of the incident head: the likelihood of what came, by gradient descent, branch by branch. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Random, randomInt, seededRandom, seedFor } from '../../core/random.js';
import type { WeightValues } from '../network/parameters.js';
import { type AdamSettings, adamStep, startState } from '../training/adam.js';
import { INCIDENT_FEATURES, INCIDENT_SIZE } from './contract.js';
import { HazardBranch } from './hazardBranch.js';
import { branchParameters, firstBranchWeights, INCIDENT_BRANCHES, IncidentHead } from './head.js';

const FEATURES = INCIDENT_FEATURES.length;

/** Cases with what came of them. */
export interface IncidentRows {
  readonly count: number;
  /** [count × INCIDENT_FEATURES] */
  readonly features: Float32Array;
  /** [count × INCIDENT_SIZE] 1 = a breach that lasts began within the horizon. */
  readonly labels: Uint8Array;
}

export interface HeadTraining {
  readonly seed: number;
  /** At most; few rows get fewer. */
  readonly steps: number;
  readonly batchSize: number;
  readonly learningRate: number;
}

export const HEAD_TRAINING: Omit<HeadTraining, 'seed'> = { steps: 9000, batchSize: 1024, learningRate: 3e-3 };

const WEIGHT_DECAY = 1e-3;

/** Passes over the rows after which a small fleet would only be learnt by heart. */
const MAX_PASSES = 40;

/** Smaller hazards count as this: the logarithm of none at all has no bound. */
const SMALLEST_HAZARD = 1e-6;
const SMALLEST_PROBABILITY = 1e-7;

/** Steps between two turns of the event loop: some tenths of a second. */
const STEPS_PER_TURN = 25;

/** What a training starts from, and who is told how far it is. */
export interface HeadHooks {
  /** Weights to go on from; none = the seed's. */
  readonly start?: WeightValues | undefined;
  /** Called with the share done. */
  readonly onProgress: (share: number) => void;
}

/** Weights of a head that fit the rows; the same rows and seed give the same weights. */
export async function trainHead(
  rows: IncidentRows,
  settings: HeadTraining,
  { start, onProgress }: HeadHooks,
): Promise<Map<string, Float32Array>> {
  const weights = new Map<string, Float32Array>();
  const batchSize = Math.min(settings.batchSize, rows.count);
  const steps = Math.min(settings.steps, Math.ceil((MAX_PASSES * rows.count) / batchSize));
  const adam = descent(steps, settings.learningRate);
  for (const [b, spec] of INCIDENT_BRANCHES.entries()) {
    const first = firstBranchWeights(spec, settings.seed);
    if (start) for (const [name, values] of first) values.set(start.get(name)!);
    const branch = new HazardBranch(spec.name, spec.sizes, first);
    const specs = branchParameters(spec);
    const gradients = new Map([...first].map(([name, values]) => [name, new Float32Array(values.length)]));
    const state = startState(first);
    const random = seededRandom(seedFor(settings.seed, `incident batches ${spec.name}`));
    while (state.step < steps) {
      if (state.step % STEPS_PER_TURN === 0) {
        onProgress((b + state.step / steps) / INCIDENT_BRANCHES.length);
        await nextTurn();
      }
      addBatch(branch, rows, batchSize, random, gradients);
      adamStep(state, specs, gradients, adam);
    }
    for (const [name, values] of first) weights.set(name, values);
  }
  return weights;
}

/** The last weights count, not their average, and no gradient is too large: the loss is smooth and the rows are many. */
function descent(steps: number, learningRate: number): AdamSettings {
  return {
    peakLearningRate: learningRate,
    warmupSteps: 1,
    totalSteps: steps,
    weightDecay: WEIGHT_DECAY,
    clipNorm: Number.POSITIVE_INFINITY,
    averageDecay: 0,
  };
}

/** Fills `gradients` with those of the mean loss of a batch. */
function addBatch(
  branch: HazardBranch,
  rows: IncidentRows,
  batchSize: number,
  random: Random,
  gradients: ReadonlyMap<string, Float32Array>,
): void {
  for (const values of gradients.values()) values.fill(0);
  const byHazard = new Float64Array(INCIDENT_SIZE);
  for (let n = 0; n < batchSize; n++) {
    const row = randomInt(random, rows.count);
    const hazards = branch.run(rows.features, row * FEATURES);
    for (let k = 0; k < INCIDENT_SIZE; k++) {
      byHazard[k] = lossByHazard(hazards[k]!, rows.labels[row * INCIDENT_SIZE + k]!) / (INCIDENT_SIZE * batchSize);
    }
    branch.backward(byHazard, gradients);
  }
}

/** Bernoulli negative log-likelihood of a label, given the cumulative hazard. */
export function hazardLoss(hazard: number, label: number): number {
  const h = Math.max(hazard, SMALLEST_HAZARD);
  return label === 1 ? -Math.log(-Math.expm1(-h) + SMALLEST_PROBABILITY) : h;
}

function lossByHazard(hazard: number, label: number): number {
  if (hazard < SMALLEST_HAZARD) return 0;
  return label === 1 ? -Math.exp(-hazard) / (-Math.expm1(-hazard) + SMALLEST_PROBABILITY) : 1;
}

/** Mean loss of a whole head over rows and horizons; NaN without rows. */
export function headLoss(weights: WeightValues, rows: IncidentRows): number {
  const head = new IncidentHead(weights);
  const probabilities = new Float32Array(INCIDENT_SIZE);
  let sum = 0;
  for (let row = 0; row < rows.count; row++) {
    head.write(rows.features, row * FEATURES, probabilities, 0);
    for (let k = 0; k < INCIDENT_SIZE; k++) {
      sum += hazardLoss(
        -Math.log1p(-Math.min(probabilities[k]!, 1 - SMALLEST_PROBABILITY)),
        rows.labels[row * INCIDENT_SIZE + k]!,
      );
    }
  }
  return sum / (rows.count * INCIDENT_SIZE);
}
