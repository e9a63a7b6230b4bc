/** Whole fleets replayed: what servers share is learnt in the order of time, and the batches of the model are full. */

import type { ForecastCritic } from './critic.js';
import { type ReplayParts, type Round, runRound } from './round.js';
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

/** Series of one fleet at most; it bounds the memory, about 120 KB each with four weeks of trace. */
const FLEET_SERIES = 1024;
/** Fleets under way at once: while one waits for its critic, the other fills the workers. */
const LANES = 2;

/** Servers of one data set that go forward together. */
interface Fleet {
  readonly replays: readonly ServerReplay[];
  readonly critic: ForecastCritic | undefined;
}

interface Lane {
  fleet: Fleet | undefined;
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
  const lanes: Lane[] = Array.from({ length: LANES }, () => ({ fleet: undefined, round: undefined }));
  do {
    for (const lane of lanes) {
      const round = await lane.round;
      lane.round = nextRound(lane.fleet, settings);
      if (round !== undefined) {
        yield { kind: 'round', ...round };
        for (const trace of round.finished) yield { kind: 'finished', trace };
      }
      while (lane.round === undefined && queue.head !== undefined) {
        lane.fleet = await gatherFleet(queue, settings);
        lane.round = nextRound(lane.fleet, settings);
        yield* beginnings(lane.fleet);
      }
    }
  } while (lanes.some(({ round }) => round !== undefined));
}

/** The next servers of one data set. */
async function gatherFleet(queue: TraceQueue, settings: ReplaySettings): Promise<Fleet> {
  const replays: ServerReplay[] = [];
  const dataset = queue.head?.dataset;
  let series = 0;
  while (queue.head?.dataset === dataset && queue.head !== undefined && series < FLEET_SERIES) {
    replays.push(new ServerReplay(queue.head, settings.schedule, settings.windows));
    series += queue.head.values.size;
    queue.head = (await queue.traces.next()).value;
  }
  return { replays, critic: settings.createCritic?.() };
}

function* beginnings({ replays }: Fleet): Generator<ReplayEvent> {
  yield { kind: 'started', servers: replays.length, stops: replays.reduce((sum, { stops }) => sum + stops.length, 0) };
  for (const { trace, stops } of replays) if (stops.length === 0) yield { kind: 'finished', trace };
}

/** Starts the forecasts of the earliest moment that any server of the fleet has yet to come to. */
function nextRound(fleet: Fleet | undefined, settings: ReplaySettings): Promise<Round> | undefined {
  if (fleet === undefined) return undefined;
  const at = Math.min(...fleet.replays.map(({ nextAt }) => nextAt));
  if (at === Number.POSITIVE_INFINITY) return undefined;
  const present = fleet.replays.filter(({ nextAt }) => nextAt === at);
  const round = runRound(present, at, fleet.critic, settings);
  // Whoever waits for it hears of a fault; until then it is not unheard.
  round.catch(() => {});
  return round;
}
