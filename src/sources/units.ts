/** Does a metric look as if its unit were wrong? Said about a whole fleet, since one server may well be odd. */
import { type MetricName, metricSpec } from '../core/metrics.js';

/** The raw values of one metric over all servers. */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

export type Spreads = ReadonlyMap<MetricName, Spread>;

/** Room for rates that are extrapolated to the edges of their window. */
const PERCENT_CEILING = 105;
const RATIO_CEILING = 1.5;
/** 100 Gbit/s. */
const FASTEST_NETWORK_MB_S = 12_500;
const LONGEST_UPTIME_DAYS = 3650;
const HIGHEST_LOAD = 10_000;
/** Twice as many sockets as there are ports. */
const MOST_SOCKETS = 131_072;

/** What is implausible about a metric's values, and what to look for; undefined if nothing is. */
export function implausibleUnit(metric: MetricName, spreads: Spreads): string | undefined {
  const spread = spreads.get(metric);
  if (spread === undefined) return undefined;
  const { unit } = metricSpec(metric);
  if (spread.min < (unit === 'percent' ? -5 : 0)) return `values down to ${shorten(spread.min)}; expected none below 0`;
  switch (unit) {
    case 'percent':
      if (spread.max > PERCENT_CEILING)
        return `values up to ${shorten(spread.max)}; expected percent of the whole machine: divide by the number of CPUs?`;
      return looksLikeRatio(metric, spreads)
        ? 'looks like a ratio (0 to 1); expected percent: multiply by 100?'
        : undefined;
    case 'megabytes_per_second':
      return spread.median > FASTEST_NETWORK_MB_S ? 'looks like bytes; expected 10^6 bytes: divide by 1e6?' : undefined;
    case 'days':
      return spread.max > LONGEST_UPTIME_DAYS ? 'looks like seconds; expected days: divide by 86400?' : undefined;
    case 'load':
      return spread.max > HIGHEST_LOAD ? `values up to ${shorten(spread.max)}; expected a load average` : undefined;
    case 'connections':
      return spread.max > MOST_SOCKETS ? `values up to ${shorten(spread.max)}; expected a count of sockets` : undefined;
  }
}

/**
 * Small values alone do not make a ratio: an idle fleet has a CPU of 1 %. The CPU shares add up to 100 or to 1, and no
 * fleet has all its memory and all its disks below 1.5 %.
 */
function looksLikeRatio(metric: MetricName, spreads: Spreads): boolean {
  const { max } = spreads.get(metric)!;
  if (max > RATIO_CEILING || max <= 0) return false;
  switch (metric) {
    case 'mem_used_pct':
    case 'disk_usage_pct':
      return true;
    case 'swap_used_pct':
      return spreads.has('mem_used_pct') && looksLikeRatio('mem_used_pct', spreads);
    default: {
      const idle = spreads.get('cpu_idle_pct');
      const user = spreads.get('cpu_user_pct');
      return idle !== undefined && idle.max <= RATIO_CEILING && (user?.max ?? 0) <= RATIO_CEILING;
    }
  }
}

/** Few digits, for people. */
export function shorten(value: number): string {
  return Math.abs(value) >= 1000 ? Math.round(value).toString() : Number(value.toPrecision(3)).toString();
}
