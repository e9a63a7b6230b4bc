/** When scenarios happen: time is cut into slots, and a seeded draw per slot decides what starts and ends within it. */
import { groupBy } from '../../core/groupBy.js';
import type { Profile } from '../../core/profiles.js';
import { type Random, randomInt, seededRandom, seedFor } from '../../core/random.js';
import { between, pick } from '../draw.js';
import type { Member } from '../fleetPlan.js';
import { onGrid, STEP_SECONDS } from '../step.js';
import { drawCourse, type SoloKind } from './courses.js';
import type { Episode, ScenarioKind } from './episode.js';
import { drawCascade, drawNoisyNeighbour, type Span } from './sharedCourses.js';

const WEEK_SECONDS = 7 * 86_400;
/** An episode takes at most this share of its slot, so that its start can vary. */
const MAX_SLOT_SHARE = 0.8;
/** Shared scenarios per service and host, relative to the rate of a server's own. */
const SHARED_RATE = 0.25;

/** What each profile suffers from; a kind that is listed twice is twice as likely. */
const TROUBLES: Readonly<Record<Profile, readonly [SoloKind, ...SoloKind[]]>> = {
  database: [
    'io_saturation',
    'io_saturation',
    'disk_full',
    'disk_full',
    'memory_leak',
    'connection_leak',
    'swap_storm',
  ],
  web_api: [
    'memory_leak',
    'memory_leak',
    'connection_leak',
    'connection_leak',
    'cpu_runaway',
    'disk_full',
    'swap_storm',
  ],
  ml_compute: ['cpu_runaway', 'memory_leak', 'memory_leak', 'disk_full', 'swap_storm', 'io_saturation'],
  conductor_mgmt: ['memory_leak', 'disk_full', 'cpu_runaway', 'connection_leak'],
  data_ingest: ['disk_full', 'disk_full', 'io_saturation', 'memory_leak', 'connection_leak', 'cpu_runaway'],
  risk_analytics: ['memory_leak', 'memory_leak', 'cpu_runaway', 'swap_storm', 'disk_full'],
  generic: ['memory_leak', 'disk_full', 'disk_full', 'cpu_runaway', 'connection_leak', 'swap_storm', 'io_saturation'],
};

export interface Schedule {
  readonly slotSeconds: number;
  /** The episodes of one member that lie in slot `slot`, which begins at slot × slotSeconds. */
  episodesOf(member: Member, slot: number): Episode[];
}

export interface ScheduleOptions {
  readonly seed: number;
  readonly perServerWeek: number;
  /** Only these; undefined: what each profile suffers from, and what spreads. */
  readonly kinds: readonly ScenarioKind[] | undefined;
}

/** Builds the schedule of a fleet; the same options and members give the same episodes, whatever is asked first. */
export function createSchedule(members: readonly Member[], { seed, perServerWeek, kinds }: ScheduleOptions): Schedule {
  const slotSeconds = onGrid(WEEK_SECONDS / Math.max(1, perServerWeek));
  const probability = Math.min(1, (perServerWeek * slotSeconds) / WEEK_SECONDS);
  const services = groupBy(members, (member) => member.service);
  const hosts = groupBy(members, (member) => member.host);
  const spanOf = (slot: number): Span => ({ from: slot * slotSeconds, until: (slot + 1) * slotSeconds });
  const randomOf = (name: string, slot: number) => seededRandom(seedFor(seed, `${name}/${slot}`));
  const sharedProbability = (kind: ScenarioKind) =>
    kinds === undefined || kinds.includes(kind) ? probability * SHARED_RATE : 0;
  const chosen = kinds?.filter(isSolo);
  const suffererOf = ({ name, profile }: Member) => ({ server: name, troubles: chosen ?? TROUBLES[profile] });

  return {
    slotSeconds,
    episodesOf(member, slot) {
      if (perServerWeek <= 0) return [];
      const span = spanOf(slot);
      const own = drawOwn(randomOf(member.name, slot), suffererOf(member), span, probability);
      const service = `service-${member.service}`;
      const spread = drawSpread(
        randomOf(service, slot),
        services.get(member.service)!,
        span,
        sharedProbability('cascade'),
      );
      const host = `host-${member.host}`;
      const noisy = drawNoisy(
        randomOf(host, slot),
        hosts.get(member.host)!,
        span,
        sharedProbability('noisy_neighbour'),
      );
      return [...own, ...[...spread, ...noisy].filter((episode) => episode.server === member.name)];
    },
  };
}

function isSolo(kind: ScenarioKind): kind is SoloKind {
  return kind !== 'cascade' && kind !== 'noisy_neighbour';
}

function drawOwn(
  random: Random,
  { server, troubles }: { readonly server: string; readonly troubles: readonly SoloKind[] },
  span: Span,
  probability: number,
): Episode[] {
  const [first, ...others] = troubles;
  if (first === undefined || random() >= probability) return [];
  const kind = pick(random, [first, ...others]);
  const { durationSeconds, ...course } = drawCourse(kind, random, (span.until - span.from) * MAX_SLOT_SHARE);
  const start = onGrid(between(random, span.from, span.until - durationSeconds - STEP_SECONDS));
  const end = start + Math.max(STEP_SECONDS, onGrid(durationSeconds));
  const seed = randomInt(random, 2 ** 31);
  return [{ ...course, kind, server, role: 'sole', start, end, isIncident: kind !== 'level_shift', seed }];
}

function drawSpread(random: Random, members: readonly Member[], span: Span, probability: number): Episode[] {
  if (random() >= probability) return [];
  const origin = members.find((member) => member.profile === 'database');
  if (origin === undefined) return [];
  const namesOf = (...profiles: Profile[]) => members.filter((m) => profiles.includes(m.profile)).map((m) => m.name);
  return drawCascade(random, origin.name, [namesOf('web_api'), namesOf('data_ingest', 'risk_analytics')], span);
}

function drawNoisy(random: Random, members: readonly Member[], span: Span, probability: number): Episode[] {
  if (members.length < 2 || random() >= probability) return [];
  const source = members[randomInt(random, members.length)]!;
  const neighbours = members.filter((member) => member !== source).map((member) => member.name);
  return drawNoisyNeighbour(random, source.name, neighbours, span);
}
