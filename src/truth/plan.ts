/** What to serve for one series: how much of which method, and how wide. Made here, applied in the worker threads. */
import { HORIZON_STEPS, QUANTILE_LEVELS } from '../core/flow.js';
import { BIN_POSITIONS, BINS } from './horizonBins.js';

/**
 * [BINS × (methods + 2)], bin-major: the weights of the methods (≥ 0, sum 1; method 0 is the model's own median, method
 * i is candidate i − 1), then the factors for the lower and the upper half-width (> 0). It owns its buffer, so that
 * it can be sent to a thread.
 */
export type ServingPlan = Float32Array;

/** Numbers in a plan for so many methods (the model and the candidates). */
export function planSize(methods: number): number {
  return BINS * (methods + 2);
}

/** The plan of a series that nothing is known of: the model alone, as wide as it says. */
export function modelAlone(methods: number): ServingPlan {
  const plan = new Float32Array(planSize(methods));
  for (let bin = 0; bin < BINS; bin++) {
    const at = bin * (methods + 2);
    plan[at] = 1;
    plan.fill(1, at + methods, at + methods + 2);
  }
  return plan;
}

/** The same plan with all weight on one method. */
export function serveOneMethod(plan: ServingPlan, methods: number, method: number): ServingPlan {
  const changed = plan.slice();
  for (let bin = 0; bin < BINS; bin++) {
    const at = bin * (methods + 2);
    changed.fill(0, at, at + methods);
    changed[at + method] = 1;
  }
  return changed;
}

/** How much of the median each method makes, a mean over the steps; adds up to 1. @returns [methods] */
export function planShares(plan: ServingPlan, methods: number): Float64Array {
  const shares = new Float64Array(methods);
  for (const { lower, upper, share } of BIN_POSITIONS) {
    for (let m = 0; m < methods; m++) {
      const [near, far] = [plan[lower * (methods + 2) + m]!, plan[upper * (methods + 2) + m]!];
      shares[m]! += near + share * (far - near);
    }
  }
  const total = shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share) => share / total);
}

const LEVELS = QUANTILE_LEVELS.length;

/**
 * Writes the served forecast: p50 = Σ weight·method, p10 and p90 = p50 ∓ factor · (the model's half-width + the distance of
 * p50 to the model's). A level that the model puts on the bound of the metric stays there: no factor can tell how far
 * beyond it would lie. Weights and factors change linearly between the bins' middles, so that there are no jumps.
 * Ordered and within 0 … upper.
 * @param raw        [HORIZON_STEPS × 3], the model's quantiles, in the metric's unit
 * @param candidates [HORIZON_STEPS × (methods − 1)], in the metric's unit
 * @param upper      bound of the metric's values; Infinity if there is none
 * @param out        [HORIZON_STEPS × 3]; may be `raw`
 */
export function applyPlan(
  raw: Float32Array,
  candidates: Float32Array,
  plan: ServingPlan,
  upper: number,
  out: Float32Array,
): void {
  const methods = candidates.length / HORIZON_STEPS + 1;
  for (let h = 0; h < HORIZON_STEPS; h++) {
    const median = blendedMedian(raw, candidates, plan, h);
    const from = h * LEVELS;
    const [low, own, high] = [raw[from]!, raw[from + 1]!, raw[from + 2]!];
    const shift = Math.abs(median - own);
    const { lower, upper: next, share } = BIN_POSITIONS[h]!;
    const at = lower * (methods + 2) + methods;
    const then = next * (methods + 2) + methods;
    const below = plan[at]! + share * (plan[then]! - plan[at]!);
    const above = plan[at + 1]! + share * (plan[then + 1]! - plan[at + 1]!);
    const middle = clamp(median, upper);
    out[from] = low <= 0 ? 0 : Math.min(clamp(median - below * (own - low + shift), upper), middle);
    out[from + 1] = middle;
    out[from + 2] = high >= upper ? upper : Math.max(clamp(median + above * (high - own + shift), upper), middle);
  }
}

/** The plan's median at step h + 1, not yet clipped. */
export function blendedMedian(raw: Float32Array, candidates: Float32Array, plan: Float32Array, h: number): number {
  const count = candidates.length / HORIZON_STEPS;
  const { lower, upper, share } = BIN_POSITIONS[h]!;
  const at = lower * (count + 3);
  const then = upper * (count + 3);
  const weight = (m: number) => plan[at + m]! + share * (plan[then + m]! - plan[at + m]!);
  let sum = weight(0) * raw[h * LEVELS + 1]!;
  for (let c = 0; c < count; c++) {
    const w = weight(c + 1);
    if (w > 0) sum += w * candidates[h * count + c]!;
  }
  return sum;
}

function clamp(value: number, upper: number): number {
  return value < 0 ? 0 : value > upper ? upper : value;
}
