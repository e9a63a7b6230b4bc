/** A moment of each of several fleets: their servers are judged, forecast, scored and remembered, as in a cycle of `serve`. */
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

/** Servers of one fleet that are at a stop at the same time. */
export interface FleetMoment {
  readonly at: number;
  readonly replays: readonly ServerReplay[];
  readonly critic: ForecastCritic | undefined;
}

/** A server at a stop, with something known of it. */
interface StoppedServer {
  readonly at: number;
  readonly critic: ForecastCritic | undefined;
  readonly replay: ServerReplay;
  readonly stop: ReplayStop;
  readonly frame: Frame;
}

/** Every server of every moment goes to its next stop; all are forecast together. */
export async function runRound(moments: readonly FleetMoment[], parts: ReplayParts): Promise<Round> {
  const replays = moments.flatMap((moment) => moment.replays);
  const stopped = moments
    .flatMap(({ at, critic, replays: present }) =>
      present.map((replay) => ({ at, critic, replay, ...replay.advance() })),
    )
    .filter((server): server is StoppedServer => server.frame !== undefined);
  const finished = replays.filter(({ nextAt }) => nextAt === Number.POSITIVE_INFINITY).map(({ trace }) => trace);
  for (const { critic, frame } of stopped) critic?.resolve(frame);
  for (const { critic, at } of moments) critic?.settle(at);
  const [cycle, yardstick] = await Promise.all([
    forecastModel(stopped, parts),
    forecastYardstick(stopped, parts.yardstickRows),
  ]);
  const outcomes = stopped.map(({ at, critic, replay, stop, frame }, i): StopOutcome => {
    const { forecasts, risk } = cycle.servers[i]!;
    const details = cycle.details[i]!;
    if (stop.isTick) critic?.record({ frame, at, forecasts, risk, details });
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
  { thresholds, forecastRows, model }: ReplayParts,
): Promise<CycleResult> {
  const frames = stopped.map(({ frame }) => frame);
  const criticOf = new Map(stopped.map(({ frame, critic }) => [frame, critic]));
  return runCycle(frames, (i) => stopped[i]!.at, thresholds, {
    forecastRows,
    model,
    wantsDetails: (i) => stopped[i]!.stop.isTick || stopped[i]!.stop.originIndex !== undefined,
    planOf: (frame, metric) => criticOf.get(frame)?.planOf(frame, metric),
    recalibrate: (frame, metric, raw) => criticOf.get(frame)?.recalibrate(frame, metric, raw) ?? raw,
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
