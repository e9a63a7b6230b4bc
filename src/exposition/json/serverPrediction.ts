/** One server's object in the JSON doors. */
import { type Forecast, HORIZON_STEPS, LEVEL_NAMES, type LevelName, type Risk } from '../../core/flow.js';
import { PROFILE_DISPLAY_NAMES } from '../../core/profiles.js';
import type { ServerView } from '../cycleView.js';
import { currentValue, forecastStep, forecastValue } from '../forecastPoint.js';
import { roundMeasure } from '../seriesText.js';
import { alertView } from './alerts.js';
import { byHorizon } from './byHorizon.js';
import { cpuPath, displayMetrics, type MetricPath, trendOf } from './displayMetrics.js';
import type { ScoredServer } from './scored.js';
import { isoTime } from './timestamp.js';

/** When somebody asks, and the moment that the cycle stands for, not after it; epoch seconds. */
export interface Asked {
  readonly at: number;
  readonly cycleAt: number;
}

type Path = (number | null)[];
type LevelPaths = MetricPath & Record<LevelName, Path>;

/**
 * The server's risk and, per metric, 96 steps that start at the first step after `at`, epoch seconds; null where a step lies beyond
 * the forecast.
 */
export function serverPrediction(at: number, server: ScoredServer) {
  const { frame, risk } = server;
  const times = stepTimes(at, frame.stepSeconds);
  const paths = pathsOf(server, times);
  return {
    server_name: frame.server,
    profile: PROFILE_DISPLAY_NAMES[frame.profile],
    profile_origin: frame.profileOrigin ?? null,
    state: frame.state,
    ...riskView(risk),
    display_metrics: displayMetrics(paths),
    ...Object.fromEntries([...paths].map(([metric, path]) => [metric, metricView(path)])),
    forecast: {
      cpu_pct: cpuPath(paths)?.p50 ?? [],
      mem_pct: paths.get('mem_used_pct')?.p50 ?? [],
      timestamps: times.map(isoTime),
    },
  };
}

/** The same of a subject of extra targets; without thresholds it has no risk. */
export function subjectPrediction(at: number, subject: ServerView) {
  const { frame, risk } = subject;
  const times = stepTimes(at, frame.stepSeconds);
  return {
    subject: frame.server,
    state: frame.state,
    ...(risk === undefined ? { risk_score: null } : riskView(risk)),
    metrics: Object.fromEntries([...pathsOf(subject, times)].map(([metric, path]) => [metric, metricView(path)])),
    timestamps: times.map(isoTime),
  };
}

function riskView(risk: Risk) {
  return {
    risk_score: roundMeasure(risk.score),
    color: risk.color,
    color_since: risk.colorSince === undefined ? null : isoTime(risk.colorSince),
    alert: alertView(risk),
    incident_probability: byHorizon(risk.incidentProbability),
    thresholds: risk.thresholds.map(({ metric, threshold, direction, sustainedSeconds, breached, probability }) => ({
      metric,
      threshold,
      direction,
      sustained_seconds: sustainedSeconds,
      breached,
      incident_probability: probability === undefined ? null : byHorizon(probability),
    })),
    reasons: risk.contributions.map(({ metric, points, reason, trendPerHour }) => ({
      metric,
      points: roundMeasure(points),
      reason,
      trend_per_hour: trendPerHour === undefined ? null : roundMeasure(trendPerHour),
    })),
    time_to_threshold: risk.timeToThreshold.map(({ metric, threshold, direction, seconds }) => ({
      metric,
      threshold,
      direction,
      seconds,
    })),
  };
}

function pathsOf({ frame, forecasts }: ServerView, times: readonly number[]): Map<string, LevelPaths> {
  return new Map(
    forecasts.map((forecast) => [forecast.metric, levelPaths(forecast, times, currentValue(frame, forecast.metric))]),
  );
}

/** The starts of the 96 steps after `at`, epoch seconds. */
export function stepTimes(at: number, stepSeconds: number): number[] {
  const first = (Math.floor(at / stepSeconds) + 1) * stepSeconds;
  return Array.from({ length: HORIZON_STEPS }, (_, index) => first + index * stepSeconds);
}

function levelPaths(forecast: Forecast, times: readonly number[], current: number | undefined): LevelPaths {
  const steps = times.map((time) => forecastStep(forecast, time));
  const pathOf = (level: LevelName): Path =>
    steps.map((step) => (step === undefined ? null : roundMeasure(forecastValue(forecast, step, level))));
  return { current, p10: pathOf('p10'), p50: pathOf('p50'), p90: pathOf('p90') };
}

function metricView(path: LevelPaths) {
  const levels = Object.fromEntries(LEVEL_NAMES.map((level) => [level, path[level]]));
  return { current: path.current === undefined ? null : roundMeasure(path.current), ...levels, trend: trendOf(path) };
}
