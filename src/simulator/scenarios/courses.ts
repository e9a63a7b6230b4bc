/** The troubles of a single server: each builder draws one course of events, as varied as real ones are. */
import type { MetricName } from '../../core/metrics.js';
import type { Random } from '../../core/random.js';
import { between, logBetween, pick } from '../draw.js';
import { ROW } from '../step.js';
import type { Episode, Pull, ScenarioKind } from './episode.js';

/** A course of events that has no place or time yet. */
export type Course = Pick<Episode, 'metric' | 'outcome' | 'pulls' | 'roughness' | 'stairs'> & {
  readonly durationSeconds: number;
};

/** Those that happen to one server alone. */
export type SoloKind = Exclude<ScenarioKind, 'cascade' | 'noisy_neighbour'>;

const MINUTE = 60;
const HOUR = 3600;

/** Draws a course of this kind that lasts at most `maxSeconds`. */
export function drawCourse(kind: SoloKind, random: Random, maxSeconds: number): Course {
  const course = COURSES[kind](random, maxSeconds);
  return { ...course, durationSeconds: Math.min(course.durationSeconds, maxSeconds) };
}

const COURSES: Readonly<Record<SoloKind, (random: Random, maxSeconds: number) => Course>> = {
  memory_leak: drawMemoryLeak,
  disk_full: drawDiskFull,
  io_saturation: drawIoSaturation,
  cpu_runaway: drawCpuRunaway,
  connection_leak: drawConnectionLeak,
  swap_storm: drawSwapStorm,
  level_shift: drawLevelShift,
};

/** Lifts a metric towards a level. */
export function lift(row: number, to: number, riseSeconds: number, rest: Partial<Pull> = {}): Pull {
  return { row, mode: 'level', to, riseSeconds, delaySeconds: 0, curve: 1, fallSeconds: 0, ...rest };
}

/** Multiplies a metric. */
export function scale(row: number, to: number, riseSeconds: number, rest: Partial<Pull> = {}): Pull {
  return { row, mode: 'factor', to, riseSeconds, delaySeconds: 0, curve: 1, fallSeconds: 0, ...rest };
}

function drawMemoryLeak(random: Random, maxSeconds: number): Course {
  const fullSeconds = Math.min(logBetween(random, 1.5 * HOUR, 72 * HOUR), maxSeconds);
  const fate = random();
  const isCut = fate > 0.55;
  return {
    durationSeconds: isCut ? fullSeconds * between(random, 0.35, 0.9) : fullSeconds,
    metric: 'mem_used_pct',
    outcome: isCut ? pick(random, ['operator_restart', 'process_restart']) : 'restart',
    pulls: [
      lift(ROW.mem_used_pct, between(random, 95.8, 98.8), fullSeconds, { curve: drawCurve(random) }),
      lift(ROW.swap_used_pct, between(random, 15, 60), 0.25 * fullSeconds, { delaySeconds: 0.75 * fullSeconds }),
    ],
    roughness: random() < 0.5 ? 0 : between(random, 0, 0.06),
    stairs: random() < 0.15 ? Math.round(between(random, 6, 30)) : 0,
  };
}

function drawDiskFull(random: Random, maxSeconds: number): Course {
  const fillSeconds = Math.min(logBetween(random, 2 * HOUR, 96 * HOUR), maxSeconds);
  const isCut = random() < 0.3;
  const stretch = isCut ? between(random, 0.35, 0.9) : between(random, 1, 1.25);
  return {
    durationSeconds: fillSeconds * stretch,
    metric: 'disk_usage_pct',
    outcome: 'clean_up',
    pulls: [
      lift(ROW.disk_usage_pct, between(random, 93, 99.7), fillSeconds, { curve: drawCurve(random) }),
      scale(ROW.cpu_iowait_pct, between(random, 1, 1.8), 0.1 * fillSeconds),
    ],
    roughness: random() < 0.6 ? 0 : between(random, 0, 0.04),
    stairs: random() < 0.2 ? Math.round(between(random, 4, 40)) : 0,
  };
}

/** Most ramps are nearly straight; some bend. */
function drawCurve(random: Random): number {
  return random() < 0.6 ? between(random, 0.9, 1.12) : between(random, 0.5, 1.9);
}

function drawIoSaturation(random: Random): Course {
  const durationSeconds = logBetween(random, 20 * MINUTE, 6 * HOUR);
  const rise = random() < 0.7 ? between(random, 5 * MINUTE, 30 * MINUTE) : 0.6 * durationSeconds;
  const fallSeconds = random() < 0.5 ? 0 : 15 * MINUTE;
  return {
    durationSeconds,
    metric: 'cpu_iowait_pct',
    outcome: 'recovered',
    pulls: ioPulls(random, rise, fallSeconds),
    roughness: between(random, 0.02, 0.15),
    stairs: 0,
  };
}

