/** The record that the door of linborg takes: one server, one moment, up to 14 metrics. */
import { type MetricName, metricSpec } from '../../core/metrics.js';
import type { Profile } from '../../core/profiles.js';

export type LinborgRecord = {
  /** ISO 8601: where the record's time begins. */
  readonly timestamp: string;
  readonly server_name: string;
  readonly status?: string;
  readonly profile?: Profile;
} & { readonly [metric in MetricName]?: number };

/** Sums of rates and of rounded shares come out a little above the whole; more than this is another unit. */
const LARGEST_PERCENT = 105;
/** Likewise below nothing. */
const LEAST_PERCENT = -1;

/** The value as the door wants it, or undefined if it can be none of that metric. */
export function plausibleValue(metric: MetricName, value: number): number | undefined {
  const { unit } = metricSpec(metric);
  if (unit === 'percent') {
    if (!(value >= LEAST_PERCENT && value <= LARGEST_PERCENT)) return undefined;
    return round(Math.min(100, Math.max(0, value)));
  }
  if (!(value >= 0) || value === Number.POSITIVE_INFINITY) return undefined;
  return unit === 'connections' ? Math.round(value) : round(value);
}

/** A millionth of a per cent or a byte per second is below what anybody measures. */
function round(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
