/** Servers of the demo that are in no Prometheus: a client sends their records to linborg, those of the past first. */
import type { Logger } from 'pino';
import { CommandError } from '../../core/errors.js';
import { containersOf } from '../../simulator/containers/container.js';
import type { Fleet } from '../../simulator/fleet.js';
import { pushRecordAt } from '../../simulator/pushRecord.js';
import type { SimulatedServer } from '../../simulator/server/simulatedServer.js';
import { STEP_SECONDS } from '../../simulator/step.js';

/** A fleet by the way in which its servers reach linborg. */
export interface SplitFleet {
  readonly pulled: Fleet;
  readonly pushed: readonly SimulatedServer[];
}

/** One server of so many is pushed, and no more than `MOST_PUSHED`. */
const SERVERS_PER_PUSHED = 5;
const MOST_PUSHED = 2;
/** What is shown of the others in Prometheus itself is worth a look while something happens to them. */
const CALM_SECONDS = 8 * 3600;

/** The last servers are pushed, of those without containers that nothing happens to around this moment (epoch seconds). */
export function splitFleet(fleet: Fleet, at: number): SplitFleet {
  const isCalm = (server: SimulatedServer) =>
    server.episodesBetween(at - CALM_SECONDS, at + CALM_SECONDS).every(({ isIncident }) => !isIncident);
  const candidates = fleet.servers.filter((server) => containersOf(server).length === 0 && isCalm(server));
  const count = Math.min(MOST_PUSHED, Math.floor(fleet.servers.length / SERVERS_PER_PUSHED), candidates.length);
  const pushed = candidates.slice(candidates.length - count);
  return { pulled: { ...fleet, servers: fleet.servers.filter((server) => !pushed.includes(server)) }, pushed };
}

export interface PushingOptions {
  readonly servers: readonly SimulatedServer[];
  /** Of linborg. */
  readonly url: string;
  /** The current time in epoch seconds. */
  readonly now: () => number;
  readonly historySeconds: number;
  readonly log: Logger;
}

export interface Pushing {
  stop(): Promise<void>;
}

/** As often as Prometheus scrapes the others. */
const EVERY_MILLISECONDS = 15_000;

/**
 * Sends the past of each server, a record for each step, and from then on one at every interval.
 * @throws CommandError if linborg does not take the past
 */
export async function startPushing({ servers, url, now, historySeconds, log }: PushingOptions): Promise<Pushing> {
  const startedAt = now();
  for (const server of servers) {
    // A request for each: linborg takes in all of it or nothing.
    const refusal = await send(url, pastOf(server, startedAt, historySeconds));
    if (refusal !== undefined) throw new CommandError(`linborg did not take the past of ${server.name}: ${refusal}`);
  }
  let sending: Promise<void> = Promise.resolve();
  const sendNow = async () => {
    const at = now();
    const records = servers.map((server) => pushRecordAt(server, at)).filter((record) => record !== undefined);
    if (records.length === 0) return;
    const reason = await send(url, records);
    if (reason !== undefined) log.warn({ reason }, 'linborg did not take the records of an interval');
  };
  const timer = setInterval(() => {
    sending = sending.then(sendNow);
  }, EVERY_MILLISECONDS);
  return {
    stop: async () => {
      clearInterval(timer);
      await sending;
    },
  };
}

function pastOf(server: SimulatedServer, until: number, historySeconds: number) {
  const last = Math.floor(until / STEP_SECONDS);
  const first = last - Math.floor(historySeconds / STEP_SECONDS);
  const middles = Array.from({ length: last - first }, (_, index) => (first + index + 0.5) * STEP_SECONDS);
  return middles.map((at) => pushRecordAt(server, at)).filter((record) => record !== undefined);
}

/** Why they were not taken; undefined if they were. */
async function send(url: string, records: readonly object[]): Promise<string | undefined> {
  try {
    const answer = await fetch(`${url}/feed/data`, { method: 'POST', body: JSON.stringify({ records }) });
    const text = await answer.text();
    return answer.ok ? undefined : `HTTP ${answer.status} ${text.slice(0, 200)}`;
  } catch (error) {
    return (error as Error).message;
  }
}
