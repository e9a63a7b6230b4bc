import type { SampleSeries } from '../../src/core/flow.js';
import { normal, type Random, seededRandom } from '../../src/core/random.js';
import { loadEngine } from '../../src/model/engine/engine.js';
import type { Engine, EngineKind } from '../../src/model/engine/types.js';
import { DAY_STEPS, HISTORY_STEPS } from '../../src/model/inputs/contract.js';
import type { WindowRequest } from '../../src/model/inputs/window.js';
import { type Hyperparameters, initialWeights } from '../../src/model/network/parameters.js';
import { type LongSeries, toLongSeries } from '../../src/model/training/corpus.js';

/** A network that is small enough to be run often. */
export const SMALL: Hyperparameters = { hidden: 8, heads: 2 };
export const SMALL_PERCEPTRON: Hyperparameters = { network: 'perceptron', hidden: 8, heads: 1, notch: 8 };
/** Names and small forms of every network. */
export const NETWORKS: readonly (readonly [string, Hyperparameters])[] = [
  ['TFT', SMALL],
  ['perceptron', SMALL_PERCEPTRON],
];

/** Index of the last known bucket in tests: a fixed moment. */
export const NEWEST = 5_700_077;

/** The native engine where `make setup` could install it; its tests are skipped elsewhere. */
export async function nativeIfInstalled(): Promise<Engine | undefined> {
  const kind: EngineKind = (await loadEngine('auto')).kind;
  return kind === 'native' ? loadEngine('native') : undefined;
}

/** Seeded first weights, moved off their special values (0, 1) so that every weight matters. */
export function livelyWeights(hyperparameters: Hyperparameters, seed = 5): Map<string, Float32Array> {
  const random = seededRandom(seed);
  const weights = initialWeights(hyperparameters, seed);
  for (const values of weights.values()) {
    for (let i = 0; i < values.length; i++) values[i]! += 0.2 * normal(random);
  }
  return weights;
}

/** A window over a ring of HISTORY_STEPS that holds `history`, oldest first. */
export function windowOf(history: ArrayLike<number>, more: Partial<WindowRequest> = {}): WindowRequest {
  const capacity = history.length;
  const values = new Float32Array(capacity);
  for (let i = 0; i < capacity; i++) values[(NEWEST - capacity + 1 + i) % capacity] = history[i]!;
  return {
    series: { values, offset: 0, capacity },
    newest: NEWEST,
    metricId: 1,
    profileId: 1,
    upper: Number.POSITIVE_INFINITY,
    ...more,
  };
}

/** Eight days of a daily swing with noise, and some holes. */
export function livelyHistory(random: Random, steps = HISTORY_STEPS): Float32Array {
  const level = 20 + 40 * random();
  const swing = 15 * random();
  const values = Float32Array.from({ length: steps }, (_, i) =>
    Math.max(level + swing * Math.sin((2 * Math.PI * i) / DAY_STEPS) + 2 * normal(random), 0),
  );
  for (let hole = 0; hole < 3; hole++) {
    const from = Math.floor(random() * steps);
    values.fill(Number.NaN, from, Math.min(from + Math.floor(30 * random()), steps - 1));
  }
  return values;
}

/** A whole series for training: bucket `first + i` has `values[i]`; NaN = absent (but not at the ends). */
export function longSeries(server: string, values: ArrayLike<number>, first = 20_000, dataset = 'made-up'): LongSeries {
  const times: number[] = [];
  const present: number[] = [];
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i]!)) continue;
    times.push((first + i) * 300);
    present.push(values[i]!);
  }
  const series: SampleSeries = {
    server,
    metric: 'cpu_user_pct',
    times: Float64Array.from(times),
    values: Float64Array.from(present),
  };
  return toLongSeries({ kind: 'buckets', source: 'test', at: 0, series: [series] }, dataset, 300)[0]!;
}

/** The largest |a − b|; Infinity where lengths differ or a number is none. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!);
    if (!(difference <= worst)) worst = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
  }
  return worst;
}
