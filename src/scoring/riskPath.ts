/** One server's risk along its forecast: what the score would be at each step if things go as forecast (docs/risk.md). */
import { type Forecast, HORIZON_STEPS, LEVEL_NAMES, type Risk, type RiskPath } from '../core/flow.js';
import { breachCurve, horizonCurve, stepProbability } from './breach.js';
import type { Threshold } from './limit.js';
import { nearnessAlong } from './nearnessAlong.js';
import { discountAt, excess, noisyOr, SHARE_AT_THRESHOLD, SMALLEST_PROBABILITY } from './risk.js';
import { isBreach } from './timeToThreshold.js';

/**
 * The scores of all steps. Each is made like the present score, seen from its step: the probability of being beyond the
 * threshold then, and the nearness of a breach in what is left of the forecast. Without an incident head, worse quantiles
 * never lower a score.
 * @param forecasts   of one frame, so that they share origin and step; metrics without a threshold are ignored
 * @param thresholds  settled for this server
 * @param risk        the present one: it knows what is breached now
 * @returns undefined if no thresholded metric has a forecast
 */
export function riskPath(
  forecasts: readonly Forecast[],
  thresholds: readonly Threshold[],
  risk: Risk,
): RiskPath | undefined {
  const outlooks = thresholds.flatMap((threshold): Outlook[] => {
    const forecast = forecasts.find(({ metric }) => metric === threshold.metric);
    if (forecast === undefined) return [];
    const isBreached = risk.thresholds.some(({ metric, breached }) => breached && metric === threshold.metric);
    return [{ forecast, threshold, isBreached, at: risk.at }];
  });
  const [first] = outlooks;
  if (first === undefined) return undefined;
  const weights = outlooks.map(weightsAlong).filter((along) => along !== undefined);
  const { origin, stepSeconds } = first.forecast;
  const scores = Float32Array.from({ length: HORIZON_STEPS }, (_, step) => {
    return 100 * noisyOr(weights.map((along) => along[step]!));
  });
  return { origin, stepSeconds, scores };
}

interface Outlook {
  readonly forecast: Forecast;
  readonly threshold: Threshold;
  /** The newest value is at or beyond the threshold. */
  readonly isBreached: boolean;
  readonly at: number;
}

/** [HORIZON_STEPS]: the metric's part of the noisy-or at each step, 0–1; undefined where it is none throughout. */
function weightsAlong(outlook: Outlook): Float64Array | undefined {
  const { forecast, threshold } = outlook;
  const { values, stepSeconds } = forecast;
  const chances = Float64Array.from({ length: HORIZON_STEPS }, (_, step) => stepProbability(values, step, threshold));
  const reached = reachedBy(outlook, chances);
  if (Math.max(...reached) < SMALLEST_PROBABILITY) return undefined;
  const hasHead = forecast.breachProbability !== undefined && !outlook.isBreached;
  const near = hasHead ? nearnessOfHazard(reached, stepSeconds) : nearnessAlong(chances, stepSeconds);
  return Float64Array.from({ length: HORIZON_STEPS }, (_, step) => {
    // What has not begun cannot be there: a head may be surer of that than the quantiles of one step.
    const there = Math.min(chances[step]!, reached[step]!);
    const beyond = SHARE_AT_THRESHOLD + (1 - SHARE_AT_THRESHOLD) * medianExcess(values, step, threshold);
    return threshold.severity * (there * beyond + (1 - there) * SHARE_AT_THRESHOLD * near[step]!);
  });
}

/** Probability that a breach is there or has begun by each step. */
function reachedBy({ forecast, threshold, isBreached, at }: Outlook, chances: Float64Array): Float64Array {
  // One that is there now may end and come back: only the steps themselves say whether it is there then.
  if (isBreached) return chances;
  const { breachProbability } = forecast;
  if (breachProbability !== undefined) return horizonCurve(forecast, breachProbability, at).probability;
  return breachCurve(forecast, threshold, at).probability;
}

/**
 * [HORIZON_STEPS]: how near a breach after each step is by a head, whose hazard that is left counts, given that nothing has begun
 * by the step. With S = 1 − reached, it is Σ (S[n−1] − S[n]) · d^(n−step) / S[step] over the steps n that follow, whose sum is
 * that of the next step, one step further away, and one more.
 */
function nearnessOfHazard(reached: Float64Array, stepSeconds: number): Float64Array {
  const near = new Float64Array(HORIZON_STEPS);
  const discount = discountAt(stepSeconds);
  const atEnd = 1 - reached[HORIZON_STEPS - 1]!;
  let sum = 0;
  for (let step = HORIZON_STEPS - 2; step >= 0; step--) {
    const survival = 1 - reached[step]!;
    sum = discount * (reached[step + 1]! - reached[step]! + sum);
    if (1 - atEnd / survival >= SMALLEST_PROBABILITY) near[step] = sum / survival;
  }
  return near;
}

function medianExcess(values: Float32Array, step: number, threshold: Threshold): number {
  const median = values[step * LEVEL_NAMES.length + LEVEL_NAMES.indexOf('p50')]!;
  return isBreach(median, threshold) ? excess(median, threshold) : 0;
}
