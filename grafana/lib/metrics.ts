/** The 14 metrics as panels show them. */
import type { MetricName, MetricUnit } from '../../src/core/metrics.js';

/** Title of each metric's panel. */
export const METRIC_TITLES: Readonly<Record<MetricName, string>> = {
  cpu_user_pct: 'CPU: programs',
  cpu_sys_pct: 'CPU: kernel',
  cpu_iowait_pct: 'CPU: waiting for disks',
  cpu_idle_pct: 'CPU: idle',
  java_cpu_pct: 'CPU: Java',
  mem_used_pct: 'Memory in use',
  swap_used_pct: 'Swap in use',
  disk_usage_pct: 'Fullest file system',
  net_in_mb_s: 'Network: received',
  net_out_mb_s: 'Network: sent',
  back_close_wait: 'CLOSE_WAIT towards back ends',
  front_close_wait: 'CLOSE_WAIT towards clients',
  load_average: 'Load average',
  uptime_days: 'Uptime',
};

/** The units as Grafana names them. */
export const GRAFANA_UNITS: Readonly<Record<MetricUnit, string>> = {
  percent: 'percent',
  megabytes_per_second: 'MBs',
  connections: 'short',
  load: 'short',
  // Grafana would make weeks of them.
  days: 'suffix: days',
};
