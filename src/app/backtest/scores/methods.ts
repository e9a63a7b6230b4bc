/** Who is scored: what was served, the network alone, the yardstick, and what is done by hand. */
import { HORIZON_STEPS } from '../../../core/flow.js';
import { BASELINES, type Baseline } from '../../../core/truth.js';
import { CANDIDATES } from '../../../model/inputs/contract.js';
import type { Method } from '../report/reportData.js';

/** What each method by hand is called, and which of the candidate forecasts it is. */
const NAIVE: Readonly<Record<Baseline, { readonly title: string; readonly candidate: (typeof CANDIDATES)[number] }>> = {
  persistence: { title: 'last value', candidate: 'persistence' },
  mean_1h: { title: '1 h mean', candidate: 'mean_1h' },
  predict_linear_4h: { title: 'predict_linear over 4 h', candidate: 'line_4h' },
  seasonal_naive_24h: { title: 'yesterday, same time', candidate: 'yesterday' },
  median_7d: { title: '7-day median, same time', candidate: 'weekly_median' },
  median_7d_level: { title: '7-day median + level', candidate: 'median_with_level' },
};

/** Which column of the candidates each naive method is, in the order of `methodsOf`. */
export const NAIVE_COLUMNS: readonly number[] = BASELINES.map((id) => CANDIDATES.indexOf(NAIVE[id].candidate));

/** All methods, the naive ones last. @param yardstick name of the second model, if there is one */
export function methodsOf(model: string, yardstick: string | undefined): Method[] {
  return [
    { id: 'served', kind: 'served', title: 'as served' },
    { id: 'model', kind: 'model', title: `model ${model} alone` },
    ...(yardstick === undefined ? [] : [{ id: 'yardstick', kind: 'yardstick', title: yardstick } as const]),
    ...BASELINES.map((id): Method => ({ id, kind: 'naive', title: NAIVE[id].title })),
  ];
}

/** One candidate of all steps. @param candidates [HORIZON_STEPS × CANDIDATES] */
export function columnOf(candidates: Float32Array, column: number): Float32Array {
  return Float32Array.from({ length: HORIZON_STEPS }, (_, h) => candidates[h * CANDIDATES.length + column]!);
}
