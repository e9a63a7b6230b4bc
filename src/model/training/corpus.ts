/** Long series to draw training windows from, split by time and by server. */
import { asFloat32 } from '../../core/float32.js';
import { HORIZON_STEPS, type SampleBatch } from '../../core/flow.js';
import { upperBound } from '../../core/metrics.js';
import { type ProfileRule, profileOf } from '../../core/profiles.js';
import { seededRandom, seedFor } from '../../core/random.js';
import { HISTORY_STEPS, metricId, profileId } from '../inputs/contract.js';
import { MAX_FILL_STEPS, type RingSeries } from '../inputs/history.js';

/** One whole series: bucket i (first ≤ i < first + length) is `ring.values[i mod length]`. */
export interface LongSeries {
  readonly dataset: string;
  readonly server: string;
  readonly metric: string;
  readonly ring: RingSeries;
  readonly first: number;
  readonly length: number;
  readonly metricId: number;
  readonly profileId: number;
  readonly upper: number;
  /** Buckets that nothing is to be learnt from or measured on; they are seen as history all the same, as in serving. */
  readonly excluded?: readonly BucketRange[];
}

/** Buckets first ≤ i < end. */
export interface BucketRange {
  readonly first: number;
  readonly end: number;
}

/** What a long series is made from; NaN = absent. */
export interface SeriesValues {
  readonly dataset: string;
  readonly server: string;
  readonly metric: string;
  /** Bucket of `values[0]`. */
  readonly first: number;
  readonly values: Float32Array;
}

/** Turns a replayed batch into long series; series without two different values are left out. */
export function toLongSeries(
  batch: SampleBatch,
  dataset: string,
  stepSeconds: number,
  profiles: readonly ProfileRule[] = [],
): LongSeries[] {
  return batch.series.flatMap((series) => {
    const { server, metric, times, values } = series;
    if (times.length === 0) return [];
    const first = Math.floor(times[0]! / stepSeconds);
    const bucketed = new Float32Array(Math.floor(times.at(-1)! / stepSeconds) - first + 1).fill(Number.NaN);
    times.forEach((time, i) => {
      const value = asFloat32(values[i]!);
      if (!Number.isNaN(value)) bucketed[Math.floor(time / stepSeconds) - first] = value;
    });
    return toLongSeriesOf({ dataset, server, metric, first, values: bucketed }, profiles);
  });
}

/** One long series, or none where no two values differ. */
export function toLongSeriesOf(
  { dataset, server, metric, first, values }: SeriesValues,
  profiles: readonly ProfileRule[] = [],
): LongSeries[] {
  const { length } = values;
  const one = values.find((value) => !Number.isNaN(value));
  if (!values.some((value) => value !== one && !Number.isNaN(value))) return [];
  const ring = new Float32Array(length);
  for (let i = 0; i < length; i++) ring[(first + i) % length] = values[i]!;
  return [
    {
      dataset,
      server,
      metric,
      ring: { values: ring, offset: 0, capacity: length },
      first,
      length,
      metricId: metricId(metric),
      // A profile is only told where the name tells one: "generic" is what a real fleet looks like without rules.
      profileId: profileId(profileOf(server, profiles)),
      upper: upperBound(metric),
    },
  ];
}

/** Value of bucket i, NaN where there is none or i lies outside the series. */
export function valueAt({ ring, first, length }: LongSeries, i: number): number {
  return i < first || i >= first + length ? Number.NaN : ring.values[i % length]!;
}

/** Value of bucket i as something to learn from or to be measured on: NaN where it is excluded, too. */
export function targetAt(series: LongSeries, i: number): number {
  return series.excluded?.some(({ first, end }) => i >= first && i < end) ? Number.NaN : valueAt(series, i);
}

/** Buckets of history that may be seen when `newest` is the last known one; never wraps into the future. */
export function visibleSteps(series: LongSeries, newest: number): number {
  return Math.min(HISTORY_STEPS, newest - series.first + 1);
}

/** A window may start where the last value is known, most of the last 4 h too, and half of the future is there. */
export function isUsableOrigin(series: LongSeries, newest: number): boolean {
  let age = 0;
  while (age <= MAX_FILL_STEPS && Number.isNaN(valueAt(series, newest - age))) age++;
  if (age > MAX_FILL_STEPS) return false;
  let missing = 0;
  for (let i = newest - 47; i <= newest; i++) if (Number.isNaN(valueAt(series, i))) missing++;
  if (missing > 24) return false;
  let known = 0;
  for (let h = 1; h <= HORIZON_STEPS; h++) if (!Number.isNaN(targetAt(series, newest + h))) known++;
  return known >= HORIZON_STEPS / 2;
}

/** Which origins are for what. Fractions are of each series' length. */
export interface Split {
  /** Nothing after this fraction is ever seen: the published figures are measured there. */
  readonly trainUntil: number;
  /** Origins between this fraction and `trainUntil` only validate. */
  readonly validateFrom: number;
  /** Share of servers that only validate. */
  readonly validationServers: number;
}

export const DEFAULT_SPLIT: Split = { trainUntil: 0.7, validateFrom: 0.63, validationServers: 0.1 };

/** Whether a server is held out of training; depends on its name and data set alone. */
export function isValidationServer({ dataset, server }: LongSeries, share: number): boolean {
  return seededRandom(seedFor(0, `${dataset}/${server}`))() < share;
}

/** Buckets of a series before its first origin. */
const MIN_HISTORY = 299;

/** A series is too short for training if it has no more buckets than this. */
export function tooShortFor({ validateFrom }: Split): number {
  return (MIN_HISTORY + HORIZON_STEPS + 1) / validateFrom;
}

/** Origins (index of the last known bucket) that leave the whole horizon inside [from, until) of the series. */
export function originRange(series: LongSeries, from: number, until: number): { low: number; high: number } {
  const low = series.first + Math.max(Math.floor(from * series.length), MIN_HISTORY);
  const high = series.first + Math.floor(until * series.length) - HORIZON_STEPS - 1;
  return { low, high };
}
