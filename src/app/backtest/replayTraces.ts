/** Many traces replayed side by side, each at its own moment, so that the batches of the model are full. */
import type { Forecast, Frame } from '../../core/flow.js';
import type { ServerView } from '../../exposition/cycleView.js';
import type { Thresholds } from '../../scoring/thresholds.js';
import type { WindowOptions } from '../../windows/options.js';
import { runCycle } from '../cycle.js';
import { type ForecastDetails, type ForecastRows, forecastFrames } from '../forecasting/forecastFrames.js';
import type { ForecastCritic } from './critic.js';
import type { ReplayStop, ScheduleSettings } from './schedule.js';
import { ServerReplay, type StoppedServer } from './serverReplay.js';
import type { ServerTrace } from './serverTrace.js';

export interface ReplayParts {
  readonly schedule: ScheduleSettings;
  readonly windows: WindowOptions;
  readonly thresholds: Thresholds;
  readonly forecastRows: ForecastRows;
  readonly model: string;
  /** A second model, asked at scored origins only. */
  readonly yardstickRows: ForecastRows | undefined;
  readonly critic: ForecastCritic | undefined;
  /** Groups of servers under way at once: while some are forecast, others are scored. */
  readonly lanes: number;
}

/** What came out at one stop of one server. */
export interface StopOutcome {
  readonly replay: ServerReplay;
  readonly stop: ReplayStop;
  /** Epoch seconds. */
  readonly at: number;
  readonly view: ServerView;
  /** In the order of the view's forecasts; empty at stops for the risk alone. */
  readonly details: readonly ForecastDetails[];
  /** Forecasts of the second model, at scored origins. */
  readonly yardstick: readonly Forecast[];
}

export type ReplayEvent =
  | {
      readonly kind: 'round';
      readonly outcomes: readonly StopOutcome[];
      readonly failedSeries: number;
      readonly failure: string | undefined;
    }
  /** All stops of a server are behind it, or it has none. */
  | { readonly kind: 'finished'; readonly replay: ServerReplay };

type Round = Extract<ReplayEvent, { kind: 'round' }>;

/** Series of one lane: the rows of one job, four full batches of a worker. */
const LANE_SERIES = 256;

/** A group of servers that go forward together. */
interface Lane {
  replays: ServerReplay[];
  round: Promise<Round> | undefined;
}

/**
 * Replays every trace to its end. The order of events depends on the traces alone, not on timing. While the caller looks
 * at an event, other lanes are being forecast; the servers of this event stand still.
 */
export async function* replayTraces(
  traces: AsyncIterator<ServerTrace, undefined>,
  parts: ReplayParts,
): AsyncGenerator<ReplayEvent, void> {
  const lanes: Lane[] = Array.from({ length: parts.lanes }, () => ({ replays: [], round: undefined }));
  for (let turn = 0; ; turn++) {
    const lane = lanes[turn % lanes.length]!;
    if (lane.round !== undefined) yield await lane.round;
    for (const replay of lane.replays.filter(({ isDone }) => isDone)) yield { kind: 'finished', replay };
    lane.replays = lane.replays.filter(({ isDone }) => !isDone);
    for await (const replay of newcomers(lane.replays, traces, parts)) {
      if (replay.isDone) yield { kind: 'finished', replay };
      else lane.replays.push(replay);
    }
    lane.round = lane.replays.length === 0 ? undefined : startRound(lane.replays, parts);
    if (lanes.every(({ round }) => round === undefined)) return;
  }
}

/** As many more servers as fit beside those that are in the lane. */
async function* newcomers(
  replays: readonly ServerReplay[],
  traces: AsyncIterator<ServerTrace, undefined>,
  { schedule, windows }: ReplayParts,
): AsyncGenerator<ServerReplay, void> {
  let series = replays.reduce((sum, { trace }) => sum + trace.values.size, 0);
  while (series < LANE_SERIES) {
    const { value: trace } = await traces.next();
    if (trace === undefined) return;
    const replay = new ServerReplay(trace, schedule, windows);
    if (!replay.isDone) series += trace.values.size;
    yield replay;
  }
}

function startRound(replays: readonly ServerReplay[], parts: ReplayParts): Promise<Round> {
  const round = runRound(replays, parts);
  // Whoever waits for it hears of a fault; until then it is not unheard.
  round.catch(() => {});
  return round;
}

/** Every server goes to its next stop and is forecast there. */
async function runRound(replays: readonly ServerReplay[], parts: ReplayParts): Promise<Round> {
  const { thresholds, forecastRows, model, critic } = parts;
  const stopped = replays
    .map((replay) => ({ replay, ...replay.advance() }))
    .filter((server): server is StoppedServer & { replay: ServerReplay; frame: Frame } => server.frame !== undefined);
  const frames = stopped.map(({ frame }) => frame);
  for (const frame of frames) critic?.resolve(frame);
  const wantsDetails = (i: number) => stopped[i]!.stop.isTick || stopped[i]!.stop.originIndex !== undefined;
  const [cycle, yardstick] = await Promise.all([
    runCycle(frames, (i) => stopped[i]!.at, thresholds, {
      forecastRows,
      model,
      wantsDetails,
      ...(critic && { planOf: (frame, metric) => critic.planOf(frame, metric) }),
    }),
    forecastYardstick(stopped, parts.yardstickRows),
  ]);
  const outcomes = stopped.map(({ replay, stop, at }, i): StopOutcome => {
    const view = cycle.servers[i]!;
    const details = cycle.details[i]!;
    if (stop.isTick) critic?.record(view.frame, view.forecasts, details);
    return { replay, stop, at, view, details, yardstick: yardstick.forecasts[i]! };
  });
  return {
    kind: 'round',
    outcomes,
    failedSeries: cycle.failedSeries + yardstick.failedSeries,
    failure: cycle.failure ?? yardstick.failure,
  };
}

/** One list per server, empty where its stop is no scored origin. */
async function forecastYardstick(
  stopped: readonly { readonly stop: ReplayStop; readonly frame: Frame }[],
  yardstickRows: ForecastRows | undefined,
) {
  const isAsked = stopped.map(({ stop }) => yardstickRows !== undefined && stop.originIndex !== undefined);
  const frames = stopped.filter((_, i) => isAsked[i]).map(({ frame }) => frame);
  const none = { forecasts: [], failedSeries: 0, failure: undefined };
  const asked = yardstickRows === undefined ? none : await forecastFrames(frames, yardstickRows, 'yardstick');
  const lists = asked.forecasts.values();
  return { ...asked, forecasts: isAsked.map((is): readonly Forecast[] => (is ? lists.next().value! : [])) };
}
