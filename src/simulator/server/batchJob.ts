/** Planned work at fixed times: heavy, but no incident. */
import { type Random, randomInt } from '../../core/random.js';
import { within } from '../draw.js';
import { normalAt, uniformAt } from '../noise.js';
import { STEPS_PER_DAY } from '../step.js';
import type { ProfileRanges } from './profileRanges.js';

export interface BatchJob {
  readonly seed: number;
  /** Step of the UTC day at which it starts. */
  readonly startStep: number;
  readonly lengthSteps: number;
  /** Bit d is set if it runs on weekday d (0 = Sunday). */
  readonly weekdays: number;
  readonly cpu: number;
  readonly iowait: number;
  readonly memory: number;
  /** Factor on the network traffic. */
  readonly netFactor: number;
}

/** One run, as steps since the epoch; `end` is exclusive. */
export interface BatchRun {
  readonly start: number;
  readonly end: number;
}

const EVERY_DAY = 0b1111111;
const MONDAY_TO_FRIDAY = 0b0111110;

/** Draws a job: daily, on workdays, or on one day of the week. */
export function drawBatchJob(random: Random, seed: number, ranges: ProfileRanges): BatchJob {
  const plan = random();
  const weekdays = plan < 0.55 ? EVERY_DAY : plan < 0.85 ? MONDAY_TO_FRIDAY : 1 << randomInt(random, 7);
  return {
    seed: seed ^ 0x62617463,
    // Mostly at night, on the quarter of an hour, as schedules are written.
    startStep: ((20 + randomInt(random, random() < 0.8 ? 10 : 24)) % 24) * 12 + 3 * randomInt(random, 4),
    lengthSteps: 4 + randomInt(random, random() < 0.7 ? 20 : 60),
    weekdays,
    cpu: within(random, ranges.batchCpu),
    iowait: within(random, ranges.batchIowait),
    memory: 10 * random() ** 2,
    netFactor: 1 + 3 * random(),
  };
}

/** The run that starts on this day since the epoch, if the job runs then; lengths vary by about 10 %. */
export function batchRunOfDay(job: BatchJob, day: number): BatchRun | undefined {
  if (((job.weekdays >> weekdayOf(day)) & 1) === 0) return undefined;
  const start = day * STEPS_PER_DAY + job.startStep + (uniformAt(job.seed, 2 * day) < 0.15 ? 1 : 0);
  const length = Math.max(2, Math.round(job.lengthSteps * (1 + 0.1 * normalAt(job.seed, 2 * day + 1))));
  return { start, end: start + length };
}

/** How far the job is at work in this step: 0 or 1, and in between while it winds up and down. */
export function batchWeight(job: BatchJob, step: number): number {
  const day = Math.floor((step - job.startStep) / STEPS_PER_DAY);
  const run = batchRunOfDay(job, day);
  if (run === undefined || step < run.start || step >= run.end) return 0;
  return step === run.start || step === run.end - 1 ? 0.55 : 0.94 + 0.06 * normalAt(job.seed ^ 1, step);
}

/** Day of the week of a day since the epoch, 0 = Sunday; 1 January 1970 was a Thursday. */
export function weekdayOf(day: number): number {
  return (day + 4) % 7;
}
