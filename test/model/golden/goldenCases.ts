/** The weights and histories of the golden files: the same integer formulas as in reference.py. */
import { readdirSync, readFileSync } from 'node:fs';
import { upperBound } from '../../../src/core/metrics.js';
import { DAY_STEPS, HISTORY_STEPS, metricId, profileId } from '../../../src/model/inputs/contract.js';
import type { WindowRequest } from '../../../src/model/inputs/window.js';
import { DEFAULT_HYPERPARAMETERS, parameterSpecs } from '../../../src/model/network/parameters.js';
import { NEWEST, windowOf } from '../support.js';

type Row = readonly number[];

/** One golden file. */
export interface GoldenCase {
  readonly case: {
    readonly name: string;
    readonly metric: string;
    readonly profile: string;
    readonly level: number;
    readonly swing: number;
    readonly week: number;
    readonly noise: number;
    readonly slope: number;
    readonly gaps: readonly (readonly [number, number])[];
  };
  readonly inputs: {
    readonly scale: number;
    readonly figures: Row;
    readonly past_tokens: Readonly<Record<string, readonly Row[]>>;
    readonly past_checksums: Row;
    readonly future_tokens: Readonly<Record<string, readonly Row[]>>;
    readonly future_checksums: Row;
    readonly candidates: Readonly<Record<string, Row>>;
    readonly scaled_candidate_checksums: Row;
  };
  readonly quantiles: readonly Row[];
  /** Of a model whose manifest tells of no notch filter. */
  readonly quantiles_without_notch: readonly Row[];
  readonly forecast: readonly Row[];
  readonly evidence: {
    readonly past_weights: Row;
    readonly future_weights: Row;
    readonly static_weights: Row;
    readonly candidate_weights: Row;
    readonly attention: Row;
  };
}

/** In the order of reference.py, which seeds the noise of a case by its place. */
export const GOLDEN_CASES = [
  'full history',
  'two days of history',
  'gaps short and long',
  'constant zero',
  'percent near 100',
  'unknown metric and profile',
  'newest hour missing',
  'newest two hours missing',
  'one hour of history',
];

/** All golden files, in the order of reference.py. */
export function readGoldenCases(): GoldenCase[] {
  const folder = new URL('.', import.meta.url);
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as GoldenCase)
    .sort((a, b) => GOLDEN_CASES.indexOf(a.case.name) - GOLDEN_CASES.indexOf(b.case.name));
}

/** A number in [−1, 1) from two integers: the finaliser of MurmurHash3 over seed and index. */
export function uniform(seed: number, i: number): number {
  let x = (Math.imul(seed, 0x9e3779b1) + Math.imul(i, 0x85ebca6b) + 1) | 0;
  x ^= x >>> 16;
  x = Math.imul(x, 0x85ebca6b);
  x ^= x >>> 13;
  x = Math.imul(x, 0xc2b2ae35);
  x ^= x >>> 16;
  return (x >>> 0) / 2_147_483_648 - 1;
}

/** FNV-1a of a weight's name. */
export function nameSeed(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash;
}

/** Matrices of the size that keeps signals of order 1, gammas around 1, biases and betas up to 0.4. */
export function goldenWeights(): Map<string, Float32Array> {
  return new Map(
    parameterSpecs(DEFAULT_HYPERPARAMETERS).map(({ name, shape }) => {
      const seed = nameSeed(name);
      const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
      return [name, values.map((_, i) => spread(name, shape, uniform(seed, i)))];
    }),
  );
}

function spread(name: string, shape: readonly number[], u: number): number {
  if (name.endsWith('.gamma')) return 1 + 0.4 * u;
  if (/\.(beta|b|bias)$/.test(name)) return 0.4 * u;
  if (name === 'static.metric' || name === 'static.profile') return u;
  return (u * 1.7) / Math.sqrt(shape.at(-2)!);
}

/** The window of a case; `index` is its place in the order. */
export function goldenWindow({ case: made }: GoldenCase, index: number): WindowRequest {
  const { metric, profile, level, swing, week, noise, slope, gaps } = made;
  const upper = upperBound(metric);
  const history = Float32Array.from({ length: HISTORY_STEPS }, (_, i) => {
    const bucket = NEWEST - HISTORY_STEPS + 1 + i;
    const daily = swing * Math.sin((2 * Math.PI * (bucket % DAY_STEPS)) / DAY_STEPS);
    const weekly = week * Math.cos((2 * Math.PI * (bucket % (7 * DAY_STEPS))) / (7 * DAY_STEPS));
    const value = level + daily + weekly + noise * uniform(1000 + index, i) + (slope * i) / DAY_STEPS;
    return Math.floor(Math.min(Math.max(value, 0), upper) * 1000 + 0.5) / 1000;
  });
  for (const [from, to] of gaps) history.fill(Number.NaN, from, to);
  return windowOf(history, { metricId: metricId(metric), profileId: profileId(profile), upper });
}
