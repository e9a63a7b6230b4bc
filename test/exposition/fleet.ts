/** Servers for the tests: a small fleet whose values are plain functions of time. */
import {
  type Forecast,
  type Frame,
  type FrameQuality,
  HORIZON_STEPS,
  type Risk,
  type ServerState,
} from '../../src/core/flow.js';
import { profileOf } from '../../src/core/profiles.js';
import type { CycleView, ServerView } from '../../src/exposition/cycleView.js';
import { type ExportOptions, exportOptionsSchema } from '../../src/exposition/options.js';
import { alertLevelOf, colorOf } from '../../src/scoring/riskLevel.js';
import { makeFleetReport } from './fleetReport.js';
import { makeTruth } from './truth.js';

export const STEP_SECONDS = 300;
/** 2026-01-05 12:02 UTC, two minutes into a bucket. */
export const AT = Date.UTC(2026, 0, 5, 12, 2) / 1000;
/** The start of the bucket that holds AT. */
export const ORIGIN = Math.floor(AT / STEP_SECONDS) * STEP_SECONDS;

export const DEFAULT_OPTIONS: ExportOptions = exportOptionsSchema.parse(undefined);

export interface FrameShape {
  readonly state?: ServerState;
  readonly metrics?: Readonly<Record<string, (time: number) => number>>;
  readonly quality?: Partial<FrameQuality>;
}

/** A frame with eight days of history of `metrics`. */
export function makeFrame(server: string, shape: FrameShape = {}): Frame {
  const metrics = shape.metrics ?? { mem_used_pct: () => 50 };
  const names = Object.keys(metrics);
  const capacity = 8 * 288;
  const newest = ORIGIN / STEP_SECONDS;
  const values = new Float32Array(names.length * capacity).fill(Number.NaN);
  names.forEach((name, row) => {
    for (let bucket = newest - capacity + 1; bucket <= newest; bucket++) {
      values[row * capacity + (bucket % capacity)] = metrics[name]!(bucket * STEP_SECONDS);
    }
  });
  return {
    server,
    profile: profileOf(server),
    profileOrigin: profileOf(server) === 'generic' ? 'none' : 'name',
    stepSeconds: STEP_SECONDS,
    newest,
    capacity,
    metrics: names,
    values,
    state: shape.state ?? 'ok',
    quality: { coverageRatio: 1, historyDays: 8, warmupRatio: 1, lastSampleAt: AT, ...shape.quality },
  };
}

/** A forecast whose median is `median(step)`, with p10 and p90 two units apart from it. */
export function makeForecast(
  server: string,
  metric: string,
  median: (step: number) => number,
  origin = ORIGIN,
): Forecast {
  const values = new Float32Array(HORIZON_STEPS * 3);
  for (let step = 1; step <= HORIZON_STEPS; step++) {
    values.set([median(step) - 2, median(step), median(step) + 2], (step - 1) * 3);
  }
  return { server, metric, origin, stepSeconds: STEP_SECONDS, values, model: 'test' };
}

/** A risk whose memory reaches 95 after `secondsToBreach` (p50), earlier at p90. */
export function makeRisk(server: string, score: number, secondsToBreach: number | null = 6600): Risk {
  return {
    server,
    profile: profileOf(server),
    at: AT,
    score,
    color: colorOf(score),
    alertLevel: alertLevelOf(score),
    colorSince: AT - 1800,
    contributions:
      score === 0
        ? []
        : [
            {
              ...{ metric: 'mem_used_pct', points: score * 0.75, trendPerHour: 2.25 },
              reason: 'mem_used_pct 91 reaches 95 in 1 h 50 min (p50)',
            },
            { metric: 'cpu_iowait_pct', points: score * 0.25, reason: 'cpu_iowait_pct 21 stays over 20' },
          ],
    incidentProbability: { '30m': score / 800, '1h': score / 400, '4h': score / 200, '8h': score / 100 },
    thresholds: [
      {
        ...{ metric: 'mem_used_pct', threshold: 95, direction: 'above', sustainedSeconds: 900, breached: false },
        probability: { '30m': score / 1600, '1h': score / 800, '4h': score / 400, '8h': score / 200 },
      },
      {
        metric: 'cpu_iowait_pct',
        threshold: 20,
        usualPeak: 6.5,
        direction: 'above',
        sustainedSeconds: 900,
        breached: score > 70,
      },
    ],
    timeToThreshold: [
      {
        metric: 'mem_used_pct',
        threshold: 95,
        direction: 'above',
        seconds: {
          p10: null,
          p50: secondsToBreach,
          p90: secondsToBreach === null ? null : secondsToBreach / 2,
        },
      },
    ],
  };
}

/** A server in good order, with forecasts of memory and idle CPU. */
export function makeServer(server: string, score: number, shape: FrameShape = {}): ServerView {
  const metrics = { mem_used_pct: () => 50, cpu_idle_pct: () => 80, ...shape.metrics };
  return {
    frame: makeFrame(server, { ...shape, metrics }),
    risk: makeRisk(server, score),
    forecasts: [
      makeForecast(server, 'mem_used_pct', (step) => 50 + step / 4),
      makeForecast(server, 'cpu_idle_pct', () => 80),
    ],
  };
}

/** A queue, as an extra target without a threshold gives it. */
export function makeSubject(subject: string): ServerView {
  return {
    frame: makeFrame(subject, { metrics: { queue_depth: () => 400 } }),
    forecasts: [makeForecast(subject, 'queue_depth', (step) => 400 + step)],
  };
}

/** One server in each state. */
export function makeFleet(): CycleView {
  const warmingFrame = makeFrame('ppml-7', {
    state: 'warming',
    quality: { warmupRatio: 0.45, historyDays: 0.05625, coverageRatio: 0.05 },
  });
  return {
    at: AT,
    servers: [
      makeServer('ppweb-2', 12),
      { ...makeServer('ppdb-1', 86.5), labels: { team: 'data', env: 'prod "eu"' } },
      makeServer('odd "name"\\x', 41, { state: 'gaps', quality: { coverageRatio: 0.8123456789 } }),
      { frame: warmingFrame, forecasts: [] },
      makeServer('ppetl-3', 99, { state: 'stale' }),
    ],
    truth: makeTruth(AT),
    fleet: makeFleetReport(AT),
  };
}
