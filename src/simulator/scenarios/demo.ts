/** Scenarios placed around one moment, so that whoever looks then sees a spread of risks and not only calm. */
import type { Profile } from '../../core/profiles.js';
import type { Member } from '../fleetPlan.js';
import { onGrid, ROW } from '../step.js';
import { lift, scale } from './courses.js';
import type { Episode, Pull } from './episode.js';

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

/** What goes wrong now; the most telling first: small fleets get only the first ones. */
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

/** What went wrong and is over, so that alarms about it can be held against what came. */
const PAST_PLACEMENTS: readonly Placement[] = [
  {
    // Over 95 % from three hours before the anchor on, until the process is restarted an hour later.
    profiles: ['risk_analytics', 'generic'],
    start: -13 * HOUR,
    end: -2 * HOUR,
    course: {
      kind: 'memory_leak',
      metric: 'mem_used_pct',
      outcome: 'process_restart',
      pulls: [lift(ROW.mem_used_pct, 98, 11 * HOUR)],
      roughness: 0.01,
    },
  },
];

/** A database that was slow for more than an hour, and those who waited for it: whatever the moment, the last hour is out of what was forecast for it. */
const CASCADE = { start: -85 * MINUTE, end: -5 * MINUTE } as const;
/** Who waits, nearest first; each tier begins a while after the one before. */
const CASCADE_TIERS: readonly (readonly Profile[])[] = [['web_api'], ['data_ingest', 'risk_analytics', 'generic']];
const TIER_DELAY_SECONDS = 5 * MINUTE;
const RISE_SECONDS = 5 * MINUTE;
const EASING = { fallSeconds: 5 * MINUTE } as const;
const SLOW_DATABASE: readonly Pull[] = [
  lift(ROW.cpu_iowait_pct, 55, RISE_SECONDS, EASING),
  scale(ROW.cpu_user_pct, 0.5, RISE_SECONDS, EASING),
  scale(ROW.net_out_mb_s, 0.3, RISE_SECONDS, EASING),
  lift(ROW.load_average, 4, RISE_SECONDS, EASING),
];
const WAITING_CALLER: readonly Pull[] = [
  lift(ROW.back_close_wait, 70, RISE_SECONDS, EASING),
  lift(ROW.front_close_wait, 80, RISE_SECONDS, EASING),
  scale(ROW.cpu_sys_pct, 2, RISE_SECONDS, EASING),
  scale(ROW.net_out_mb_s, 0.3, RISE_SECONDS, EASING),
  lift(ROW.load_average, 3, RISE_SECONDS, EASING),
];

/** The demo's episodes; whatever goes on now has a server of its own. `anchor` in epoch seconds. */
export function placeDemo(members: readonly Member[], anchor: number): Episode[] {
  const troubled = new Set<Member>();
  const limit = Math.max(1, Math.floor(members.length * MAX_TROUBLED_SHARE));
  const present = place(PLACEMENTS.slice(0, limit), members, troubled, anchor);
  const cascade = placeCascade(members, troubled, anchor);
  return [...present, ...place(PAST_PLACEMENTS, members, troubled, anchor), ...cascade];
}

/** Each on a server of its own, which then counts as troubled. */
function place(
  placements: readonly Placement[],
  members: readonly Member[],
  troubled: Set<Member>,
  anchor: number,
): Episode[] {
  const episodes: Episode[] = [];
  for (const { profiles, start, end, course } of placements) {
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

/** Of one service, those to whom nothing happens now; none where nobody waits for a database. */
function placeCascade(members: readonly Member[], troubled: ReadonlySet<Member>, anchor: number): Episode[] {
  const free = members.filter((member) => !troubled.has(member));
  const origin = free.find(({ profile }) => profile === 'database');
  if (origin === undefined) return [];
  const callers = CASCADE_TIERS.map((profiles) =>
    free.filter(({ profile, service }) => service === origin.service && profiles.includes(profile)),
  );
  if (callers.every((tier) => tier.length === 0)) return [];
  const times = { start: onGrid(anchor + CASCADE.start), end: onGrid(anchor + CASCADE.end) };
  const common = { ...times, kind: 'cascade', isIncident: true, stairs: 0, outcome: 'recovered', seed: 1 } as const;
  return [
    {
      ...{ ...common, server: origin.name, role: 'origin', metric: 'cpu_iowait_pct', roughness: 0.06 },
      pulls: SLOW_DATABASE,
    },
    ...callers.flatMap((tier, i) =>
      tier.map(
        ({ name }): Episode => ({
          ...{ ...common, server: name, role: 'dependent', metric: 'back_close_wait', roughness: 0.08 },
          start: times.start + onGrid((i + 1) * TIER_DELAY_SECONDS),
          pulls: WAITING_CALLER,
        }),
      ),
    ),
  ];
}
