/** The fleet as a whole: who is under stress that nothing forecast, who was first, and whether it spreads (docs/fleet.md). */
import {
  CASCADE_SCORE,
  type Cascade,
  type CascadeOrigin,
  type FleetState,
  type StressedServer,
} from '../core/fleet.js';
import type { Frame } from '../core/flow.js';
import { groupBy } from '../core/groupBy.js';
import { breachDirection, type MetricName } from '../core/metrics.js';
import { medianOf, orElse } from '../core/statistics.js';
import { DEVIATION_STEPS, type DeviationMemory } from './deviations.js';

/** Stress from which on a server counts, two buckets in a row; at twice as much, at once. */
const SMALLEST_LIMIT = 2;
const LARGEST_LIMIT = 10;
/** A server that is often over it has a limit of its own: what it exceeds in one bucket of a hundred. */
const LIMIT_LEVEL = 0.99;
const LIMIT_PRIOR = 3;
/** Share of the limit that one bucket moves it by, at most. */
const LIMIT_RATE = 0.1;
/** Buckets under half the limit that end it. */
const CALM_STEPS = 3;
/** Members of a cascade follow one another within half an hour … */
const LARGEST_GAP_STEPS = 6;
/** … and the last of them came an hour ago at most, or the group is history. */
const FRESH_STEPS = 12;
/** A member moves with the others: correlation with their mean path of at least this. */
const SMALLEST_CORRELATION = 0.3;
const SMALLEST_CASCADE = 3;
/** The origin hurts at least so much as a share of what the group does: a blip shortly before is none. */
const ORIGIN_SHARE = 0.5;
/** A cascade is the one of before if so many of its members were in it. */
const SAME_SHARE = 0.5;
/** How many more than usual make a score of 1 − 1/e. */
const CASCADE_SERVERS = 1.5;
/** The usual share is forgotten by half in a day of cycles, whatever their pace. */
const USUAL_HALF_LIFE_SECONDS = 86_400;
/** Before anything is known: one server of fifty. */
const USUAL_PRIOR = 0.02;
const USUAL_ONSETS_PER_DAY = 0.5;
/** Correlations are of at most so many pairs' servers: all pairs of a large group say no more. */
const LARGEST_CORRELATED = 40;

/** What is remembered of a server's stress. */
interface Run {
  /** What it had to exceed. */
  readonly limit: number;
  /** Bucket in which it began. */
  readonly since: number;
  /** Newest bucket over half of it. */
  lastStressed: number;
}

/** A cascade that was told, with all that were ever in it. */
interface ToldCascade {
  readonly origin: CascadeOrigin;
  readonly servers: ReadonlySet<string>;
  /** Epoch seconds when it was seen last. */
  readonly at: number;
}

export class FleetWatch {
  readonly #runs = new Map<string, Run>();
  #told: ToldCascade | undefined;
  /** The stress that a server seldom exceeds, and the bucket that it was last moved by. */
  readonly #usual = new Map<string, { level: number; bucket: number }>();
  #usualShare = USUAL_PRIOR;
  /** Onsets per server and second. */
  #onsetRate = USUAL_ONSETS_PER_DAY / 86_400;
  /** Since the last look. */
  #onsets = 0;
  #lastAt: number | undefined;
  /** Of the moment that is not concluded yet. */
  readonly #judged: JudgedServer[] = [];

  /** Judges one server at this moment; those in maintenance are left out. `conclude` ends the moment. */
  judge(frame: Frame, deviations: DeviationMemory): void {
    if (frame.state === 'maintenance' || frame.state === 'stale') {
      this.#runs.delete(frame.server);
      return;
    }
    const before = stressAt(frame, frame.newest - 1, deviations);
    const now = orElse(stressAt(frame, frame.newest, deviations), before);
    if (Number.isNaN(now)) return;
    const server = { frame, now, before };
    this.#judged.push(server);
    this.#follow(server, deviations);
  }

