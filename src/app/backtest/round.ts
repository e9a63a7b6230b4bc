/** One moment of a fleet: its servers are judged, forecast, scored and remembered, as in a cycle of `serve`. */
import type { Forecast, Frame, Risk } from '../../core/flow.js';
import type { Thresholds } from '../../scoring/thresholds.js';
import type { WindowOptions } from '../../windows/options.js';
import { type CycleResult, runCycle } from '../cycle.js';
import {
  type ForecastDetails,
  type ForecastRows,
  type FrameForecasts,
  forecastFrames,
} from '../forecasting/forecastFrames.js';
import type { ForecastCritic } from './critic.js';
import type { ReplayStop, ScheduleSettings } from './schedule.js';
import type { ServerReplay } from './serverReplay.js';
import type { ServerTrace } from './serverTrace.js';

export interface ReplayParts {
  readonly schedule: ScheduleSettings;
  readonly windows: WindowOptions;
  readonly thresholds: Thresholds;
  readonly forecastRows: ForecastRows;
  readonly model: string;
  /** A second model, asked at scored origins only. */
  readonly yardstickRows: ForecastRows | undefined;
}

/** What came out at one stop of one server. */
export interface StopOutcome {
  readonly trace: ServerTrace;
  readonly stop: ReplayStop;
  /** Epoch seconds. */
  readonly at: number;
  readonly forecasts: readonly Forecast[];
  /** In the order of the forecasts; empty at stops for the risk alone. */
  readonly details: readonly ForecastDetails[];
  /** Forecasts of the second model, at scored origins. */
  readonly yardstick: readonly Forecast[];
  readonly risk: Risk | undefined;
  /** See AnomalyMemory; undefined where it is not known, or not asked for. */
  readonly anomaly: number | undefined;
}

export interface Round {
  readonly outcomes: readonly StopOutcome[];
  /** Traces that this was the last stop of. */
  readonly finished: readonly ServerTrace[];
  readonly failedSeries: number;
  readonly failure: string | undefined;
}

/** A server at a stop, with something known of it. */
interface StoppedServer {
  readonly replay: ServerReplay;
  readonly stop: ReplayStop;
  readonly frame: Frame;
}

/** Every one of `replays` goes to its next stop, which is at epoch second `at` for all. */
export async function runRound(
  replays: readonly ServerReplay[],
  at: number,
  critic: ForecastCritic | undefined,
  parts: ReplayParts,
): Promise<Round> {
  const stopped = replays
    .map((replay) => ({ replay, ...replay.advance() }))
    .filter((server): server is StoppedServer => server.frame !== undefined);
  const finished = replays.filter(({ nextAt }) => nextAt === Number.POSITIVE_INFINITY).map(({ trace }) => trace);
  for (const { frame } of stopped) critic?.resolve(frame);
  critic?.settle(at);
  const [cycle, yardstick] = await Promise.all([
    forecastModel(stopped, at, critic, parts),
    forecastYardstick(stopped, parts.yardstickRows),
  ]);
  const outcomes = stopped.map(({ replay, stop, frame }, i): StopOutcome => {
    const { forecasts, risk } = cycle.servers[i]!;
    const details = cycle.details[i]!;
    if (stop.isTick) critic?.record(frame, at, forecasts, details);
    const anomaly = stop.isRisk ? replay.anomalies.score(frame) : undefined;
    if (stop.isRisk) replay.anomalies.remember(frame.newest, forecasts);
    return { trace: replay.trace, stop, at, forecasts, details, yardstick: yardstick.forecasts[i]!, risk, anomaly };
  });
  return {
    outcomes,
    finished,
    failedSeries: cycle.failedSeries + yardstick.failedSeries,
    failure: cycle.failure ?? yardstick.failure,
  };
}

function forecastModel(
  stopped: readonly StoppedServer[],
  at: number,
  critic: ForecastCritic | undefined,
  { thresholds, forecastRows, model }: ReplayParts,
): Promise<CycleResult> {
  const frames = stopped.map(({ frame }) => frame);
  return runCycle(frames, at, thresholds, {
    forecastRows,
    model,
    wantsDetails: (i) => stopped[i]!.stop.isTick || stopped[i]!.stop.originIndex !== undefined,
    ...(critic && { planOf: (frame, metric) => critic.planOf(frame, metric) }),
  });
}

/** One list per server, empty where its stop is no scored origin. */
async function forecastYardstick(
  stopped: readonly StoppedServer[],
  yardstickRows: ForecastRows | undefined,
): Promise<Pick<FrameForecasts, 'forecasts' | 'failedSeries' | 'failure'>> {
  const none = stopped.map(() => []);
  if (yardstickRows === undefined) return { forecasts: none, failedSeries: 0, failure: undefined };
  const asked = stopped.filter(({ stop }) => stop.originIndex !== undefined);
  const answer = await forecastFrames(
    asked.map(({ frame }) => frame),
    yardstickRows,
    'yardstick',
  );
  const forecasts = stopped.map((server, i) => answer.forecasts[asked.indexOf(server)] ?? none[i]!);
  return { ...answer, forecasts };
}
