/** One server's own figures, drawn once from its profile's ranges: what makes it differ from its neighbours. */
import type { Profile } from '../../core/profiles.js';
import { randomInt, seededRandom, seedFor } from '../../core/random.js';
import { within } from '../draw.js';
import { STEPS_PER_DAY } from '../step.js';
import { type BatchJob, drawBatchJob } from './batchJob.js';
import { PROFILE_RANGES } from './profileRanges.js';
import { activityCurve } from './rhythm.js';

/** CPUs of every simulated server; few, so that history stays small in series. */
export const CPU_COUNT = 2;

const GIBIBYTE = 2 ** 30;

/** Figures are in the metrics' units unless the name says otherwise. */
export interface Personality {
  /** Root of this server's noise. */
  readonly seed: number;
  readonly userBase: number;
  readonly userSwing: number;
  readonly systemRatio: number;
  readonly iowaitBase: number;
  readonly iowaitSwing: number;
  /** Share of user time, 0–1; NaN: no Java here. */
  readonly javaShare: number;
  readonly memoryBase: number;
  /** Points that memory swings with the activity. */
  readonly memorySwing: number;
  readonly memoryGrowth: number;
  /** Points by which memory's level differs from one release of the software to the next (standard deviation). */
  readonly memoryShift: number;
  readonly memoryGrowthDays: number;
  readonly swapBase: number;
  readonly diskBase: number;
  /** Points per day between two clean-ups. */
  readonly diskGrowth: number;
  readonly diskCleanSteps: number;
  readonly netInPeak: number;
  readonly netOutPeak: number;
  readonly backCloseWait: number;
  readonly frontCloseWait: number;
  /** Activity 0–1 per step of a weekday whose peak lies in the middle. */
  readonly curve: Float32Array;
  /** Added to a step so that the peak hour lands in the middle of `curve`. */
  readonly curveShiftSteps: number;
  readonly weekendFactor: number;
  /** Standard deviations of the logarithm of the activity: over hours, and from step to step. */
  readonly slowSigma: number;
  readonly fastSigma: number;
  /** A regime is a stretch of days with its own level. */
  readonly regimeSteps: number;
  readonly regimeSigma: number;
  readonly burstShare: number;
  readonly burstSize: number;
  readonly burstSteps: number;
  readonly batch: BatchJob | undefined;
  /** Days between two planned restarts. */
  readonly restartDays: number;
  /** How unevenly the load lies on the CPUs, −1 to 1. */
  readonly cpuSkew: number;
  readonly memoryBytes: number;
  readonly swapBytes: number;
  readonly diskBytes: number;
}

/** Draws the figures of one server; the same seed, name and profile give the same server. */
export function drawPersonality(seed: number, name: string, profile: Profile): Personality {
  const serverSeed = seedFor(seed, name);
  const random = seededRandom(serverSeed);
  const ranges = PROFILE_RANGES[profile];
  // About one server in eight is nearly idle, whatever its profile, as in real fleets.
  const swingFactor = random() < 0.12 ? 0.08 : 1;
  const bursty = random() < 0.3;
  return {
    seed: serverSeed,
    userBase: within(random, ranges.userBase),
    userSwing: within(random, ranges.userSwing) * swingFactor,
    systemRatio: within(random, ranges.systemRatio),
    iowaitBase: within(random, ranges.iowaitBase),
    iowaitSwing: within(random, ranges.iowaitSwing) * swingFactor,
    javaShare: ranges.javaShare === undefined ? Number.NaN : within(random, ranges.javaShare),
    memoryBase: within(random, ranges.memoryBase),
    memorySwing: within(random, [0.5, 5]) * swingFactor,
    memoryGrowth: within(random, ranges.memoryGrowth),
    memoryGrowthDays: within(random, [0.5, 6]),
    memoryShift: random() < 0.6 ? within(random, [0.3, 2.5]) : 0,
    swapBase: within(random, ranges.swapBase),
    diskBase: within(random, ranges.diskBase),
    diskGrowth: within(random, [0.05, 1]),
    diskCleanSteps: (1 + randomInt(random, 10)) * STEPS_PER_DAY,
    netInPeak: within(random, ranges.netInPeak),
    netOutPeak: within(random, ranges.netOutPeak),
    backCloseWait: within(random, ranges.backCloseWait),
    frontCloseWait: within(random, ranges.frontCloseWait),
    curve: activityCurve(random, within(random, ranges.peakSharpness)),
    curveShiftSteps: Math.round(STEPS_PER_DAY / 2 - (within(random, ranges.peakHour) / 24) * STEPS_PER_DAY),
    weekendFactor: within(random, ranges.weekendFactor),
    slowSigma: within(random, [0.05, 0.3]),
    fastSigma: within(random, [0.02, 0.18]),
    regimeSteps: Math.round(within(random, [4, 25]) * STEPS_PER_DAY),
    regimeSigma: random() < 0.5 ? within(random, [0.08, 0.25]) : 0.03,
    burstShare: bursty ? within(random, [0.02, 0.12]) : 0.002,
    burstSize: within(random, [5, 25]),
    burstSteps: 1 + randomInt(random, profile === 'ml_compute' ? 36 : 6),
    batch: random() < ranges.batchShare ? drawBatchJob(random, serverSeed, ranges) : undefined,
    restartDays: within(random, [14, 70]),
    cpuSkew: within(random, [-0.25, 0.25]),
    memoryBytes: GIBIBYTE * 2 ** (3 + randomInt(random, 4)),
    swapBytes: GIBIBYTE * 2 ** (1 + randomInt(random, 3)),
    diskBytes: GIBIBYTE * (40 + 20 * randomInt(random, 24)),
  };
}
