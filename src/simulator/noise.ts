/** Chance without state: every draw is a hash of (seed, position), so that any moment can be computed without its past. */

/** 32 mixed bits of a seed and a whole number (the finalizer of MurmurHash3 by Austin Appleby). */
function hash32(seed: number, position: number): number {
  let h = (seed ^ Math.imul(position, 0x9e3779b1)) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** A uniform number in [0, 1) that belongs to this position. */
export function uniformAt(seed: number, position: number): number {
  return (hash32(seed, position) >>> 0) / 4_294_967_296;
}

/** Mean and standard deviation of the sum of four uniform bytes. */
const BYTE_SUM_MEAN = 510;
const BYTE_SUM_DEVIATION = 147.8;

/** A nearly normal number (mean 0, variance 1, within ±3.5) that belongs to this position: the sum of four bytes. */
export function normalAt(seed: number, position: number): number {
  const h = hash32(seed, position);
  return ((h & 255) + ((h >>> 8) & 255) + ((h >>> 16) & 255) + (h >>> 24) - BYTE_SUM_MEAN) / BYTE_SUM_DEVIATION;
}

/**
 * Smooth noise: normal values at whole positions with a smooth curve between them (value noise), so that neighbouring
 * moments are correlated.
 * @param position in units of the correlation time; any real number
 * @returns mean 0, variance about 0.75
 */
export function smoothNoiseAt(seed: number, position: number): number {
  const whole = Math.floor(position);
  const part = position - whole;
  const weight = part * part * (3 - 2 * part);
  const left = normalAt(seed, whole);
  return left + (normalAt(seed, whole + 1) - left) * weight;
}
