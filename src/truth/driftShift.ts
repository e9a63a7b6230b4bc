/** How far a fleet's figures lie from those that the same fleet had earlier. */

import { GROUPS, groupsInEffect, LEAST_GROUPS } from './driftGroups.js';
import { BINS, CHANCE_FACTOR } from './driftIndex.js';

/** Bins of the grid on which figures are counted before it is known where their deciles lie. */
export const GRID_BINS = 64;
/** The grid is even below this size, and gets coarser in proportion above it: by a fifth per bin. */
const FINEST_SIZE = 0.02;
/** asinh(4 / 0.02): figures are clipped to ± 4. */
const GRID_REACH = 6;

/** Keeps an empty bin from being infinitely far: half a percent of all rows. */
const PRIOR_SHARE = 0.005;

/** The bin of the grid that holds a figure; the outermost ones hold what lies beyond. */
export function gridBin(value: number): number {
  const position = (Math.asinh(value / FINEST_SIZE) / GRID_REACH + 1) / 2;
  return Math.min(GRID_BINS - 1, Math.max(0, Math.floor(position * GRID_BINS)));
}

/**
 * The population stability index of the figures `now` against those of `before`, in bins that held about a tenth each, less
 * what chance gives; ≥ 0; NaN with fewer than three groups. The same servers stand on both sides, so that what is a server's
 * own cancels: chance is how differently the groups of servers have moved, and what it exceeds once in twenty is subtracted.
 * @param before  [GROUPS × GRID_BINS] weights
 * @param now     likewise, of any total
 */
export function shiftIndex(before: Float32Array, now: Float32Array): number {
  const bins = decileBins(before);
  const [was, is] = [sharesIn(bins, before), sharesIn(bins, now)];
  const inEffect = groupsInEffect(is.weights);
  if (!(inEffect >= LEAST_GROUPS)) return Number.NaN;
  let index = 0;
  for (let bin = 0; bin < BINS; bin++) {
    const [p, q] = [withPrior(is.shares[bin]!), withPrior(was.shares[bin]!)];
    let variance = 0;
    for (let g = 0; g < GROUPS; g++) variance += (excess(is, g, bin) - excess(was, g, bin)) ** 2;
    index += (p - q) * Math.log(p / q) - (CHANCE_FACTOR * variance * inEffect) / (inEffect - 1) / q;
  }
  return Math.max(0, index);
}

function withPrior(share: number): number {
  return (share + PRIOR_SHARE) / (1 + BINS * PRIOR_SHARE);
}

/** All as shares of the total weight. */
interface Shares {
  /** [GROUPS × BINS] */
  readonly cells: Float64Array;
  /** [GROUPS] */
  readonly weights: Float64Array;
  /** [BINS] */
  readonly shares: Float64Array;
}

/** How much more of a group lies in a bin than of all groups. */
function excess({ cells, weights, shares }: Shares, group: number, bin: number): number {
  return cells[group * BINS + bin]! - shares[bin]! * weights[group]!;
}

/** Which decile of `counts` each bin of the grid belongs to. */
function decileBins(counts: Float32Array): Uint8Array {
  const perBin = new Float64Array(GRID_BINS);
  let total = 0;
  counts.forEach((weight, i) => {
    perBin[i % GRID_BINS]! += weight;
    total += weight;
  });
  let below = 0;
  return Uint8Array.from(perBin, (weight) => {
    const middle = (below + weight / 2) / total;
    below += weight;
    return Math.min(BINS - 1, Math.floor(middle * BINS));
  });
}

function sharesIn(bins: Uint8Array, counts: Float32Array): Shares {
  const total = counts.reduce((sum, weight) => sum + weight, 0);
  const cells = new Float64Array(GROUPS * BINS);
  const weights = new Float64Array(GROUPS);
  const shares = new Float64Array(BINS);
  counts.forEach((weight, i) => {
    const group = Math.floor(i / GRID_BINS);
    const bin = bins[i % GRID_BINS]!;
    cells[group * BINS + bin]! += weight / total;
    weights[group]! += weight / total;
    shares[bin]! += weight / total;
  });
  return { cells, weights, shares };
}
