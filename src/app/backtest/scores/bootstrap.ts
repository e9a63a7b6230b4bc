/**
 * Bootstrap intervals over servers, since the metrics of one server are no independent evidence: percentiles of the figure over fleets drawn
 * from whole servers with replacement (Efron & Tibshirani 1993, *An Introduction to the Bootstrap*, ch. 13; clusters as in Davison & Hinkley 1997, 3.8).
 */
import { type Random, randomInt } from '../../../core/random.js';
import type { Estimate } from '../report/reportData.js';

/** A value of one series, and whose it is. */
export interface ServerValue {
  /** A number of the server's own; servers without a value are no part of what is drawn from. */
  readonly server: number;
  readonly value: number;
}

export interface BootstrapSettings {
  readonly draws: number;
  /** A generator that starts anew for every figure, so that one more figure changes no other. */
  readonly random: () => Random;
}

/** Fewer servers than this give no idea of how servers differ. */
const MIN_SERVERS = 3;

/** The mean with its interval. NaN without a value. */
export function bootstrapMean(given: readonly ServerValue[], settings: BootstrapSettings): Estimate {
  const { values, servers } = numbered(given);
  const sums = new Float64Array(servers);
  const counts = new Float64Array(servers);
  for (const { server, value } of values) {
    sums[server]! += value;
    counts[server]! += 1;
  }
  const meanOf = (times: Float64Array) => dot(sums, times) / dot(counts, times);
  return estimate(meanOf, servers, settings);
}

/** The geometric mean with its interval; every value must be above 0. */
export function bootstrapGeometricMean(values: readonly ServerValue[], settings: BootstrapSettings): Estimate {
  const logarithms = values.map(({ server, value }) => ({ server, value: Math.log(value) }));
  const { value, low, high } = bootstrapMean(logarithms, settings);
  return {
    value: Math.exp(value),
    low: low === null ? null : Math.exp(low),
    high: high === null ? null : Math.exp(high),
  };
}

/** The median with its interval. */
export function bootstrapMedian(given: readonly ServerValue[], settings: BootstrapSettings): Estimate {
  const { values, servers } = numbered(given);
  const sorted = [...values].sort((a, b) => a.value - b.value);
  return estimate((times) => repeatedMedian(sorted, times), servers, settings);
}

/** The median of sorted values of which each stands there as often as its server was drawn. */
function repeatedMedian(sorted: readonly ServerValue[], times: Float64Array): number {
  let total = 0;
  for (const { server } of sorted) total += times[server]!;
  let seen = 0;
  let lower = Number.NaN;
  for (const { server, value } of sorted) {
    seen += times[server]!;
    if (Number.isNaN(lower) && seen > (total - 1) >> 1) lower = value;
    if (seen > total >> 1) return (lower + value) / 2;
  }
  return Number.NaN;
}

/** @param statistic of a sample, given how often each server is in it */
function estimate(
  statistic: (times: Float64Array) => number,
  servers: number,
  { draws, random }: BootstrapSettings,
): Estimate {
  const value = statistic(new Float64Array(servers).fill(1));
  if (servers < MIN_SERVERS) return { value, low: null, high: null };
  const next = random();
  const times = new Float64Array(servers);
  const drawn = Float64Array.from({ length: draws }, () => {
    times.fill(0);
    for (let i = 0; i < servers; i++) times[randomInt(next, servers)]! += 1;
    return statistic(times);
  }).sort();
  return { value, low: drawn[Math.floor(0.025 * (draws - 1))]!, high: drawn[Math.ceil(0.975 * (draws - 1))]! };
}

/** The same with the servers numbered from 0 without gaps, in the order in which they come: one without a value would be drawn for nothing. */
function numbered(given: readonly ServerValue[]): { readonly values: ServerValue[]; readonly servers: number } {
  const numbers = new Map<number, number>();
  const values = given.map(({ server, value }) => {
    const number = numbers.get(server) ?? numbers.size;
    numbers.set(server, number);
    return { server: number, value };
  });
  return { values, servers: numbers.size };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
