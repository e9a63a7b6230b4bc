/** Which sample shows which pack, and the value of each metric by hand. */
import type { MetricName } from '../../../src/core/metrics.js';

export interface PackCase {
  readonly pack: string;
  readonly sample: string;
  /** More samples in the same Prometheus: what stands beside the exporter. */
  readonly beside?: readonly string[];
  readonly serverLabel?: string;
  /** Added by the scrape. */
  readonly target?: Readonly<Record<string, string>>;
  readonly server: string;
  /** The metrics that come, and nothing else comes. */
  readonly values: Partial<Record<MetricName, number>>;
}

/** What the samples are made for: two processors, 60 % of memory, 1 of 4 GiB swap, the fullest file system at 80 %, up for ten days. */
const CPU = { cpu_user_pct: 25, cpu_sys_pct: 10, cpu_iowait_pct: 5, cpu_idle_pct: 60 };
/** 0.24 of two processors. */
const JAVA = { java_cpu_pct: 12 };
const MEMORY = { mem_used_pct: 60, swap_used_pct: 25 };
const DISK = { disk_usage_pct: 80 };
const NET = { net_in_mb_s: 3, net_out_mb_s: 2 };
const BACK = { back_close_wait: 7 };
const FRONT = { front_close_wait: 3 };
const LOAD = { load_average: 1.5 };
const UPTIME = { uptime_days: 10 };
const WINDOWS = {
  ...{ cpu_user_pct: 25, cpu_sys_pct: 10, cpu_idle_pct: 65, ...MEMORY, ...DISK, ...NET, ...BACK, ...UPTIME },
  // 0.8 threads in the queue and 2 × 35 % of a processor busy.
  load_average: 1.5,
};
/** 0.5 and 0.2 of two CPUs; 1.2 of 2 GiB. */
const CONTAINER = {
  ...{ cpu_user_pct: 25, cpu_sys_pct: 10, cpu_iowait_pct: 5, cpu_idle_pct: 65 },
  ...{ ...MEMORY, ...UPTIME },
};

