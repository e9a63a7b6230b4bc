/** RISE_FEATURES: what tells a ramp from a daily peak, whatever is usual for the series. */
import { HORIZON_STEPS, QUANTILE_LEVELS } from '../../core/flow.js';
import { knownCount } from '../../core/statistics.js';
import { DAY_STEPS, HISTORY_STEPS } from '../inputs/contract.js';
import { fitLine } from '../inputs/scale.js';
import type { SignedCase, SignedLimit } from './signedLimit.js';

const LEVELS = QUANTILE_LEVELS.length;
/** Steps after which an arrival counts e times less, and that the shorter line goes through: 4 h. */
const FOUR_HOURS = 48;
/** A mean distance to a line of a quarter of its rise makes it half as straight. */
const DISTANCES_PER_RISE = 4;
/** A rise by so little of the level is none: a constant has it by rounding. */
const ROUNDING = 1e-6;
/** Through fewer values a line always goes straight: after an outage nothing is. */
const MIN_KNOWN_SHARE = 1 / 8;

/**
 * Writes RISE_FEATURES, all within ± 1, into `out` from `at` on.
 * @returns the place after them
 */
export function writeRiseFeatures(one: SignedCase, out: Float32Array, at: number): number {
  const { line, forecast, sign } = one;
  let o = at;
  for (let level = 0; level < LEVELS; level++) {
    out[o++] = arrival(forecast, sign > 0 ? level : LEVELS - 1 - level, one);
  }
  for (const steps of [FOUR_HOURS, DAY_STEPS]) out[o++] = sign * straightness(line, steps);
  return o;
}

/** e^(−t / 4 h) of the first step t at which a level is over the limit; 0 = never. */
function arrival(forecast: Float32Array, level: number, { sign, limit }: SignedLimit): number {
  for (let h = 0; h < HORIZON_STEPS; h++) {
    if (sign * forecast[h * LEVELS + level]! >= limit) return Math.exp(-(h + 1) / FOUR_HOURS);
  }
  return 0;
}

/** 1 = straight up, −1 = straight down, 0 = flat, a cloud, or unknown. */
function straightness(line: Float32Array, steps: number): number {
  if (knownCount(line, HISTORY_STEPS - steps, HISTORY_STEPS) < steps * MIN_KNOWN_SHARE) return 0;
  const { level, slope, residual } = fitLine(line, steps, Number.NaN);
  const rise = slope * steps;
  return rise / (Math.abs(rise) + DISTANCES_PER_RISE * residual + ROUNDING * (Math.abs(level) + 1));
}
