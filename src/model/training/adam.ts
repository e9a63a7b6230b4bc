/** AdamW (Loshchilov & Hutter 2019) with a global norm clip and an exponential average of the weights. */
import type { ParameterSpec } from '../network/parameters.js';

export interface AdamSettings {
  readonly peakLearningRate: number;
  /** Steps of linear warm-up. */
  readonly warmupSteps: number;
  /** Steps after which the cosine decay has reached 2 % of the peak. */
  readonly totalSteps: number;
  readonly weightDecay: number;
  /** The gradient is scaled down to this global norm. */
  readonly clipNorm: number;
  /** Decay of the weight average per step; smaller during the first steps. */
  readonly averageDecay: number;
}

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;
/** The learning rate ends at this share of its peak. */
const FLOOR = 0.02;

/** Everything that training changes; plain arrays, so that a checkpoint is a copy. */
export interface TrainingState {
  /** Steps done. */
  step: number;
  readonly weights: Map<string, Float32Array>;
  readonly average: Map<string, Float32Array>;
  readonly firstMoment: Map<string, Float32Array>;
  readonly secondMoment: Map<string, Float32Array>;
}

/** The state before the first step: no moments yet, the average as the weights are. */
export function startState(weights: Map<string, Float32Array>): TrainingState {
  const zeros = () => new Map([...weights].map(([name, values]) => [name, new Float32Array(values.length)]));
  const copy = () => new Map([...weights].map(([name, values]) => [name, values.slice()]));
  return { step: 0, weights, average: copy(), firstMoment: zeros(), secondMoment: zeros() };
}

/** Learning rate at a step: linear warm-up, then a half cosine down to 2 % of the peak. */
export function learningRate({ peakLearningRate, warmupSteps, totalSteps }: AdamSettings, step: number): number {
  const warmup = Math.min(1, (step + 1) / warmupSteps);
  const progress = Math.min(1, step / totalSteps);
  return peakLearningRate * warmup * (0.5 * (1 + Math.cos(Math.PI * progress)) * (1 - FLOOR) + FLOOR);
}

/**
 * One step, in place.
 * @param gradients  by name, same lengths as the weights
 * @returns the gradient's global norm before clipping
 */
export function adamStep(
  state: TrainingState,
  specs: readonly Pick<ParameterSpec, 'name' | 'decays'>[],
  gradients: ReadonlyMap<string, Float32Array>,
  settings: AdamSettings,
): number {
  const norm = globalNorm(gradients);
  const shrink = norm > settings.clipNorm ? settings.clipNorm / norm : 1;
  const rate = learningRate(settings, state.step);
  state.step++;
  const correction1 = 1 - BETA1 ** state.step;
  const correction2 = 1 - BETA2 ** state.step;
  const keep = Math.min(settings.averageDecay, state.step / (state.step + 50));
  for (const { name, decays } of specs) {
    const weights = state.weights.get(name)!;
    const average = state.average.get(name)!;
    const first = state.firstMoment.get(name)!;
    const second = state.secondMoment.get(name)!;
    const gradient = gradients.get(name)!;
    const decay = decays ? rate * settings.weightDecay : 0;
    for (let i = 0; i < weights.length; i++) {
      const g = gradient[i]! * shrink;
      const m = BETA1 * first[i]! + (1 - BETA1) * g;
      const v = BETA2 * second[i]! + (1 - BETA2) * g * g;
      first[i] = m;
      second[i] = v;
      const w = weights[i]! * (1 - decay) - (rate * (m / correction1)) / (Math.sqrt(v / correction2) + EPSILON);
      weights[i] = w;
      average[i] = keep * average[i]! + (1 - keep) * w;
    }
  }
  return norm;
}

function globalNorm(gradients: ReadonlyMap<string, Float32Array>): number {
  let sum = 0;
  for (const gradient of gradients.values()) for (const g of gradient) sum += g * g;
  return Math.sqrt(sum);
}
