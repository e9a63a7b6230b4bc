/** A seeded fleet: everything about it follows from its options and the time that is asked for. */

import { type Member, planFleet } from './fleetPlan.js';
import { placeDemo, QUIET_AFTER_SECONDS, QUIET_BEFORE_SECONDS } from './scenarios/demo.js';
import type { Episode, ScenarioKind } from './scenarios/episode.js';
import { createSchedule, type Schedule } from './scenarios/schedule.js';
import type { Restart } from './server/restarts.js';
import { type EpisodeSource, SimulatedServer } from './server/simulatedServer.js';
import { DAY_SECONDS } from './step.js';

export interface FleetOptions {
  /** Number of servers, ≥ 1. */
  readonly servers: number;
  readonly seed: number;
  /** How many scenarios of its own a server has per week, 0–14; those it shares with others come on top. */
  readonly scenariosPerServerWeek: number;
  /** Only these; undefined: what each profile suffers from, and what spreads. */
  readonly scenarios?: readonly ScenarioKind[] | undefined;
  /** Epoch seconds around which the demo's scenarios are placed; undefined: none are. */
  readonly demoAnchor?: number | undefined;
}

export interface Fleet {
  readonly options: FleetOptions;
  readonly servers: readonly SimulatedServer[];
}

/** Builds the fleet; two fleets with the same options are the same at every moment. */
export function createFleet(options: FleetOptions): Fleet {
  const members = planFleet(options.servers);
  const { seed, scenariosPerServerWeek: perServerWeek, scenarios: kinds } = options;
  const schedule = createSchedule(members, { seed, perServerWeek, kinds });
  const staged = options.demoAnchor === undefined ? [] : placeDemo(members, options.demoAnchor);
  const servers = members.map((member) => {
    const own = staged.filter((episode) => episode.server === member.name);
    const source = episodeSource(schedule, member, own, options.demoAnchor);
    return new SimulatedServer(options.seed, member.name, member.profile, source);
  });
  return { options, servers };
}

function episodeSource(
  schedule: Schedule,
  member: Member,
  staged: readonly Episode[],
  anchor: number | undefined,
): EpisodeSource {
  const { slotSeconds } = schedule;
  if (anchor === undefined) {
    const episodesOfSlot = (slot: number) => schedule.episodesOf(member, slot);
    return { slotSeconds, episodesOfSlot: rememberSlots(episodesOfSlot), settleRestart: (restart) => restart };
  }
  const quiet = { from: anchor - QUIET_BEFORE_SECONDS, until: anchor + QUIET_AFTER_SECONDS };
  const isQuiet = (start: number, end: number) => start < quiet.until && end > quiet.from;
  return {
    slotSeconds,
    episodesOfSlot: rememberSlots((slot) => [
      ...schedule.episodesOf(member, slot).filter((episode) => !isQuiet(episode.start, episode.end)),
      ...staged.filter((episode) => episode.start < (slot + 1) * slotSeconds && episode.end > slot * slotSeconds),
    ]),
    settleRestart: (restart) => (isQuiet(restart.at, restart.bootAt) ? earlier(restart, 2 * DAY_SECONDS) : restart),
  };
}

function earlier({ at, bootAt }: Restart, seconds: number): Restart {
  return { at: at - seconds, bootAt: bootAt - seconds };
}

/** Slots remembered per server: enough to go back and forth over the last weeks. */
const REMEMBERED_SLOTS = 4;

function rememberSlots(episodesOfSlot: (slot: number) => Episode[]): (slot: number) => Episode[] {
  const recent = new Map<number, Episode[]>();
  return (slot) => {
    const known = recent.get(slot);
    if (known !== undefined) return known;
    const episodes = episodesOfSlot(slot);
    if (recent.size >= REMEMBERED_SLOTS) recent.delete(recent.keys().next().value!);
    recent.set(slot, episodes);
    return episodes;
  };
}
