/** Servers in groups by their names: how far the groups lie apart shows what chance does. */
import { seedFor } from '../core/random.js';

export const GROUPS = 16;

/** Groups in effect without which the spread says nothing. */
export const LEAST_GROUPS = 3;

/** Depends on the name alone, so that replicas agree. The high bits are mixed in: names differ in their last digits. */
export function groupOf(server: string): number {
  const hash = Math.imul(seedFor(0, server), 0x9e3779b1);
  return (hash >>> 16) % GROUPS;
}

/** How many groups of equal weight would say as much as these; NaN without any weight. */
export function groupsInEffect(weights: Float64Array): number {
  let total = 0;
  let squares = 0;
  for (const weight of weights) {
    total += weight;
    squares += weight ** 2;
  }
  return total ** 2 / squares;
}