  /**
   * What the servers that were judged since the last time are together.
   * @param at  epoch seconds of the moment
   */
  conclude(deviations: DeviationMemory, at: number): FleetState {
    const judged = this.#judged.splice(0);
    const stressed = this.#stressedOf(judged);
    this.#learnUsual(judged.length, stressed.length, at);
    const isStressed = new Set(stressed.map(({ server }) => server));
    const members = judged.filter(({ frame }) => isStressed.has(frame.server));
    const paths = new Map(members.map(({ frame }) => [frame.server, stressPath(frame, deviations)]));
    const step = judged[0]?.frame.stepSeconds ?? 0;
    const cascade = this.#keepOrigin(this.#cascadeOf(stressed, paths, { judged, at }), at, FRESH_STEPS * step);
    return { judged: judged.length, stressed, usualShare: this.#usualShare, cascade };
  }

  forget(server: string): void {
    this.#runs.delete(server);
    this.#usual.delete(server);
    if (this.#told?.origin.server === server) this.#told = undefined;
  }

  /** A cascade that goes on keeps the origin that it was told with: who began is not asked anew when that one is well again. */
  #keepOrigin(cascade: Cascade | undefined, at: number, freshSeconds: number): Cascade | undefined {
    if (cascade === undefined) return undefined;
    const told = this.#told;
    const known = cascade.members.filter(({ server }) => told?.servers.has(server)).length;
    const before =
      told !== undefined && at - told.at <= freshSeconds && known >= SAME_SHARE * cascade.members.length
        ? told
        : undefined;
    if (before === undefined && cascade.score < CASCADE_SCORE) return cascade;
    const origin = before?.origin ?? cascade.origin;
    const servers = new Set([...(before?.servers ?? []), ...cascade.members.map(({ server }) => server)]);
    this.#told = { origin, servers, at };
    return { ...cascade, origin };
  }

  /** Begins, goes on with or ends the run of a server. */
  #follow({ frame, now, before }: JudgedServer, deviations: DeviationMemory): void {
    const { server, newest } = frame;
    const run = this.#runs.get(server);
    const limit = this.#limitOf(server, newest, before);
    if (run !== undefined) {
      if (now >= run.limit / 2) run.lastStressed = newest;
      if (newest - run.lastStressed >= CALM_STEPS) this.#runs.delete(server);
      return;
    }
    const isLasting = now >= limit && before >= limit;
    if (!isLasting && !(now >= 2 * limit)) return;
    this.#onsets++;
    const since = onsetOf(stressPath(frame, deviations), newest, limit / 2);
    this.#runs.set(server, { limit, since, lastStressed: newest });
  }

  /** The server's own limit; every bucket that is over moves it once (a quantile tracker by stochastic approximation). */
  #limitOf(server: string, newest: number, settled: number): number {
    const usual = this.#usual.get(server) ?? { level: LIMIT_PRIOR, bucket: newest };
    this.#usual.set(server, usual);
    if (newest > usual.bucket && !Number.isNaN(settled)) {
      const step = settled > usual.level ? LIMIT_LEVEL : LIMIT_LEVEL - 1;
      usual.level = Math.min(LARGEST_LIMIT, Math.max(SMALLEST_LIMIT, usual.level * (1 + LIMIT_RATE * step)));
      usual.bucket = newest;
    }
    return usual.level;
  }

  #stressedOf(judged: readonly JudgedServer[]): StressedServer[] {
    const usual = new Map(
      [...groupBy(judged, ({ frame }) => frame.profile)].map(([profile, peers]) => [
        profile,
        peers.length > 1 ? medianOf(peers.map(({ now }) => now)) : 0,
      ]),
    );
    return judged
      .flatMap(({ frame, now: stress }) => {
        const run = this.#runs.get(frame.server);
        if (run === undefined) return [];
        const { server, profile, stepSeconds } = frame;
        return [{ server, profile, since: run.since * stepSeconds, stress, overPeers: stress - usual.get(profile)! }];
      })
      .sort((a, b) => b.stress - a.stress || (a.server < b.server ? -1 : 1));
  }

  /** The group with the highest score. */
  #cascadeOf(
    stressed: readonly StressedServer[],
    paths: ReadonlyMap<string, Float64Array>,
    { judged, at }: { readonly judged: readonly JudgedServer[]; readonly at: number },
  ): Cascade | undefined {
    const step = judged[0]?.frame.stepSeconds ?? 0;
    const onsetsPerSecond = this.#onsetRate * judged.length;
    return groupsOf(stressed, step, at)
      .flatMap((group) => cascadeOf(group, (server) => paths.get(server)!, onsetsPerSecond) ?? [])
      .sort((a, b) => b.score - a.score)[0];
  }

  #learnUsual(judged: number, stressed: number, at: number): void {
    const elapsed = this.#lastAt === undefined ? 0 : Math.max(0, at - this.#lastAt);
    this.#lastAt = at;
    if (judged === 0) return;
    const weight = 1 - 2 ** (-elapsed / USUAL_HALF_LIFE_SECONDS);
    this.#usualShare += weight * (stressed / judged - this.#usualShare);
    if (elapsed > 0) this.#onsetRate += weight * (this.#onsets / judged / elapsed - this.#onsetRate);
    this.#onsets = 0;
  }
}

