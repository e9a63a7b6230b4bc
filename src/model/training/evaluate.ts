/** Rolling-origin accuracy on the part of each series that training never saw, beside the methods used by hand. */
import { HORIZON_STEPS, QUANTILE_LEVELS } from '../../core/flow.js';
import { type MaseScale, maseScale } from '../../core/maseScale.js';
import { medianOf } from '../../core/statistics.js';
import { BASELINE_CANDIDATES, BASELINES } from '../../core/truth.js';
import type { ModelAccuracy } from '../files/manifest.js';
import { BATCH_SIZE, CANDIDATES_SIZE, FORECAST_SIZE, type Forecaster } from '../forecaster.js';
import { CANDIDATES, DAY_STEPS } from '../inputs/contract.js';
import type { WindowRequest } from '../inputs/window.js';
import { isUsableOrigin, type LongSeries, targetAt, valueAt, visibleSteps } from './corpus.js';

export interface EvaluationSettings {
  /** Fraction of each series after which origins lie. */
  readonly from: number;
  /** Rolling origins per series, spread evenly. */
  readonly origins: number;
}

/** What is reported: the model, then candidate forecasts under the names that people know them by. */
const METHODS = ['model', ...BASELINES];

/** At most the last 70 days count. */
const MAX_STEPS = 70 * DAY_STEPS;
/** A series is scored from this many usable origins on. */
const MIN_ORIGINS = 5;

/** Sums over the origins of one series. */
interface SeriesScore {
  readonly absoluteErrors: Float64Array; // per method
  pinball: number;
  absoluteActual: number;
  inside: number;
  count: number;
}

/** Accuracy per data set. `onProgress` gets the share of series done. */
export async function evaluateModel(
  forecaster: Forecaster,
  corpus: readonly LongSeries[],
  settings: EvaluationSettings,
  onProgress: (share: number) => void,
): Promise<ModelAccuracy[]> {
  const scores = new Map<string, { mase: number[][]; wql: number[]; inside: number; count: number }>();
  for (const [i, series] of corpus.entries()) {
    onProgress(i / corpus.length);
    await new Promise((resolve) => setImmediate(resolve));
    const scale = scaleOf(series, settings.from);
    const origins = scale.kind === 'none' ? [] : originsOf(series, settings);
    if (scale.kind === 'none' || origins.length < MIN_ORIGINS) continue;
    const score = scoreSeries(forecaster, series, origins);
    const entry = scores.get(series.dataset) ?? { mase: METHODS.map(() => []), wql: [], inside: 0, count: 0 };
    scores.set(series.dataset, entry);
    METHODS.forEach((_, m) => {
      entry.mase[m]!.push(score.absoluteErrors[m]! / score.count / scale.value);
    });
    if (score.absoluteActual > 0) entry.wql.push((2 * score.pinball) / QUANTILE_LEVELS.length / score.absoluteActual);
    entry.inside += score.inside;
    entry.count += score.count;
  }
  onProgress(1);
  return [...scores].map(([dataset, { mase, wql, inside, count }]) => ({
    dataset,
    series: mase[0]!.length,
    mase: medianOf(mase[0]!),
    coverage: inside / count,
    wql: medianOf(wql),
    baselines: Object.fromEntries(METHODS.slice(1).map((name, m) => [name, medianOf(mase[m + 1]!)])),
    ...ratiosOf(mase),
  }));
}

/** Below this error a series is as good as known, and a ratio of two such errors says nothing. */
const MASE_FLOOR = 0.05;