/** The marks of a starved disk: waiting processors, less work done, a queue. */
export function ioPulls(random: Random, rise: number, fallSeconds: number): Pull[] {
  return [
    lift(ROW.cpu_iowait_pct, between(random, 30, 75), rise, { fallSeconds }),
    scale(ROW.cpu_user_pct, between(random, 0.5, 0.9), rise, { fallSeconds }),
    scale(ROW.net_out_mb_s, between(random, 0.35, 0.8), rise, { fallSeconds }),
    lift(ROW.load_average, between(random, 1, 6), rise, { fallSeconds }),
  ];
}

function drawCpuRunaway(random: Random): Course {
  const durationSeconds = logBetween(random, 15 * MINUTE, 8 * HOUR);
  const rise = random() < 0.65 ? between(random, 5 * MINUTE, 20 * MINUTE) : between(random, 0.3, 0.9) * durationSeconds;
  return {
    durationSeconds,
    metric: 'cpu_user_pct',
    outcome: 'process_restart',
    pulls: [
      lift(ROW.cpu_user_pct, between(random, 86, 98), rise),
      lift(ROW.java_cpu_pct, between(random, 0.5, 0.97), rise),
      lift(ROW.load_average, between(random, 0.2, 3), rise),
    ],
    roughness: between(random, 0.01, 0.06),
    stairs: 0,
  };
}

function drawConnectionLeak(random: Random, maxSeconds: number): Course {
  const fullSeconds = Math.min(logBetween(random, HOUR, 24 * HOUR), maxSeconds);
  const isBack = random() < 0.5;
  const isCut = random() < 0.25;
  return {
    durationSeconds: isCut ? fullSeconds * between(random, 0.4, 0.9) : fullSeconds,
    metric: isBack ? 'back_close_wait' : 'front_close_wait',
    outcome: 'process_restart',
    pulls: [
      lift(isBack ? ROW.back_close_wait : ROW.front_close_wait, logBetween(random, 150, 3000), fullSeconds, {
        curve: drawCurve(random),
      }),
      scale(ROW.mem_used_pct, between(random, 1, 1.08), fullSeconds),
      scale(ROW.net_out_mb_s, between(random, 0.5, 1), 0.3 * fullSeconds, { delaySeconds: 0.7 * fullSeconds }),
    ],
    roughness: between(random, 0, 0.08),
    stairs: random() < 0.2 ? Math.round(between(random, 5, 25)) : 0,
  };
}

function drawSwapStorm(random: Random): Course {
  const durationSeconds = logBetween(random, 25 * MINUTE, 3 * HOUR);
  const rise = between(random, 10 * MINUTE, Math.min(40 * MINUTE, durationSeconds));
  const endsWell = random() < 0.5;
  const fallSeconds = endsWell ? 10 * MINUTE : 0;
  return {
    durationSeconds,
    metric: 'swap_used_pct',
    outcome: endsWell ? 'recovered' : 'restart',
    pulls: [
      lift(ROW.mem_used_pct, between(random, 94.5, 98), rise, { fallSeconds }),
      lift(ROW.swap_used_pct, between(random, 55, 96), 1.5 * rise, { delaySeconds: 5 * MINUTE, fallSeconds }),
      lift(ROW.cpu_iowait_pct, between(random, 22, 55), rise, { delaySeconds: 5 * MINUTE, fallSeconds }),
      lift(ROW.cpu_sys_pct, between(random, 12, 30), rise, { fallSeconds }),
      lift(ROW.load_average, between(random, 1, 6), rise, { fallSeconds }),
    ],
    roughness: between(random, 0.02, 0.1),
    stairs: 0,
  };
}

/** What a deployment, a new tenant or another size of machine adds to a metric for good. */
const SHIFTS: readonly [ShiftRange, ...ShiftRange[]] = [
  { metric: 'cpu_user_pct', low: 8, high: 25 },
  { metric: 'mem_used_pct', low: 6, high: 18 },
  { metric: 'mem_used_pct', low: -18, high: -6 },
  { metric: 'disk_usage_pct', low: 4, high: 15 },
  { metric: 'disk_usage_pct', low: -15, high: -4 },
  { metric: 'net_in_mb_s', low: 4, high: 20 },
  { metric: 'back_close_wait', low: 40, high: 400 },
  { metric: 'load_average', low: 1, high: 5 },
];

interface ShiftRange {
  readonly metric: MetricName;
  readonly low: number;
  readonly high: number;
}

/** Lasts as long as the slot allows, so that days go by on the new level. */
function drawLevelShift(random: Random, maxSeconds: number): Course {
  const { metric, low, high } = pick(random, SHIFTS);
  const offset = between(random, low, high);
  return {
    durationSeconds: maxSeconds * between(random, 0.5, 1),
    metric,
    outcome: 'finished',
    pulls: [
      { row: ROW[metric], mode: 'offset', to: offset, delaySeconds: 0, riseSeconds: 1, curve: 1, fallSeconds: 0 },
    ],
    roughness: 0,
    stairs: 0,
  };
}
