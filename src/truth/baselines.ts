/** The methods that people use by hand, among the model's candidate forecasts. */
import { BASELINES, type Baseline } from '../core/truth.js';

/** Under which name each baseline stands among the candidates. */
const CANDIDATE_NAMES: Readonly<Record<Baseline, string>> = {
  persistence: 'persistence',
  mean_1h: 'mean_1h',
  predict_linear_4h: 'line_4h',
  seasonal_naive_24h: 'yesterday',
  median_7d: 'weekly_median',
  median_7d_level: 'median_with_level',
};

/** A baseline and the method that makes it. */
export interface BaselineMethod {
  readonly name: Baseline;
  /** Index into the methods. */
  readonly method: number;
}

/** The baselines that can be compared with: those among the methods. */
export function baselineMethods(methods: readonly string[]): BaselineMethod[] {
  return BASELINES.map((name) => ({ name, method: methods.indexOf(CANDIDATE_NAMES[name]) })).filter(
    ({ method }) => method > 0,
  );
}
