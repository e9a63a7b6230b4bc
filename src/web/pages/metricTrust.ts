/** How far to trust the forecast of one metric, in a line under its plot. */
import type { Forecast } from '../../core/flow.js';
import { type ForecastAccuracy, TRUTH_HORIZONS, type TruthReport } from '../../core/truth.js';
import { describeHorizon, describeRatio } from './words.js';

/** Of the longest horizon that is judged; what was served counts, else what was forecast in hindsight. */
export function describeMetricTrust({ metric, model }: Forecast, truth: TruthReport | undefined): string {
  const by = `Forecast by ${model}`;
  const live = longestJudged(metric, truth?.accuracy ?? []);
  const judged = live ?? longestJudged(metric, truth?.hindsight ?? []);
  if (judged === undefined) return `${by}; not judged here yet.`;
  const { horizon, mase, coverage } = judged;
  const inside = Number.isFinite(coverage) ? `, ${describeRatio(coverage)} of the samples inside p10–p90` : '';
  return `${by}; ${describeHorizon(horizon)} ahead${live ? '' : ', in hindsight,'} its error is ${mase.toFixed(2)} times that of “as a day ago”${inside}.`;
}

function longestJudged(metric: string, accuracy: readonly ForecastAccuracy[]): ForecastAccuracy | undefined {
  const judged = accuracy.filter((entry) => entry.metric === metric && Number.isFinite(entry.mase));
  return TRUTH_HORIZONS.toReversed()
    .map((horizon) => judged.find((entry) => entry.horizon === horizon))
    .find((entry) => entry !== undefined);
}
