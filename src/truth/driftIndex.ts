/** The population stability index between a sample in decile bins and the reference that the deciles came from. */
import { groupsInEffect, LEAST_GROUPS } from './driftGroups.js';

/** Bins between the nine deciles of the reference; each holds a tenth of it. */
export const BINS = 10;

const REFERENCE_SHARE = 1 / BINS;

/** A manifest rounds its deciles to four digits. */
const TIE_TOLERANCE = 5e-4;
/** For deciles of 0. */
const LEAST_TOLERANCE = 1e-6;

/** Half an observation per bin that behaves as the reference (Jeffreys' prior): an empty bin is no proof of emptiness. */
const PRIOR_OBSERVATIONS = BINS / 2;

/** The 95 % point of χ² with 9 degrees of freedom over its mean: 16.92 / 9. */
export const CHANCE_FACTOR = 1.88;

/**
 * Adds an observation of `weight` to ten bins that start at `bins[offset]`. A value that equals deciles (a figure with few
 * distinct values) is spread over the bins that the reference's equal values fill: whole ones between equal deciles, half
 * ones beside them, whole ones at either end. So a sample drawn from the reference fills all bins alike, ties or not.
 * @param edges  nine deciles, ascending
 */
export function addToBins(
  edges: readonly number[],
  observation: { readonly value: number; readonly weight: number },
  bins: Float64Array,
  offset: number,
): void {
  const { value, weight } = observation;
  let lowest = 0;
  const tolerance = TIE_TOLERANCE * Math.abs(value) + LEAST_TOLERANCE;
  while (lowest < BINS - 1 && edges[lowest]! < value - tolerance) lowest++;
  let highest = lowest;
  while (highest < BINS - 1 && edges[highest]! <= value + tolerance) highest++;
  if (lowest === highest) {
    bins[offset + lowest]! += weight;
    return;
  }
  const share = (bin: number) => (bin > lowest && bin < highest) || bin === 0 || bin === BINS - 1;
  let total = 0;
  for (let bin = lowest; bin <= highest; bin++) total += share(bin) ? 1 : 0.5;
  for (let bin = lowest; bin <= highest; bin++) bins[offset + bin]! += (weight * (share(bin) ? 1 : 0.5)) / total;
}

/**
 * The index Σ (p − q) ln(p / q) of the bins' shares p against q = 0.1 each, less what chance alone gives; ≥ 0, about 5
 * where all lie in one bin; NaN with fewer than three groups. Rules of thumb: below 0.1 alike, above 0.2 another distribution
 * (Siddiqi, *Credit Risk Scorecards*, 2006).
 *
 * For n independent observations chance gives (bins − 1)/n in the mean (Yurdakul, *Statistical Properties of Population
 * Stability Index*, 2018; the reference is large). Windows of one server are not independent, so the variance of p is
 * taken from the spread between groups of servers (random groups; Wolter, *Introduction to Variance Estimation*, 2007),
 * and p is drawn towards q by as much as the effective n leaves open. What chance exceeds once in twenty is subtracted.
 * @param groups  [groups × BINS] weights
 * @param toRows  turns a weight of `groups` into a number of rows
 */
export function stabilityIndex(groups: Float64Array, toRows: number): number {
  const { weights, total, shares } = summarise(groups);
  const inEffect = groupsInEffect(weights);
  if (!(inEffect >= LEAST_GROUPS)) return Number.NaN;

  let variance = 0;
  let concentration = 0;
  for (let bin = 0; bin < BINS; bin++) {
    const share = shares[bin]!;
    concentration += share ** 2;
    for (let g = 0; g < weights.length; g++) {
      if (weights[g]! > 0) variance += ((groups[g * BINS + bin]! - share * weights[g]!) / total) ** 2;
    }
  }
  variance *= inEffect / (inEffect - 1);
  // 0/0 where all groups lie in one bin: then the groups are what is known to be independent.
  const effective = variance > 0 ? (1 - concentration) / variance : concentration < 1 ? Infinity : 0;
  const observations = Math.min(Math.max(effective, inEffect), Math.max(total * toRows, inEffect));
  const kept = observations / (observations + PRIOR_OBSERVATIONS);

  let index = 0;
  for (const share of shares) {
    const drawn = REFERENCE_SHARE + kept * (share - REFERENCE_SHARE);
    index += (drawn - REFERENCE_SHARE) * Math.log(drawn / REFERENCE_SHARE);
  }
  return Math.max(0, index - (CHANCE_FACTOR * kept ** 2 * variance) / REFERENCE_SHARE);
}

/** Weight of each group, of all, and the share of each bin. */
function summarise(groups: Float64Array): { weights: Float64Array; total: number; shares: Float64Array } {
  const weights = new Float64Array(groups.length / BINS);
  const shares = new Float64Array(BINS);
  let total = 0;
  groups.forEach((weight, i) => {
    weights[Math.floor(i / BINS)]! += weight;
    shares[i % BINS]! += weight;
    total += weight;
  });
  for (let bin = 0; bin < BINS; bin++) shares[bin]! /= total;
  return { weights, total, shares };
}
