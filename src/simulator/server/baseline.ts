/** The healthy state of a server at one step: rhythm × regime × noise, plus bursts and batch jobs. */

import { normalAt, smoothNoiseAt, uniformAt } from '../noise.js';
import { ROW, STEPS_PER_DAY } from '../step.js';
import { batchWeight, weekdayOf } from './batchJob.js';
import type { Personality } from './personality.js';

/** Each stream of noise has a salt of its own, so that they do not move together. */
const SALT = {
  day: 11,
  regime: 12,
  slow: 13,
  hour: 14,
  fast: 15,
  burst: 16,
  kernel: 17,
  iowait: 18,
  java: 19,
} as const;
const SPACE_SALT = { memory: 31, memoryFast: 32, release: 35, swap: 33, disk: 34 } as const;
const NET_SALT = { in: 51, out: 52, both: 53, back: 54, front: 55 } as const;

/**
 * Fills a row with the healthy state, before any scenario. Until `settleRow`, three cells differ from their final meaning:
 * `java_cpu_pct` holds Java's share of the user time (0–1), `load_average` processes that queue for other reasons than the
 * CPU figures (0 here), and `cpu_idle_pct` nothing yet.
 * @param uptimeDays days since boot, which memory grows with
 */
export function writeBaseline(p: Personality, step: number, uptimeDays: number, row: Float64Array): void {
  const activity = activityAt(p, step);
  const burst = burstAt(p, step);
  const batch = p.batch;
  const work = batch === undefined ? 0 : batchWeight(batch, step);
  const batchCpu = batch === undefined ? 0 : batch.cpu * work;
  const fast = Math.exp(p.fastSigma * normalAt(p.seed ^ SALT.fast, step));

  const user = (p.userBase + p.userSwing * activity) * fast + burst + batchCpu;
  const kernel = user * p.systemRatio * (1 + 0.1 * normalAt(p.seed ^ SALT.kernel, step)) + 0.3;
  const ioNoise = Math.exp(0.35 * smoothNoiseAt(p.seed ^ SALT.iowait, step / 3));
  const iowait =
    (p.iowaitBase + p.iowaitSwing * activity) * ioNoise + (batch === undefined ? 0 : batch.iowait * work * ioNoise);
  row[ROW.cpu_user_pct] = user;
  row[ROW.cpu_sys_pct] = kernel;
  row[ROW.cpu_iowait_pct] = iowait;
  row[ROW.java_cpu_pct] = p.javaShare * (1 + 0.06 * smoothNoiseAt(p.seed ^ SALT.java, step / 4));
  row[ROW.load_average] = 0;
  softenPeak(row);
  writeSpace(p, step, uptimeDays, activity, row);
  if (batch !== undefined) row[ROW.mem_used_pct]! += batch.memory * work;
  writeNetwork(
    p,
    step,
    activity * fast + 0.015 * burst,
    batch === undefined ? 1 : 1 + (batch.netFactor - 1) * work,
    row,
  );
  row[ROW.uptime_days] = uptimeDays;
}

/** 0 at the quietest hour, about 1 at the busiest of a weekday; its logarithm wanders. */
function activityAt(p: Personality, step: number): number {
  const local = step + p.curveShiftSteps;
  const day = Math.floor(local / STEPS_PER_DAY);
  const weekday = weekdayOf(day);
  const isWeekend = weekday === 0 || weekday === 6;
  const shape = p.curve[local - day * STEPS_PER_DAY]! * (isWeekend ? p.weekendFactor : 1);
  const regime = p.regimeSigma * normalAt(p.seed ^ SALT.regime, Math.floor((step + (p.seed & 0xfff)) / p.regimeSteps));
  const daily = 0.06 * normalAt(p.seed ^ SALT.day, day);
  const slow = smoothNoiseAt(p.seed ^ SALT.slow, step / 70) + 0.6 * smoothNoiseAt(p.seed ^ SALT.hour, step / 11);
  return shape * Math.exp(regime + daily + p.slowSigma * slow);
}

function burstAt(p: Personality, step: number): number {
  const draw = uniformAt(p.seed ^ SALT.burst, Math.floor(step / p.burstSteps));
  return draw < p.burstShare ? p.burstSize * (0.4 + (1.2 * draw) / p.burstShare) : 0;
}

/** Healthy servers are sized for their peaks: above this much CPU the baseline bends towards a ceiling 20 points higher. */
const COMFORTABLE_BUSY_PCT = 65;
const HEADROOM_PCT = 20;

function softenPeak(row: Float64Array): void {
  const busy = row[ROW.cpu_user_pct]! + row[ROW.cpu_sys_pct]! + row[ROW.cpu_iowait_pct]!;
  if (busy <= COMFORTABLE_BUSY_PCT) return;
  const excess = busy - COMFORTABLE_BUSY_PCT;
  const factor = (COMFORTABLE_BUSY_PCT + HEADROOM_PCT * (1 - Math.exp(-excess / HEADROOM_PCT))) / busy;
  row[ROW.cpu_user_pct]! *= factor;
  row[ROW.cpu_sys_pct]! *= factor;
  row[ROW.cpu_iowait_pct]! *= factor;
}

function writeSpace(p: Personality, step: number, uptimeDays: number, activity: number, row: Float64Array): void {
  const grown = p.memoryGrowth * (1 - Math.exp(-uptimeDays / p.memoryGrowthDays));
  const drift = 1.2 * smoothNoiseAt(p.seed ^ SPACE_SALT.memory, step / 40);
  const release = p.memoryShift * normalAt(p.seed ^ SPACE_SALT.release, Math.floor((2 * step) / p.regimeSteps));
  const memory = p.memoryBase + grown + release + p.memorySwing * Math.min(activity, 1.5) + drift;
  row[ROW.mem_used_pct] = memory + 0.15 * normalAt(p.seed ^ SPACE_SALT.memoryFast, step);
  // Pages swapped out stay out until they are needed: swap moves in slow stairs.
  const swapDrift = smoothNoiseAt(p.seed ^ SPACE_SALT.swap, step / 200);
  row[ROW.swap_used_pct] =
    p.swapBase * Math.max(0, 1 + 0.05 * Math.round(4 * swapDrift)) * (uptimeDays > 0.5 ? 1 : 0.3);
  const sinceCleanDays = ((step + (p.seed & 0xffff)) % p.diskCleanSteps) / STEPS_PER_DAY;
  const files = 0.12 * smoothNoiseAt(p.seed ^ SPACE_SALT.disk, step / 12);
  row[ROW.disk_usage_pct] = p.diskBase + p.diskGrowth * sinceCleanDays + files;
}

function writeNetwork(p: Personality, step: number, activity: number, factor: number, row: Float64Array): void {
  const traffic = (0.04 + activity) * factor;
  const both = 0.15 * normalAt(p.seed ^ NET_SALT.both, step);
  row[ROW.net_in_mb_s] = p.netInPeak * traffic * Math.exp(both + 0.1 * normalAt(p.seed ^ NET_SALT.in, step));
  row[ROW.net_out_mb_s] = p.netOutPeak * traffic * Math.exp(both + 0.1 * normalAt(p.seed ^ NET_SALT.out, step));
  const sockets = 0.25 + 0.75 * Math.min(activity, 2);
  row[ROW.back_close_wait] =
    p.backCloseWait * sockets * Math.exp(0.3 * smoothNoiseAt(p.seed ^ NET_SALT.back, step / 2));
  row[ROW.front_close_wait] =
    p.frontCloseWait * sockets * Math.exp(0.3 * smoothNoiseAt(p.seed ^ NET_SALT.front, step / 2));
}
