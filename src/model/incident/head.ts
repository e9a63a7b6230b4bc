/** The incident head: features of a case in, probabilities of a breach that lasts out. */
import { type Random, seededRandom, seedFor } from '../../core/random.js';
import type { ParameterSpec, WeightValues } from '../network/parameters.js';
import { BREACH_FEATURES, INCIDENT_FEATURES, INCIDENT_SIZE } from './contract.js';
import { HazardBranch } from './hazardBranch.js';

/** A branch sees the first features of a case only. */
interface BranchSpec {
  readonly name: string;
  /** Widths from the features to the horizons. */
  readonly sizes: readonly number[];
  /** Its part in the hazard of the head; the parts add up to 1. */
  readonly share: number;
}

/**
 * The first branch sees everything. The second sees past breaches alone: on a fleet that nobody saw, the first trusts the
 * forecast too much. The shares are those of the least log-loss on data sets left out in turn (docs/model.md).
 */
export const INCIDENT_BRANCHES: readonly BranchSpec[] = [
  { name: 'all', sizes: [INCIDENT_FEATURES.length, 32, 16, INCIDENT_SIZE], share: 0.8 },
  { name: 'breaches', sizes: [BREACH_FEATURES.length, 16, 8, INCIDENT_SIZE], share: 0.2 },
];

/** Names and shapes of a branch's weights. */
export function branchParameters({
  name,
  sizes,
}: Pick<BranchSpec, 'name' | 'sizes'>): Pick<ParameterSpec, 'name' | 'shape' | 'decays'>[] {
  return sizes.slice(1).flatMap((outputs, i) => [
    { name: `${name}.${i}.weight`, shape: [sizes[i]!, outputs], decays: true },
    { name: `${name}.${i}.bias`, shape: [outputs], decays: true },
  ]);
}

/**
 * Names and shapes of all weights of a head.
 * @param features  leading ones of INCIDENT_FEATURES that its first branch sees: heads of earlier versions have fewer
 */
export function incidentParameters(features: number = INCIDENT_FEATURES.length) {
  const [first, ...others] = INCIDENT_BRANCHES;
  const seen = { ...first!, sizes: [features, ...first!.sizes.slice(1)] };
  return [seen, ...others].flatMap(branchParameters);
}

/** The same head for all INCIDENT_FEATURES: those that it does not know have no weight, so its answers stay. */
export function widenedHead(weights: WeightValues): WeightValues {
  return new Map(
    incidentParameters().map(({ name, shape }) => {
      const values = new Float32Array(shape.reduce((product, width) => product * width, 1));
      values.set(weights.get(name)!);
      return [name, values];
    }),
  );
}

/** First weights and biases of a branch: uniform within ± 1/√(inputs of the layer), the same for the same seed. */
export function firstBranchWeights(spec: Pick<BranchSpec, 'name' | 'sizes'>, seed: number): Map<string, Float32Array> {
  const random = seededRandom(seedFor(seed, `incident ${spec.name}`));
  return new Map(
    branchParameters(spec).map(({ name, shape }) => {
      const layer = Number(name.split('.')[1]);
      const length = shape.reduce((product, width) => product * width, 1);
      return [name, uniform(length, 1 / Math.sqrt(spec.sizes[layer]!), random)];
    }),
  );
}

function uniform(length: number, bound: number, random: Random): Float32Array {
  return Float32Array.from({ length }, () => bound * (2 * random() - 1));
}

export class IncidentHead {
  readonly #branches: readonly { readonly branch: HazardBranch; readonly share: number }[];
  readonly #hazards = new Float64Array(INCIDENT_SIZE);

  constructor(weights: WeightValues) {
    this.#branches = INCIDENT_BRANCHES.map(({ name, sizes, share }) => {
      return { branch: new HazardBranch(name, sizes, weights), share };
    });
  }

  /**
   * Writes the probability (0–1, rising with the horizon) that a breach that lasts begins within each of INCIDENT_STEPS,
   * from the branches' hazards weighted by their shares.
   * @param features  INCIDENT_FEATURES of the case, from `from` on
   */
  write(features: Float32Array, from: number, out: Float32Array, at: number): void {
    this.#hazards.fill(0);
    for (const { branch, share } of this.#branches) {
      const hazards = branch.run(features, from);
      for (let k = 0; k < INCIDENT_SIZE; k++) this.#hazards[k]! += share * hazards[k]!;
    }
    for (let k = 0; k < INCIDENT_SIZE; k++) out[at + k] = -Math.expm1(-this.#hazards[k]!);
  }
}
