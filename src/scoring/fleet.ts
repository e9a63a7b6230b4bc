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
import { medianOf, orElse } from '../core/statistics.js';
import { FRESH_STEPS, findCascade } from './cascade.js';
import type { DeviationMemory } from './deviations.js';
import { stressAt, stressPath } from './stress.js';

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
/** A cascade is the one of before if so many of its members were in it. */
const SAME_SHARE = 0.5;
/** The usual share is forgotten by half in a day of cycles, whatever their pace. */
const USUAL_HALF_LIFE_SECONDS = 86_400;
/** Before anything is known: one server of fifty. */
const USUAL_PRIOR = 0.02;
const USUAL_ONSETS_PER_DAY = 0.5;

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
    const stepSeconds = judged[0]?.frame.stepSeconds ?? 0;
    const found = findCascade(stressed, {
      pathOf: (server) => paths.get(server)!,
      onsetsPerSecond: this.#onsetRate * judged.length,
      ...{ stepSeconds, at },
    });
    const cascade = this.#keepOrigin(found, at, FRESH_STEPS * stepSeconds);
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

/** First bucket of the stretch over `calm` that leads to now. */
function onsetOf(path: Float64Array, newest: number, calm: number): number {
  let i = path.length - 1;
  if (Number.isNaN(path[i]!)) i--;
  while (i > 0 && path[i - 1]! >= calm) i--;
  return newest - (path.length - 1 - i);
}
