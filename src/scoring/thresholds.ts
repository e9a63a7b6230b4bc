/** What counts as a breach: one rule per metric and profile, the defaults beside the reason for each. */
import type { TimeToThreshold } from '../core/flow.js';
import type { MetricName } from '../core/metrics.js';
import type { Profile } from '../core/profiles.js';

/** Where the limit lies: at a fixed value, or at a multiple of the server's own 99th percentile. */
export type Limit =
  | { readonly kind: 'fixed'; readonly value: number }
  | { readonly kind: 'own_p99'; readonly times: number; readonly atLeast: number };

export interface ThresholdRule {
  /** One of the 14, or the name of an extra target. */
  readonly metric: string;
  readonly direction: TimeToThreshold['direction'];
  readonly limit: Limit;
  /** How long values have to stay beyond the limit to count as a breach that is predicted. */
  readonly sustainedSeconds: number;
  /** How much a breach matters, 0–1; 1 = the machine stops working. */
  readonly severity: number;
  /** How fast the forecast's tail beyond p10 and p90 falls off, in the metric's unit; undefined = a tenth of the limit. */
  readonly tailScale: number | undefined;
}

/** The rules of every profile. */
export type Thresholds = Readonly<Record<Profile, readonly ThresholdRule[]>>;

/** The machine stops working, or work on it is lost. */
const FATAL = 1;
/** Everything on it becomes slow; red while it lasts. */
const SEVERE = 0.85;
/** A sign of trouble that needs a second one. */
export const SIGN = 0.5;

/** A shorter one is a spike: nobody can act on it. The incident head learnt breaches of this length. */
export const SUSTAINED_SECONDS = 15 * 60;

/** What a breach of each metric means; the same for all profiles. */
export const METRIC_RULES: Readonly<Record<MetricName, Pick<ThresholdRule, 'severity' | 'tailScale'>>> = {
  cpu_user_pct: { severity: SIGN, tailScale: 5 },
  cpu_sys_pct: { severity: SIGN, tailScale: 3 },
  cpu_iowait_pct: { severity: SEVERE, tailScale: 5 },
  cpu_idle_pct: { severity: SEVERE, tailScale: 5 },
  java_cpu_pct: { severity: SIGN, tailScale: 5 },
  mem_used_pct: { severity: FATAL, tailScale: 2 },
  swap_used_pct: { severity: SEVERE, tailScale: 2 },
  disk_usage_pct: { severity: FATAL, tailScale: 0.5 },
  net_in_mb_s: { severity: SIGN, tailScale: undefined },
  net_out_mb_s: { severity: SIGN, tailScale: undefined },
  back_close_wait: { severity: SIGN, tailScale: undefined },
  front_close_wait: { severity: SIGN, tailScale: undefined },
  load_average: { severity: SIGN, tailScale: undefined },
  uptime_days: { severity: SIGN, tailScale: undefined },
};

/** The limits that hold unless a profile or the configuration says otherwise; a metric that is not here has none. */
export const DEFAULT_LIMITS: Partial<Readonly<Record<MetricName, Limit>>> = {
  // Above this, the page cache is gone and the kernel begins to kill.
  mem_used_pct: { kind: 'fixed', value: 95 },
  // File systems fragment and log rotation fails well before 100; 90 leaves a night to act.
  disk_usage_pct: { kind: 'fixed', value: 90 },
  // A few percent of old pages are normal; a quarter means that memory in use is being pushed out.
  swap_used_pct: { kind: 'fixed', value: 25 },
  // 95 % used: queues grow without bound shortly above (M/M/1: waiting time × 20).
  cpu_idle_pct: { kind: 'fixed', value: 5 },
  // Two fifths of the machine wait for a disk.
  cpu_iowait_pct: { kind: 'fixed', value: 40 },
  // Of the whole machine: the Java processes have nothing left to take.
  java_cpu_pct: { kind: 'fixed', value: 95 },
  // A leak of sockets is a multiple of what this server is used to; a hundred are harmless anywhere.
  back_close_wait: { kind: 'own_p99', times: 3, atLeast: 100 },
  front_close_wait: { kind: 'own_p99', times: 3, atLeast: 100 },
  // The number of cores is unknown here; four runnable tasks are no trouble on any server.
  load_average: { kind: 'own_p99', times: 3, atLeast: 4 },
};

/** Where a profile's normal work would look like a breach, or where trouble starts earlier. */
export const PROFILE_LIMITS: Partial<Readonly<Record<Profile, Partial<Readonly<Record<MetricName, Limit>>>>>> = {
  // Buffer pools are sized to fill the memory; but every query feels the disk.
  database: { mem_used_pct: { kind: 'fixed', value: 98 }, cpu_iowait_pct: { kind: 'fixed', value: 25 } },
  // Full cores are what they are bought for.
  ml_compute: { cpu_idle_pct: { kind: 'fixed', value: 1 }, java_cpu_pct: { kind: 'fixed', value: 99 } },
  risk_analytics: { cpu_idle_pct: { kind: 'fixed', value: 1 }, java_cpu_pct: { kind: 'fixed', value: 99 } },
  // Bulk loads wait for disks by design.
  data_ingest: { cpu_iowait_pct: { kind: 'fixed', value: 50 } },
};
