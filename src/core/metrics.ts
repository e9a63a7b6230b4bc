/** The 14 LINBORG metrics: the vocabulary that every room shares. */

/** How a value may be read: `percent` lies in 0–100, the others are ≥ 0 with no upper bound. */
export type MetricUnit = 'percent' | 'megabytes_per_second' | 'connections' | 'load' | 'days';

export interface MetricSpec {
  readonly name: string;
  readonly unit: MetricUnit;
  /** One line for people, used in help texts and tables. */
  readonly help: string;
}

export const METRICS = [
  { name: 'cpu_user_pct', unit: 'percent', help: 'CPU time in user mode' },
  { name: 'cpu_sys_pct', unit: 'percent', help: 'CPU time in kernel mode' },
  { name: 'cpu_iowait_pct', unit: 'percent', help: 'CPU time waiting for I/O' },
  { name: 'cpu_idle_pct', unit: 'percent', help: 'CPU time idle' },
  { name: 'java_cpu_pct', unit: 'percent', help: 'CPU time of Java processes, of the whole machine' },
  { name: 'mem_used_pct', unit: 'percent', help: 'memory in use (1 - available/total)' },
  { name: 'swap_used_pct', unit: 'percent', help: 'swap space in use' },
  { name: 'disk_usage_pct', unit: 'percent', help: 'fullest file system' },
  { name: 'net_in_mb_s', unit: 'megabytes_per_second', help: 'network bytes received, 10^6 bytes per second' },
  { name: 'net_out_mb_s', unit: 'megabytes_per_second', help: 'network bytes sent, 10^6 bytes per second' },
  { name: 'back_close_wait', unit: 'connections', help: 'sockets in CLOSE_WAIT towards back ends (remote port)' },
  { name: 'front_close_wait', unit: 'connections', help: 'sockets in CLOSE_WAIT towards clients (local port)' },
  { name: 'load_average', unit: 'load', help: 'one-minute load average' },
  { name: 'uptime_days', unit: 'days', help: 'days since boot' },
] as const satisfies readonly MetricSpec[];

export type MetricName = (typeof METRICS)[number]['name'];

export const METRIC_NAMES: readonly MetricName[] = METRICS.map((metric) => metric.name);

const specByName = new Map<string, MetricSpec>(METRICS.map((metric) => [metric.name, metric]));

/** Tells whether `name` is one of the 14. */
export function isMetricName(name: string): name is MetricName {
  return specByName.has(name);
}

/** The specification of one of the 14. */
export function metricSpec(name: MetricName): MetricSpec {
  return specByName.get(name)!;
}

/**
 * Upper bound of a metric's values by the unit that its name ends in, extra metrics included: 100 for `*_pct`, 1 for
 * `*_ratio`, none (Infinity) otherwise.
 */
export function upperBound(metric: string): number {
  if (metric.endsWith('_pct')) return 100;
  return metric.endsWith('_ratio') ? 1 : Number.POSITIVE_INFINITY;
}

/** From which side a value gets bad: idle time by falling, all others by rising. */
export function breachDirection(metric: string): 'above' | 'below' {
  return metric === 'cpu_idle_pct' ? 'below' : 'above';
}

const UNIT_SUFFIXES: Readonly<Record<MetricUnit, string>> = {
  percent: ' %',
  megabytes_per_second: ' MB/s',
  connections: '',
  load: '',
  days: ' d',
};

/** By the end of an extra metric's name, as Prometheus names units. */
const EXTRA_UNIT_SUFFIXES: readonly (readonly [string, string])[] = [
  ['_pct', ' %'],
  ['_seconds', ' s'],
  ['_bytes', ' B'],
  ['_rate', ' /s'],
  ['_cores', ' cores'],
];

/** The units of extra metrics in words for programs. */
export const UNIT_NAMES = ['percent', 'ratio', 'seconds', 'bytes', 'per_second', 'cores', 'count'] as const;
export type UnitName = (typeof UNIT_NAMES)[number];

const UNIT_NAME_ENDS: readonly (readonly [string, UnitName])[] = [
  ['_pct', 'percent'],
  ['_ratio', 'ratio'],
  ['_seconds', 'seconds'],
  ['_bytes', 'bytes'],
  ['_rate', 'per_second'],
  ['_cores', 'cores'],
];

/** The unit of an extra metric, by the end of its name. */
export function unitName(metric: string): UnitName {
  return UNIT_NAME_ENDS.find(([end]) => metric.endsWith(end))?.[1] ?? 'count';
}

/** What goes behind a value in a sentence: ' %', ' MB/s' or nothing. Works for extra metrics too. */
export function unitSuffix(metric: string): string {
  if (isMetricName(metric)) return UNIT_SUFFIXES[metricSpec(metric).unit];
  return EXTRA_UNIT_SUFFIXES.find(([end]) => metric.endsWith(end))?.[1] ?? '';
}
