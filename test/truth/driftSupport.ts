/** Fleets whose model inputs have known distributions, for the tests of drift. */
import { normal, type Random } from '../../src/core/random.js';
import { BINS } from '../../src/truth/driftIndex.js';

export const HOUR = 3600;
export const DAY = 24 * HOUR;
export const START = 1_750_000_000;

export function decilesOf(values: readonly number[]): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  return Array.from({ length: BINS - 1 }, (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / BINS)]!);
}

/** What one row of one server says; `server` is a level of its own that its rows share. */
export type Draw = (random: Random, server: number) => number[];

export interface Row {
  readonly at: number;
  readonly server: string;
  readonly figures: number[];
}

/** Hourly rows of a fleet over a day; every server has a level of its own, a standard normal. */
export function fleetRows(random: Random, servers: number, draw: Draw, start = START): Row[] {
  return Array.from({ length: servers }, (_, s) => {
    const level = normal(random);
    return Array.from({ length: 24 }, (_, hour) => ({
      at: start + hour * HOUR,
      server: `web-${1000 + s}`,
      figures: draw(random, level),
    }));
  }).flat();
}

/** Rows of one server hang together as much as they do in real fleets: half of the variance is the server's own. */
export const clustered: Draw = (random, level) => [Math.SQRT1_2 * level + Math.SQRT1_2 * normal(random)];
