/** Scenarios placed around one moment, so that whoever looks then sees a spread of risks and not only calm. */
import type { Profile } from '../../core/profiles.js';
import type { Member } from '../fleetPlan.js';
import { onGrid, ROW } from '../step.js';
import { lift, scale } from './courses.js';
import type { Episode } from './episode.js';

const MINUTE = 60;
const HOUR = 3600;

/** Around the demo no other scenario and no planned restart disturbs: seconds before and after the anchor. */
export const QUIET_BEFORE_SECONDS = 18 * HOUR;
export const QUIET_AFTER_SECONDS = 8 * HOUR;

/** A fleet of n servers gets at most a quarter of n troubles, so that most stay healthy. */
const MAX_TROUBLED_SHARE = 0.25;

interface Placement {
  readonly profiles: readonly Profile[];
  /** Seconds relative to the anchor. */
  readonly start: number;
  readonly end: number;
  readonly course: Pick<Episode, 'kind' | 'metric' | 'outcome' | 'pulls' | 'roughness'>;
}

/** The most telling first: small fleets get only the first ones. */
const PLACEMENTS: readonly Placement[] = [
  {
    // Reaches 95 % between two and three hours after the anchor, and then goes down.
    profiles: ['web_api', 'risk_analytics'],
    start: -7 * HOUR,
    end: 3 * HOUR,
    course: {
      kind: 'memory_leak',
      metric: 'mem_used_pct',
      outcome: 'restart',
      pulls: [
        lift(ROW.mem_used_pct, 97.5, 10 * HOUR),
        lift(ROW.swap_used_pct, 40, 2 * HOUR, { delaySeconds: 8 * HOUR }),
      ],
      roughness: 0.01,
    },
  },
  {
    profiles: ['database'],
    start: -40 * MINUTE,
    end: 4 * HOUR,
    course: {
      kind: 'io_saturation',
      metric: 'cpu_iowait_pct',
      outcome: 'recovered',
      pulls: [
        lift(ROW.cpu_iowait_pct, 58, 20 * MINUTE, { fallSeconds: 15 * MINUTE }),
        scale(ROW.cpu_user_pct, 0.7, 20 * MINUTE),
        scale(ROW.net_out_mb_s, 0.5, 20 * MINUTE),
        lift(ROW.load_average, 3, 20 * MINUTE),
      ],
      roughness: 0.06,
    },
  },
  {
    // Full five hours after the anchor.
    profiles: ['data_ingest', 'generic'],
    start: -6 * HOUR,
    end: 6 * HOUR,
    course: {
      kind: 'disk_full',
      metric: 'disk_usage_pct',
      outcome: 'clean_up',
      pulls: [lift(ROW.disk_usage_pct, 99.6, 11 * HOUR)],
      roughness: 0.004,
    },
  },
  {
    profiles: ['ml_compute', 'generic'],
    start: -20 * MINUTE,
    end: 5 * HOUR,
    course: {
      kind: 'cpu_runaway',
      metric: 'cpu_user_pct',
      outcome: 'process_restart',
      pulls: [lift(ROW.cpu_user_pct, 94, 10 * MINUTE), lift(ROW.load_average, 1.5, 10 * MINUTE)],
      roughness: 0.02,
    },
  },
  {
    profiles: ['web_api', 'conductor_mgmt'],
    start: -4 * HOUR,
    end: 7 * HOUR,
    course: {
      kind: 'connection_leak',
      metric: 'back_close_wait',
      outcome: 'process_restart',
      pulls: [
        lift(ROW.back_close_wait, 1200, 11 * HOUR),
        scale(ROW.net_out_mb_s, 0.7, 3 * HOUR, { delaySeconds: 8 * HOUR }),
      ],
      roughness: 0.03,
    },
  },
];

/** The demo's episodes, each on a server of its own; `anchor` in epoch seconds. */
export function placeDemo(members: readonly Member[], anchor: number): Episode[] {
  const troubled = new Set<Member>();
  const limit = Math.max(1, Math.floor(members.length * MAX_TROUBLED_SHARE));
  const episodes: Episode[] = [];
  for (const { profiles, start, end, course } of PLACEMENTS.slice(0, limit)) {
    const free = members.filter((member) => !troubled.has(member));
    // The second of its kind where there is one, so that not every 001 is the one in trouble.
    const candidates = profiles.map((profile) => free.filter((member) => member.profile === profile));
    const member = candidates
      .find((list) => list.length > 0)
      ?.slice(0, 2)
      .at(-1);
    if (member === undefined) continue;
    troubled.add(member);
    const times = { start: onGrid(anchor + start), end: onGrid(anchor + end) };
    episodes.push({ ...course, ...times, server: member.name, role: 'sole', isIncident: true, stairs: 0, seed: 1 });
  }
  return episodes;
}