export const CASES: readonly PackCase[] = [
  {
    ...{ pack: 'windows_exporter', sample: 'windows_exporter', beside: ['windows_jvm'], server: 'win1:9182' },
    ...{ target: { instance: 'win1:9182' }, values: { ...WINDOWS, ...JAVA } },
  },
  {
    ...{ pack: 'windows_exporter', sample: 'windows_exporter_0_25', server: 'win1:9182' },
    ...{ target: { instance: 'win1:9182' }, values: { ...WINDOWS, ...JAVA } },
  },
  {
    ...{ pack: 'cadvisor_container', sample: 'cadvisor', serverLabel: 'name', server: 'shop' },
    values: { ...CONTAINER, ...DISK, ...NET, ...BACK, ...LOAD },
  },
  {
    ...{ pack: 'cadvisor_container', sample: 'cadvisor_without_limits', serverLabel: 'name', server: 'shop' },
    values: CONTAINER,
  },
  {
    ...{ pack: 'cadvisor_container', sample: 'kubelet_cadvisor', serverLabel: 'pod', server: 'shop-7d9f' },
    values: { ...CONTAINER, ...JAVA },
  },
  {
    ...{ pack: 'cadvisor_container', sample: 'kubelet_cadvisor_specs', serverLabel: 'pod', server: 'api-5c8' },
    values: { cpu_user_pct: 25, cpu_sys_pct: 10, cpu_idle_pct: 65, ...JAVA, mem_used_pct: 60 },
  },
  {
    ...{ pack: 'cadvisor_pod', sample: 'kubelet_cadvisor', serverLabel: 'pod', server: 'shop-7d9f' },
    values: { ...CONTAINER, ...JAVA, ...DISK, ...NET, ...BACK },
  },
  {
    ...{ pack: 'kubernetes_node', sample: 'kubelet_node', serverLabel: 'node', server: 'node1' },
    values: {
      cpu_user_pct: 25,
      cpu_sys_pct: 10,
      cpu_idle_pct: 65,
      ...MEMORY,
      ...DISK,
      net_in_mb_s: 3,
      net_out_mb_s: 2,
      ...UPTIME,
    },
  },
  {
    ...{ pack: 'telegraf', sample: 'telegraf', serverLabel: 'host', server: 'web1' },
    values: { ...CPU, ...JAVA, ...MEMORY, ...DISK, ...NET, ...BACK, ...LOAD, ...UPTIME },
  },
  {
    ...{ pack: 'netdata', sample: 'netdata', server: 'web1:19999', target: { instance: 'web1:19999' } },
    values: { ...CPU, ...JAVA, ...MEMORY, ...DISK, ...NET, ...LOAD, ...UPTIME },
  },
  {
    ...{ pack: 'netdata', sample: 'netdata_as_collected', server: 'web1:19999', target: { instance: 'web1:19999' } },
    values: { ...CPU, ...MEMORY, ...DISK, ...NET, ...LOAD, ...UPTIME },
  },
  {
    ...{ pack: 'collectd', sample: 'collectd', server: 'web1' },
    values: { ...CPU, ...JAVA, ...MEMORY, ...DISK, ...NET, ...BACK, ...FRONT, ...LOAD, ...UPTIME },
  },
  {
    ...{ pack: 'opentelemetry', sample: 'opentelemetry_collector', server: 'web1', target: { instance: 'web1' } },
    values: { ...CPU, ...JAVA, ...MEMORY, ...DISK, ...NET, ...BACK, ...LOAD, ...UPTIME },
  },
  {
    ...{ pack: 'opentelemetry', sample: 'opentelemetry_javascript', server: 'web1', target: { instance: 'web1' } },
    values: { cpu_user_pct: 25, cpu_sys_pct: 10, cpu_idle_pct: 65, mem_used_pct: 60, ...NET },
  },
  {
    ...{ pack: 'opentelemetry', sample: 'opentelemetry_conventions', server: 'web1', target: { instance: 'web1' } },
    values: { ...CPU, ...NET, swap_used_pct: 25, ...DISK, ...BACK },
  },
  {
    ...{
      pack: 'opentelemetry',
      sample: 'opentelemetry_conventions_1_21',
      server: 'web1',
      target: { instance: 'web1' },
    },
    values: CPU,
  },
  {
    ...{ pack: 'jmx_exporter', sample: 'jmx_exporter', server: 'web1:9404', target: { instance: 'web1:9404' } },
    values: { cpu_idle_pct: 60, ...JAVA, ...MEMORY, ...LOAD, ...UPTIME },
  },
  {
    ...{ pack: 'jmx_exporter', sample: 'jmx_exporter_0_17', server: 'web1:9404', target: { instance: 'web1:9404' } },
    values: { cpu_idle_pct: 60, mem_used_pct: 60, ...LOAD },
  },
  {
    ...{ pack: 'jmx_exporter', sample: 'micrometer', server: 'web1:8080', target: { instance: 'web1:8080' } },
    values: { cpu_idle_pct: 60, ...JAVA, mem_used_pct: 60, ...LOAD, ...UPTIME },
  },
  { pack: 'process_exporter', sample: 'process_exporter', server: 'web1:9100', values: JAVA },
  { pack: 'process_exporter', sample: 'process_exporter_others', serverLabel: 'host', server: 'tele1', values: JAVA },
  { pack: 'process_exporter', sample: 'process_exporter_others', server: 'coll1', values: JAVA },
  { pack: 'process_exporter', sample: 'process_exporter_others', server: 'node1:10250', values: JAVA },
  {
    ...{ pack: 'linborg', sample: 'linborg', server: 'web1', target: { instance: 'web1' } },
    values: { ...CPU, ...JAVA, ...MEMORY, ...DISK, ...NET, ...BACK, ...FRONT, ...LOAD, ...UPTIME },
  },
  {
    ...{ pack: 'plain', sample: 'plain', server: 'web1', target: { instance: 'web1' } },
    values: { ...CPU, ...JAVA, ...MEMORY, ...DISK, ...NET, ...BACK, ...FRONT, ...LOAD, ...UPTIME },
  },
  {
    ...{ pack: 'plain', sample: 'plain_own_names', server: 'web1', target: { instance: 'web1' } },
    values: { ...CPU, ...JAVA, ...MEMORY, ...DISK, ...NET, ...BACK, ...FRONT, ...LOAD, ...UPTIME },
  },
];
