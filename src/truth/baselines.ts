/** The methods that people use by hand, among the model's candidate forecasts. */
import { BASELINE_CANDIDATES, BASELINES, type Baseline } from '../core/truth.js';

/** A baseline and the method that makes it. */
export interface BaselineMethod {
  readonly name: Baseline;
  /** Index into the methods. */
  readonly method: number;
}

/** The baselines that can be compared with: those among the methods. */
export function baselineMethods(methods: readonly string[]): BaselineMethod[] {
  return BASELINES.map((name) => ({ name, method: methods.indexOf(BASELINE_CANDIDATES[name]) })).filter(
    ({ method }) => method > 0,
  );
}
