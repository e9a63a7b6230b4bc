/** Draws in the shapes that a fleet and its scenarios need. */
import { type Random, randomInt } from '../core/random.js';

/** Uniform in [low, high). */
export function between(random: Random, low: number, high: number): number {
  return low + (high - low) * random();
}

/** Lower and upper end of a uniform draw. */
export type Range = readonly [low: number, high: number];

export function within(random: Random, [low, high]: Range): number {
  return between(random, low, high);
}

/** Uniform in the logarithm: 1 to 10 is as likely as 10 to 100. */
export function logBetween(random: Random, low: number, high: number): number {
  return low * (high / low) ** random();
}

/** One of a list. */
export function pick<T>(random: Random, items: readonly [T, ...T[]]): T {
  return items[randomInt(random, items.length)] ?? items[0];
}
