/** What errors are measured in, in backtests and in the accuracy of models: the error that "as yesterday" makes in sample. */
import { meanChange } from './statistics.js';

const DAY_BINS = 288;
/** Fewer known values in sample say too little of what is usual (33 h). */
const MIN_KNOWN = 400;
/** Below this share of the range, differences are rounding. */
const SMALLEST_SHARE = 1e-4;

/** The scale of a series, or why it has none. */
export type MaseScale =
  | { readonly kind: 'scale'; readonly value: number }
  | {
      readonly kind: 'none';
      readonly reason: 'too little known before the origins' | 'almost constant before the origins';
    };

/**
 * Mean |y(t) − y(t − 24 h)| over the first `end` bins, > 0, in the unit of the values: the denominator of the seasonal MASE
 * (Hyndman & Koehler 2006). None for a series that is too young or (almost) constant there.
 * @param values  one per bin of five minutes; NaN = absent
 */
export function maseScale(values: Float64Array, end: number): MaseScale {
  const sample = values.subarray(0, Math.max(end, 0));
  const known = sample.filter((value) => !Number.isNaN(value)).sort();
  const seasonal = meanChange(sample, DAY_BINS, sample.length, DAY_BINS);
  const change = meanChange(sample, 1, sample.length, 1);
  if (known.length < MIN_KNOWN || Number.isNaN(seasonal) || Number.isNaN(change)) {
    return { kind: 'none', reason: 'too little known before the origins' };
  }
  const range = known[Math.floor(0.99 * (known.length - 1))]! - known[Math.ceil(0.01 * (known.length - 1))]!;
  const smallest = SMALLEST_SHARE * range;
  if (range > 0 && seasonal > smallest && change > smallest) return { kind: 'scale', value: seasonal };
  return { kind: 'none', reason: 'almost constant before the origins' };
}
