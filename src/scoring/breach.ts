/** From the quantiles of a forecast to the probability that a threshold is crossed by a given time. */
import { chanceAbove } from '../core/chanceAbove.js';
import { type Forecast, HORIZON_STEPS, RISK_HORIZONS } from '../core/flow.js';
import type { Threshold } from './limit.js';

/** What the quantiles of a step are held against. */
type Limited = Pick<Threshold, 'value' | 'direction' | 'tailScale'>;

/** How long a forecast's error lasts: one independent look per four hours (docs/risk.md). */
const ERROR_MEMORY_SECONDS = 4 * 3600;

const LEVELS = 3;

/** No head is surer: a certain breach has a hazard without bound. */
const LARGEST_PROBABILITY = 1 - 1e-9;

/** Probability of having breached by each step of a forecast. */
export interface BreachCurve {
  /** [HORIZON_STEPS], 0–1, never falling; 0 for steps that are over by now. */
  readonly probability: Float64Array;
  /** Seconds from `at` to the first step, which may be over already; the others follow at `stepSeconds`. */
  readonly firstSeconds: number;
  readonly stepSeconds: number;
}

/** Beyond so many tail scales the probability of a step is under 1e-6 and counts as none. */
const NEGLIGIBLE_SCALES = 11.5;

/**
 * Probability that the threshold is crossed at or before each step that lies after `at`. Between the two extremes for paths
 * with the same quantiles in each step (errors that last for ever: the maximum over steps; errors that are forgotten at
 * once: independent steps) it takes the geometric mean of the chances to survive, weighted by ERROR_MEMORY_SECONDS.
 */
export function breachCurve(forecast: Forecast, threshold: Limited, at: number): BreachCurve {
  const probability = new Float64Array(HORIZON_STEPS);
  const { origin, stepSeconds, values } = forecast;
  const firstSeconds = origin + stepSeconds - at;
  const breached = new Reached(stepSeconds);
  for (let step = 0; step < HORIZON_STEPS; step++) {
    if (step >= stepsOver(firstSeconds, stepSeconds)) breached.add(stepProbability(values, step, threshold));
    probability[step] = breached.probability;
  }
  return { probability, firstSeconds, stepSeconds };
}

/** How many steps of a forecast have begun before now; in a replay the first one begins now. */
export function stepsOver(firstSeconds: number, stepSeconds: number): number {
  return Math.max(0, Math.ceil(-firstSeconds / stepSeconds));
}

/** How much of an independent look one step more is, 0–1. */
export function lookShare(stepSeconds: number): number {
  return Math.min(1, stepSeconds / ERROR_MEMORY_SECONDS);
}

/** Gathers the probabilities of single steps, one after the other, into that of a breach by the newest of them. */
class Reached {
  readonly #weight: number;
  #highest = 0;
  #logIndependent = 0;
  #probability = 0;

  constructor(stepSeconds: number) {
    this.#weight = lookShare(stepSeconds);
  }

  /** 0–1, never falling. */
  get probability(): number {
    return this.#probability;
  }

  add(breach: number): void {
    if (breach <= 0) return;
    this.#highest = Math.max(this.#highest, breach);
    this.#logIndependent += Math.log1p(-breach);
    const logSurvival = (1 - this.#weight) * Math.log1p(-this.#highest) + this.#weight * this.#logIndependent;
    // A certain breach makes both terms −∞, and 0 × −∞ no number.
    this.#probability = this.#highest === 1 ? 1 : Math.max(this.#probability, -Math.expm1(logSurvival));
  }
}

/**
 * The curve through the probabilities that an incident head gave for the horizons: between two of them, the hazard that
 * has gathered grows evenly.
 * @param probability  in the order of RISK_HORIZONS, never falling
 */
export function horizonCurve({ origin, stepSeconds }: Forecast, probability: Float32Array, at: number): BreachCurve {
  const curve = new Float64Array(HORIZON_STEPS);
  const firstSeconds = origin + stepSeconds - at;
  let before = { steps: 0, hazard: 0 };
  RISK_HORIZONS.forEach(({ steps }, k) => {
    const hazard = Math.max(before.hazard, -Math.log1p(-Math.min(probability[k]!, LARGEST_PROBABILITY)));
    for (let step = before.steps; step < steps; step++) {
      const share = (step + 1 - before.steps) / (steps - before.steps);
      const isOver = step < stepsOver(firstSeconds, stepSeconds);
      curve[step] = isOver ? 0 : -Math.expm1(-(before.hazard + share * (hazard - before.hazard)));
    }
    before = { steps, hazard };
  });
  return { probability: curve, firstSeconds, stepSeconds };
}

/** Probability that the value of one step is on the bad side, see `chanceAbove`; without evidence there is none. */
export function stepProbability(values: Float32Array, step: number, threshold: Limited): number {
  const low = values[step * LEVELS]!;
  const middle = values[step * LEVELS + 1]!;
  const high = values[step * LEVELS + 2]!;
  const { value, tailScale } = threshold;
  return threshold.direction === 'above'
    ? probabilityAbove(value, low, middle, high, tailScale)
    : probabilityAbove(-value, -high, -middle, -low, tailScale);
}

function probabilityAbove(limit: number, p10: number, p50: number, p90: number, tailScale: number): number {
  if (limit > p90 + NEGLIGIBLE_SCALES * tailScale) return 0;
  const chance = chanceAbove(limit, p10, p50, p90, tailScale);
  return Number.isNaN(chance) ? 0 : chance;
}
