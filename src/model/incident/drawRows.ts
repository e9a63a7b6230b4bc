/** Rows to train an incident head on: made-up thresholds over real series, since real ones are breached too seldom. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { groupBy } from '../../core/groupBy.js';
import { breachDirection } from '../../core/metrics.js';
import { type Random, randomInt, seededRandom, seedFor } from '../../core/random.js';
import type { Forecaster } from '../forecaster.js';
import { isValidationServer, type LongSeries, originRange, type Split, valueAt } from '../training/corpus.js';
import { addCases, LABEL_STEPS, originsBetween, RowBuffer } from './cases.js';
import type { IncidentRows } from './trainHead.js';

/** Steps between two origins of a series: 2 h. */
export const ORIGIN_STRIDE = 24;

/** Thresholds per origin, drawn from those of the series. */
const DRAWS_PER_ORIGIN = 2;

/** Where thresholds lie: quantiles of the series, its maximum plus a share of its range, and what people set for percentages. */
const THRESHOLD_QUANTILES = [0.9, 0.95, 0.98, 0.99, 0.995, 0.999];
const BEYOND_MAXIMUM = 0.05;
const USUAL_PERCENTAGES = [80, 85, 90, 95];

/** The highest quantile needs so many values. */
const MIN_VALUES = 3000;

/** A data set with more rows is thinned to every n-th server, so that none drowns the others. */
const MAX_ROWS_PER_DATASET = 200_000;

export interface DrawnRows {
  readonly training: IncidentRows;
  /** Of servers and of times that no training row comes from, or knows the outcome of. */
  readonly validation: IncidentRows;
}

/**
 * Draws rows from the part of each series before `split.trainUntil`; the same corpus, forecaster and seed give the same rows.
 * @param onProgress  gets the share of series done
 */
export async function drawRows(
  forecaster: Forecaster,
  corpus: readonly LongSeries[],
  { split, seed }: { readonly split: Split; readonly seed: number },
  onProgress: (share: number) => void,
): Promise<DrawnRows> {
  const random = seededRandom(seedFor(seed, 'incident rows'));
  const training = new RowBuffer();
  const validation = new RowBuffer();
  const chosen = thinned(corpus, split);
  for (const [i, series] of chosen.entries()) {
    onProgress(i / chosen.length);
    await nextTurn();
    const thresholds = thresholdsOf(series, split.trainUntil);
    if (thresholds.length === 0) continue;
    const { low } = originRange(series, 0, split.trainUntil);
    const high = series.first + Math.floor(split.trainUntil * series.length) - 1 - LABEL_STEPS;
    const origins = originsBetween(series, low + randomInt(random, ORIGIN_STRIDE), high, ORIGIN_STRIDE);
    const cases = origins.map((newest) => ({ newest, thresholds: drawThresholds(thresholds, random) }));
    const partOf = partsOf(series, split);
    const used = cases.filter(({ newest }) => partOf(newest) !== undefined);
    addCases(forecaster, series, used, (newest) => (partOf(newest) === 'training' ? training : validation));
  }
  return { training: training.rows(), validation: validation.rows() };
}

/** What the row of an origin is for; undefined where it would teach what came in the part that validates. */
function partsOf(series: LongSeries, split: Split): (newest: number) => 'training' | 'validation' | undefined {
  if (isValidationServer(series, split.validationServers)) return () => 'validation';
  const validateFrom = series.first + split.validateFrom * series.length;
  return (newest) => {
    if (newest > validateFrom) return 'validation';
    return newest + LABEL_STEPS < validateFrom ? 'training' : undefined;
  };
}

function drawThresholds(thresholds: readonly number[], random: Random): number[] {
  return Array.from({ length: DRAWS_PER_ORIGIN }, () => thresholds[randomInt(random, thresholds.length)]!);
}

/** Thresholds, in the metric's unit, beyond the median of the part that may be learnt from; none for a short or flat series. */
function thresholdsOf(series: LongSeries, trainUntil: number): number[] {
  const sign = breachDirection(series.metric) === 'above' ? 1 : -1;
  const values = signedValues(series, trainUntil, sign);
  const [lowest, highest] = [values[0]!, values.at(-1)!];
  if (values.length < MIN_VALUES || lowest === highest) return [];
  const quantile = (q: number) => values[Math.floor(q * (values.length - 1))]!;
  const limits = [...THRESHOLD_QUANTILES.map(quantile), highest + BEYOND_MAXIMUM * (highest - lowest)];
  const { upper } = series;
  if (Number.isFinite(upper)) {
    const usual = USUAL_PERCENTAGES.map((percent) => percent * (upper / 100));
    limits.push(...usual.map((limit) => (sign > 0 ? limit : limit - upper)));
  }
  const bound = sign > 0 ? series.upper : -Number.MIN_VALUE;
  const median = quantile(0.5);
  return [...new Set(limits)].filter((limit) => limit > median && limit <= bound).map((limit) => sign * limit);
}

/** The known values up to a share of the series, times `sign`, ascending. */
function signedValues(series: LongSeries, until: number, sign: number): Float64Array {
  const values: number[] = [];
  const end = series.first + Math.floor(until * series.length);
  for (let i = series.first; i < end; i++) {
    const value = valueAt(series, i);
    if (!Number.isNaN(value)) values.push(sign * value);
  }
  return Float64Array.from(values).sort();
}

/** The series of every server, or of every n-th where a data set has too many rows. */
function thinned(corpus: readonly LongSeries[], split: Split): LongSeries[] {
  return [...groupBy(corpus, ({ dataset }) => dataset)].flatMap(([, series]) => {
    const rows = series.reduce((sum, one) => {
      const { low, high } = originRange(one, 0, split.trainUntil);
      return sum + (DRAWS_PER_ORIGIN * Math.max(high - low, 0)) / ORIGIN_STRIDE;
    }, 0);
    const every = Math.max(1, Math.ceil(rows / MAX_ROWS_PER_DATASET));
    const servers = [...new Set(series.map(({ server }) => server))];
    const kept = new Set(servers.filter((_, i) => i % every === every - 1));
    return series.filter(({ server }) => kept.has(server));
  });
}
