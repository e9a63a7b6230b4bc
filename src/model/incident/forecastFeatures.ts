/** FORECAST_FEATURES: where the quantiles of a forecast stand to the threshold. */
import { chanceAbove } from '../../core/chanceAbove.js';
import { HORIZON_STEPS, QUANTILE_LEVELS } from '../../core/flow.js';
import { squash } from './caseScale.js';
import { INCIDENT_SIZE, INCIDENT_STEPS } from './contract.js';
import type { SignedCase } from './signedLimit.js';

const LEVELS = QUANTILE_LEVELS.length;

/** How far beyond the outer levels the tails reach: shares of the scale, and of the way from the median to the outer level. */
const TAIL_OF_SCALE = 0.3;
const TAIL_OF_SPREAD = 0.3;

/** A forecast's error lasts about four hours: one independent look in so many steps. */
const INDEPENDENT_WEIGHT = 1 / 48;

/** No step is more certain. */
const LARGEST_CHANCE = 0.999;

/** Largest log odds, after the squash. */
const ODDS_LIMIT = 2.5;

const chances = new Float64Array(INCIDENT_SIZE);
const medians = new Float64Array(INCIDENT_SIZE);
const outers = new Float64Array(INCIDENT_SIZE);

/**
 * Writes FORECAST_FEATURES into `out` from `at` on.
 * @returns the place after them
 */
export function writeForecastFeatures(one: SignedCase, out: Float32Array, at: number): number {
  const { forecast, limit, scale } = one;
  followPaths(one);
  let o = at;
  for (let k = 0; k < INCIDENT_SIZE; k++) out[o++] = squashedOdds(chances[k]!);
  for (let k = 1; k < INCIDENT_SIZE; k++) out[o++] = squash((limit - medians[k]!) / scale);
  for (let k = 1; k < INCIDENT_SIZE; k++) out[o++] = squash((limit - outers[k]!) / scale);
  out[o++] = squash(meanWidth(forecast) / scale);
  return o;
}

/** Fills, per horizon, the chance to have been over the limit, and how near the median and the outer level have come. */
function followPaths({ forecast, sign, limit, scale }: SignedCase): void {
  const inner = sign > 0 ? 0 : LEVELS - 1;
  const outer = LEVELS - 1 - inner;
  let highest = 0;
  let logIndependent = 0;
  let median = Number.NEGATIVE_INFINITY;
  let upper = Number.NEGATIVE_INFINITY;
  let k = 0;
  for (let h = 0; h < HORIZON_STEPS; h++) {
    const low = sign * forecast[h * LEVELS + inner]!;
    const middle = sign * forecast[h * LEVELS + 1]!;
    const high = sign * forecast[h * LEVELS + outer]!;
    median = Math.max(median, middle);
    upper = Math.max(upper, high);
    const tail = TAIL_OF_SCALE * scale + TAIL_OF_SPREAD * (high - middle);
    const chance = Math.min(chanceAbove(limit, low, middle, high, tail), LARGEST_CHANCE);
    highest = Math.max(highest, chance);
    logIndependent += Math.log1p(-chance);
    if (h + 1 !== INCIDENT_STEPS[k]) continue;
    const logSurvival = (1 - INDEPENDENT_WEIGHT) * Math.log1p(-highest) + INDEPENDENT_WEIGHT * logIndependent;
    chances[k] = -Math.expm1(logSurvival);
    medians[k] = median;
    outers[k] = upper;
    k++;
  }
}

function squashedOdds(chance: number): number {
  const odds = 0.4 * Math.log((chance + 1e-4) / (1 - chance + 1e-4));
  return Math.max(-ODDS_LIMIT, Math.min(ODDS_LIMIT, odds));
}

function meanWidth(forecast: Float32Array): number {
  let sum = 0;
  for (let h = 0; h < HORIZON_STEPS; h++) sum += forecast[h * LEVELS + LEVELS - 1]! - forecast[h * LEVELS]!;
  return sum / HORIZON_STEPS;
}
