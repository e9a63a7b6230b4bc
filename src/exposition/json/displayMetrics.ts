/** `display_metrics`: now and the next half hour of the metrics that the older dashboards show. */
import { METRICS, type MetricUnit } from '../../core/metrics.js';

/** The forecast of one metric on the grid of the answer, and its value now. */
export interface MetricPath {
  readonly current: number | undefined;
  /** Medians of the next 96 steps; null beyond the forecast. */
  readonly p50: readonly (number | null)[];
}

/** Steps whose mean is `predicted`: 30 minutes. */
const PREDICTED_STEPS = 6;

/** Names in `display_metrics` by LINBORG metric; `cpu` comes first and is all that is not idle. */
const DISPLAY_NAMES: Readonly<Record<string, string>> = {
  mem_used_pct: 'memory',
  cpu_iowait_pct: 'iowait',
  java_cpu_pct: 'java_cpu',
  swap_used_pct: 'swap',
  disk_usage_pct: 'disk',
  load_average: 'load',
  net_in_mb_s: 'net_in',
  net_out_mb_s: 'net_out',
  back_close_wait: 'back_close_wait',
  front_close_wait: 'front_close_wait',
};

const UNIT_SIGNS: Readonly<Record<MetricUnit, string>> = {
  percent: '%',
  megabytes_per_second: 'MB/s',
  connections: '',
  load: '',
  days: 'd',
};

/** Only metrics that have both a value now and a forecast. */
export function displayMetrics(paths: ReadonlyMap<string, MetricPath>) {
  const view: Record<string, NonNullable<ReturnType<typeof displayMetric>>> = {};
  const add = (name: string, path: MetricPath | undefined, unit: MetricUnit) => {
    const shown = path && displayMetric(path, UNIT_SIGNS[unit]);
    if (shown) view[name] = shown;
  };
  add('cpu', cpuPath(paths), 'percent');
  for (const { name, unit } of METRICS) {
    const display = DISPLAY_NAMES[name];
    if (display) add(display, paths.get(name), unit);
  }
  return view;
}

/** All CPU time that is not idle; the mirror image of a median is the median of the mirror image. */
export function cpuPath(paths: ReadonlyMap<string, MetricPath>): MetricPath | undefined {
  const idle = paths.get('cpu_idle_pct');
  if (!idle) return undefined;
  return {
    current: idle.current === undefined ? undefined : 100 - idle.current,
    p50: idle.p50.map((value) => (value === null ? null : toTenth(100 - value))),
  };
}

/** Where the median goes within the next half hour, at a resolution of 0.1. */
export function trendOf(path: MetricPath): 'increasing' | 'decreasing' | 'stable' | null {
  const predicted = predictedValue(path);
  if (path.current === undefined || predicted === undefined) return null;
  const delta = toTenth(predicted - path.current);
  return delta > 0 ? 'increasing' : delta < 0 ? 'decreasing' : 'stable';
}

function displayMetric(path: MetricPath, unit: string) {
  const predicted = predictedValue(path);
  if (path.current === undefined || predicted === undefined) return undefined;
  return {
    current: toTenth(path.current),
    predicted: toTenth(predicted),
    delta: toTenth(predicted - path.current),
    unit,
    trend: trendOf(path),
  };
}

function predictedValue({ p50 }: MetricPath): number | undefined {
  const near = p50.slice(0, PREDICTED_STEPS).filter((value) => value !== null);
  return near.length === 0 ? undefined : near.reduce((sum, value) => sum + value, 0) / near.length;
}

function toTenth(value: number): number {
  return Math.round(value * 10) / 10;
}
