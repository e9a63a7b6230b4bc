/** Who is scored: what was served, the network alone, the yardstick, and what is done by hand. */
import { HORIZON_STEPS } from '../../../core/flow.js';
import type { Baseline } from '../../../core/truth.js';
import { CANDIDATES } from '../../../model/inputs/contract.js';
import { baselineMethods } from '../../../truth/baselines.js';
import type { Method } from '../report/reportData.js';

/** What each method by hand is called. */
const TITLES: Readonly<Record<Baseline, string>> = {
  persistence: 'last value',
  mean_1h: '1 h mean',
  predict_linear_4h: 'predict_linear over 4 h',
  seasonal_naive_24h: 'yesterday, same time',
  median_7d: '7-day median, same time',
  median_7d_level: '7-day median + level',
};

const NAIVE = baselineMethods(['model', ...CANDIDATES]);

/** The naive methods, in the order of `methodsOf`. */
export const NAIVE_NAMES: readonly Baseline[] = NAIVE.map(({ name }) => name);
/** Which column of the candidates each of them is. */
export const NAIVE_COLUMNS: readonly number[] = NAIVE.map(({ method }) => method - 1);

/** All methods, the naive ones last. @param yardstick name of the second model, if there is one */
export function methodsOf(model: string, yardstick: string | undefined): Method[] {
  return [
    { id: 'served', kind: 'served', title: 'as served' },
    { id: 'model', kind: 'model', title: `model ${model} alone` },
    ...(yardstick === undefined ? [] : [{ id: 'yardstick', kind: 'yardstick', title: yardstick } as const]),
    ...NAIVE_NAMES.map((id): Method => ({ id, kind: 'naive', title: TITLES[id] })),
  ];
}

/** One candidate of all steps. @param candidates [HORIZON_STEPS × CANDIDATES] */
export function columnOf(candidates: Float32Array, column: number): Float32Array {
  return Float32Array.from({ length: HORIZON_STEPS }, (_, h) => candidates[h * CANDIDATES.length + column]!);
}
