/** Whole fleets replayed: what servers share is learnt in the order of time, and the batches of the model are full. */
import { groupBy } from '../../core/groupBy.js';

import type { ForecastCritic } from './critic.js';
import { type FleetMoment, type ReplayParts, type Round, runRound } from './round.js';
import { ServerReplay } from './serverReplay.js';
import type { ServerTrace } from './serverTrace.js';

export interface ReplaySettings extends ReplayParts {
  /** Makes the critic of a fleet; none: all is served as the model says. */
  readonly createCritic: (() => ForecastCritic) | undefined;
}

export type ReplayEvent =
  /** More servers are under way. */
  | { readonly kind: 'started'; readonly servers: number; readonly stops: number }
  | ({ readonly kind: 'round' } & Round)
  /** All stops of a server are behind it, or it has none. */
  | { readonly kind: 'finished'; readonly trace: ServerTrace };

/** Series under way in one lane; it bounds the memory, about 120 KB each with four weeks of trace. */
const LANE_SERIES = 1024;
/** Groups of fleets under way at once: while one waits for its critics, the other fills the workers. */
const LANES = 2;

/** Servers of one data set that go forward in time together. */
interface Fleet {
  readonly replays: readonly ServerReplay[];
  readonly critic: ForecastCritic | undefined;
}

interface Lane {
  fleets: readonly Fleet[];
  round: Promise<Round> | undefined;
}

/** Traces, of which the next one can be looked at. */
interface TraceQueue {
  readonly traces: AsyncIterator<ServerTrace, undefined>;
  head: ServerTrace | undefined;
}

/**
 * Replays every trace to its end. The order of events depends on the traces alone, not on timing. While the caller looks
 * at an event, what comes next is being forecast.
 */
export async function* replayTraces(
  traces: AsyncIterator<ServerTrace, undefined>,
  settings: ReplaySettings,
): AsyncGenerator<ReplayEvent, void> {
  const queue: TraceQueue = { traces, head: (await traces.next()).value };
  const lanes: Lane[] = Array.from({ length: LANES }, () => ({ fleets: [], round: undefined }));
  do {
    for (const lane of lanes) {
      const round = await lane.round;
      lane.round = nextRound(lane.fleets, settings);
      if (round !== undefined) {
        yield { kind: 'round', ...round };
        for (const trace of round.finished) yield { kind: 'finished', trace };
      }
      while (lane.round === undefined && queue.head !== undefined) {
        const replays = await gatherServers(queue, settings);
        lane.fleets = fleetsOf(replays, settings);
        lane.round = nextRound(lane.fleets, settings);
        yield* beginnings(replays);
      }
    }
  } while (lanes.some(({ round }) => round !== undefined));
}

/** As many of the next servers as go into a lane. */
async function gatherServers(queue: TraceQueue, { schedule, windows }: ReplaySettings): Promise<ServerReplay[]> {
  const replays: ServerReplay[] = [];
  for (let series = 0; queue.head !== undefined && series < LANE_SERIES; ) {
    replays.push(new ServerReplay(queue.head, schedule, windows));
    series += queue.head.values.size;
    queue.head = (await queue.traces.next()).value;
  }
  return replays;
}

/** The servers of a data set are one fleet, as one linborg would have seen them. */
function fleetsOf(replays: readonly ServerReplay[], { createCritic }: ReplaySettings): Fleet[] {
  const members = [...groupBy(replays, ({ trace }) => trace.dataset).values()];
  return members.map((ofFleet) => ({ replays: ofFleet, critic: createCritic?.() }));
}

function* beginnings(replays: readonly ServerReplay[]): Generator<ReplayEvent> {
  yield { kind: 'started', servers: replays.length, stops: replays.reduce((sum, { stops }) => sum + stops.length, 0) };
  for (const { trace, stops } of replays) if (stops.length === 0) yield { kind: 'finished', trace };
}

/** Starts the forecasts of the earliest moment that any server of each fleet has yet to come to. */
function nextRound(fleets: readonly Fleet[], settings: ReplaySettings): Promise<Round> | undefined {
  const moments = fleets.flatMap(({ replays, critic }): FleetMoment[] => {
    const at = Math.min(...replays.map(({ nextAt }) => nextAt));
    if (at === Number.POSITIVE_INFINITY) return [];
    return [{ at, critic, replays: replays.filter(({ nextAt }) => nextAt === at) }];
  });
  if (moments.length === 0) return undefined;
  const round = runRound(moments, settings);
  // Whoever waits for it hears of a fault; until then it is not unheard.
  round.catch(() => {});
  return round;
}