/** The model's error over that of the best naive method of the set, chosen in hindsight. @param mase [METHODS][series] */
function ratiosOf(mase: readonly (readonly number[])[]): { ratio: number; ratio_geometric: number } {
  const [model, ...naive] = mase as [readonly number[], ...(readonly number[])[]];
  const best = naive.reduce((a, b) => (medianOf(b) < medianOf(a) ? b : a));
  const ratios = model.map((error, i) => Math.max(error, MASE_FLOOR) / Math.max(best[i]!, MASE_FLOOR));
  const mean = (of: (ratio: number) => number) => ratios.reduce((sum, ratio) => sum + of(ratio), 0) / ratios.length;
  return { ratio: mean((ratio) => ratio), ratio_geometric: Math.exp(mean(Math.log)) };
}

/** The scale of a series over the part before `until`, a fraction of its length. */
function scaleOf(series: LongSeries, until: number): MaseScale {
  const length = Math.floor(until * series.length);
  return maseScale(
    Float64Array.from({ length }, (_, i) => valueAt(series, series.first + i)),
    length,
  );
}

/** Last known buckets to forecast from. */
function originsOf(series: LongSeries, { from, origins }: EvaluationSettings): number[] {
  const { first, length } = series;
  const low = Math.max(Math.floor(from * length), length - MAX_STEPS, 300);
  const high = length - HORIZON_STEPS;
  if (high < low) return [];
  const spread = Array.from({ length: origins }, (_, k) => Math.floor(low + ((high - low) * k) / (origins - 1)));
  return [...new Set(spread)].map((o) => first + o - 1).filter((newest) => isUsableOrigin(series, newest));
}

function scoreSeries(forecaster: Forecaster, series: LongSeries, origins: readonly number[]): SeriesScore {
  const score: SeriesScore = {
    absoluteErrors: new Float64Array(METHODS.length),
    pinball: 0,
    absoluteActual: 0,
    inside: 0,
    count: 0,
  };
  const requests = origins.map((newest): WindowRequest => {
    const { ring, metricId, profileId, upper } = series;
    return { series: ring, newest, metricId, profileId, upper, visibleSteps: visibleSteps(series, newest) };
  });
  for (let from = 0; from < requests.length; from += BATCH_SIZE) {
    const group = requests.slice(from, from + BATCH_SIZE);
    const { values, candidates } = forecaster.forecast(group, { details: true });
    group.forEach(({ newest }, i) => {
      addOrigin(score, series, newest, {
        quantiles: values.subarray(i * FORECAST_SIZE, (i + 1) * FORECAST_SIZE),
        candidates: candidates!.subarray(i * CANDIDATES_SIZE, (i + 1) * CANDIDATES_SIZE),
      });
    });
  }
  return score;
}

const BASELINE_COLUMNS = BASELINES.map((name) => CANDIDATES.indexOf(BASELINE_CANDIDATES[name]));

/** What was forecast from one origin: [HORIZON_STEPS, QUANTILE_LEVELS] and [HORIZON_STEPS, CANDIDATES]. */
interface OriginForecasts {
  readonly quantiles: Float32Array;
  readonly candidates: Float32Array;
}

function addOrigin(
  score: SeriesScore,
  series: LongSeries,
  newest: number,
  { quantiles, candidates }: OriginForecasts,
): void {
  const levels = QUANTILE_LEVELS.length;
  for (let h = 0; h < HORIZON_STEPS; h++) {
    const actual = targetAt(series, newest + 1 + h);
    if (Number.isNaN(actual)) continue;
    const [low, middle, high] = quantiles.subarray(h * levels, (h + 1) * levels) as unknown as [number, number, number];
    score.count++;
    score.absoluteErrors[0]! += Math.abs(actual - middle);
    BASELINE_COLUMNS.forEach((column, m) => {
      score.absoluteErrors[m + 1]! += Math.abs(actual - candidates[h * CANDIDATES.length + column]!);
    });
    QUANTILE_LEVELS.forEach((level, q) => {
      const error = actual - quantiles[h * levels + q]!;
      score.pinball += Math.max(level * error, (level - 1) * error);
    });
    score.absoluteActual += Math.abs(actual);
    if (actual >= low && actual <= high) score.inside++;
  }
}