interface JudgedServer {
  readonly frame: Frame;
  /** Stress in the newest bucket, or in the one before it where that is not known. */
  readonly now: number;
  /** Stress in the bucket before the newest; NaN = not known. */
  readonly before: number;
}

/** What hurts together counts once: a busy processor shows in idle time and load alike. */
const FAMILIES: readonly (readonly MetricName[])[] = [
  ['cpu_idle_pct', 'java_cpu_pct', 'load_average'],
  ['mem_used_pct', 'swap_used_pct'],
  ['cpu_iowait_pct', 'disk_usage_pct'],
  ['back_close_wait', 'front_close_wait'],
];

/** [DEVIATION_STEPS] stress by bucket, the newest last; NaN = not known. Asked for only where a server is under stress. */
function stressPath(frame: Frame, deviations: DeviationMemory): Float64Array {
  const first = frame.newest - DEVIATION_STEPS + 1;
  return Float64Array.from({ length: DEVIATION_STEPS }, (_, i) => stressAt(frame, first + i, deviations));
}

/**
 * Stress of a server in a bucket: the mean of its two largest deviations to the bad side, of different families, so that no
 * metric makes it alone unless it is far out. Quiet families count 0; NaN where nothing is known.
 */
function stressAt({ server }: Frame, bucket: number, deviations: DeviationMemory): number {
  const [first = Number.NaN, second = 0] = FAMILIES.map((family) => worstOf(server, family, bucket, deviations))
    .filter((worst) => !Number.isNaN(worst))
    .sort((a, b) => b - a);
  return (first + second) / 2;
}

/** Largest deviation to the bad side, ≥ 0; NaN where none is known. */
function worstOf(server: string, family: readonly MetricName[], bucket: number, deviations: DeviationMemory): number {
  let worst = Number.NaN;
  for (const metric of family) {
    const signed = deviations.at(server, metric, bucket);
    const bad = Math.max(0, breachDirection(metric) === 'above' ? signed : -signed);
    if (bad >= (Number.isNaN(worst) ? 0 : worst)) worst = bad;
  }
  return worst;
}

/** First bucket of the stretch over `calm` that leads to now. */
function onsetOf(path: Float64Array, newest: number, calm: number): number {
  let i = path.length - 1;
  if (Number.isNaN(path[i]!)) i--;
  while (i > 0 && path[i - 1]! >= calm) i--;
  return newest - (path.length - 1 - i);
}

/** Groups of servers whose onsets follow one another, the last of them not long ago; by onset. */
function groupsOf(stressed: readonly StressedServer[], step: number, at: number): StressedServer[][] {
  const ordered = [...stressed].sort((a, b) => a.since - b.since || b.stress - a.stress);
  const groups: StressedServer[][] = [];
  for (const server of ordered) {
    const group = groups.at(-1);
    if (group !== undefined && server.since - group.at(-1)!.since <= LARGEST_GAP_STEPS * step) group.push(server);
    else groups.push([server]);
  }
  return groups.filter((group) => at - group.at(-1)!.since <= FRESH_STEPS * step);
}

/**
 * A group's members that move together, scored by how many more they are than come under stress by chance in that time, and
 * by their correlation: (1 − exp(−(n − expected − 1) / 1.5)) × (½ + ½ correlation).
 */
function cascadeOf(
  group: readonly StressedServer[],
  pathOf: (server: string) => Float64Array,
  onsetsPerSecond: number,
): Cascade | undefined {
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
  return Float64Array.from({ length: DEVIATION_STEPS }, (_, i) => {
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
