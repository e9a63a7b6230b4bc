/** Makes a row consistent: the CPU states add up to 100, load follows them, Java stays within user time. */
import { normalAt } from '../noise.js';
import { ROW } from '../step.js';
import { CPU_COUNT, type Personality } from './personality.js';

/** A machine never quite stops idling within five minutes. */
const MAX_BUSY_PCT = 99.6;
const MAX_PCT = 99.8;
/** Above this share of busy time, runnable processes start to queue. */
const QUEUEING_RATIO = 0.75;
const LOAD_SALT = 71;

/** Turns the raw row of `writeBaseline` and the scenarios into the 14 metrics. */
export function settleRow(p: Personality, step: number, row: Float64Array): void {
  settleCpu(row);
  const user = row[ROW.cpu_user_pct]!;
  row[ROW.java_cpu_pct] = user * Math.min(0.98, row[ROW.java_cpu_pct]!);
  row[ROW.mem_used_pct] = clampPct(row[ROW.mem_used_pct]!);
  row[ROW.swap_used_pct] = clampPct(row[ROW.swap_used_pct]!);
  row[ROW.disk_usage_pct] = clampPct(row[ROW.disk_usage_pct]!);
  row[ROW.back_close_wait] = Math.round(row[ROW.back_close_wait]!);
  row[ROW.front_close_wait] = Math.round(row[ROW.front_close_wait]!);

  const running = (user + row[ROW.cpu_sys_pct]!) / 100;
  const blocked = row[ROW.cpu_iowait_pct]! / 100;
  const crowding = Math.max(0, running + blocked - QUEUEING_RATIO) / (1 - QUEUEING_RATIO);
  const processes = CPU_COUNT * (running + 1.3 * blocked + 1.2 * crowding * crowding);
  row[ROW.load_average] = (processes + row[ROW.load_average]!) * Math.exp(0.08 * normalAt(p.seed ^ LOAD_SALT, step));
}

function settleCpu(row: Float64Array): void {
  const busy = row[ROW.cpu_user_pct]! + row[ROW.cpu_sys_pct]! + row[ROW.cpu_iowait_pct]!;
  const factor = busy > MAX_BUSY_PCT ? MAX_BUSY_PCT / busy : 1;
  row[ROW.cpu_user_pct]! *= factor;
  row[ROW.cpu_sys_pct]! *= factor;
  row[ROW.cpu_iowait_pct]! *= factor;
  row[ROW.cpu_idle_pct] = 100 - busy * factor;
}

function clampPct(value: number): number {
  return Math.min(MAX_PCT, Math.max(0.2, value));
}
