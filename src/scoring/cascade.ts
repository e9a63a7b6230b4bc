/** Servers that come under stress one after the other and move together. */
import type { Cascade, CascadeOrigin, StressedServer } from '../core/fleet.js';
import { medianOf } from '../core/statistics.js';

/** Members of a cascade follow one another within half an hour … */
const LARGEST_GAP_STEPS = 6;
/** … and the last of them came an hour ago at most, or the group is history. */
export const FRESH_STEPS = 12;
/** A member moves with the others: correlation with their mean path of at least this. */
const SMALLEST_CORRELATION = 0.3;
const SMALLEST_CASCADE = 3;
/** The origin hurts at least so much as a share of what the group does: a blip shortly before is none. */
const ORIGIN_SHARE = 0.5;
/** How many more than usual make a score of 1 − 1/e. */
const CASCADE_SERVERS = 1.5;
/** Correlations are of at most so many pairs' servers: all pairs of a large group say no more. */
const LARGEST_CORRELATED = 40;

/** What a group is held against. */
export interface CascadeSetting {
  /** Stress of a server by bucket, the newest last; as long for all. */
  readonly pathOf: (server: string) => Float64Array;
  /** How often any server of the fleet usually comes under stress. */
  readonly onsetsPerSecond: number;
  readonly stepSeconds: number;
  /** Epoch seconds now. */
  readonly at: number;
}

/** The group with the highest score; undefined where there is none. */
export function findCascade(stressed: readonly StressedServer[], setting: CascadeSetting): Cascade | undefined {
  return groupsOf(stressed, setting)
    .flatMap((group) => cascadeOf(group, setting) ?? [])
    .sort((a, b) => b.score - a.score)[0];
}

/** Groups of servers whose onsets follow one another, the last of them not long ago; by onset. */
function groupsOf(stressed: readonly StressedServer[], { stepSeconds, at }: CascadeSetting): StressedServer[][] {
  const ordered = [...stressed].sort((a, b) => a.since - b.since || b.stress - a.stress);
  const groups: StressedServer[][] = [];
  for (const server of ordered) {
    const group = groups.at(-1);
    if (group !== undefined && server.since - group.at(-1)!.since <= LARGEST_GAP_STEPS * stepSeconds)
      group.push(server);
    else groups.push([server]);
  }
  return groups.filter((group) => at - group.at(-1)!.since <= FRESH_STEPS * stepSeconds);
}

/**
 * A group's members that move together, scored by how many more they are than come under stress by chance in that time, and
 * by their correlation: (1 − exp(−(n − expected − 1) / 1.5)) × (½ + ½ correlation).
 */
function cascadeOf(group: readonly StressedServer[], { pathOf, onsetsPerSecond }: CascadeSetting): Cascade | undefined {
  const mean = meanPath(group.map(({ server }) => pathOf(server)));
  const members = group.filter(({ server }) => correlationOf(pathOf(server), mean) >= SMALLEST_CORRELATION);
  if (members.length < SMALLEST_CASCADE) return undefined;
  const correlation = meanCorrelation(members.slice(0, LARGEST_CORRELATED).map(({ server }) => pathOf(server)));
  const span = members.at(-1)!.since - members[0]!.since;
  const surplus = Math.max(0, members.length - 1 - onsetsPerSecond * span);
  const size = 1 - Math.exp(-surplus / CASCADE_SERVERS);
  const origin = originOf(members, pathOf);
  return { origin, members, correlation, score: size * (0.5 + 0.5 * Math.max(0, correlation)) };
}

/** The first whose worst bucket is at least half as bad as the median member's. @param members by onset, at least one */
function originOf(members: readonly StressedServer[], pathOf: (server: string) => Float64Array): CascadeOrigin {
  const worst = members.map(({ server }) =>
    pathOf(server).reduce((most, stress) => (stress > most ? stress : most), 0),
  );
  const first = worst.findIndex((stress) => stress >= ORIGIN_SHARE * medianOf(worst));
  const { server, since } = members[first]!;
  return { server, since };
}

/** The mean over those that are known, by bucket. */
function meanPath(paths: readonly Float64Array[]): Float64Array {
  return Float64Array.from({ length: paths[0]?.length ?? 0 }, (_, i) => {
    const known = paths.map((path) => path[i]!).filter((value) => !Number.isNaN(value));
    return known.length > 0 ? known.reduce((sum, value) => sum + value, 0) / known.length : Number.NaN;
  });
}

/** Mean Pearson correlation over all pairs, of the buckets that both know. */
function meanCorrelation(paths: readonly Float64Array[]): number {
  let sum = 0;
  let pairs = 0;
  for (let i = 0; i < paths.length; i++) {
    for (let j = 0; j < i; j++) {
      sum += correlationOf(paths[i]!, paths[j]!);
      pairs++;
    }
  }
  return pairs > 0 ? sum / pairs : 0;
}

/** 0 where one of them does not move. */
function correlationOf(a: Float64Array, b: Float64Array): number {
  let [n, sa, sb, saa, sbb, sab] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]!, b[i]!];
    if (Number.isNaN(x) || Number.isNaN(y)) continue;
    n++;
    sa += x;
    sb += y;
    saa += x * x;
    sbb += y * y;
    sab += x * y;
  }
  const spread = (n * saa - sa * sa) * (n * sbb - sb * sb);
  return spread > 1e-12 ? (n * sab - sa * sb) / Math.sqrt(spread) : 0;
}
