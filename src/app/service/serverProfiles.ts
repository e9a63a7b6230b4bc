/** Which profile each server has and what told it, from cycle to cycle. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Frame } from '../../core/flow.js';
import { isServer } from '../../core/frame.js';
import { decideProfile, type Profile, type ProfileDecision, type ProfileRule } from '../../core/profiles.js';
import type { ServerLabels } from '../../core/serverLabels.js';
import { behaviourOf } from '../../windows/behaviour.js';
import { type KnownServer, ProfileNeighbours } from '../../windows/nearestProfile.js';

export interface ServerProfilesOptions {
  readonly rules: readonly ProfileRule[];
  /** Labels whose value names a profile, the preferred one first. */
  readonly profileLabels: readonly string[];
  /** Whether servers of which nothing else is known get the profile that their behaviour is near to. */
  readonly fromBehaviour: boolean;
}

/** What a day looks like changes slowly. */
const LEARN_EVERY_SECONDS = 3600;
/** Servers looked at before the event loop gets its turn: a few milliseconds of work. */
const CHUNK = 100;

export class ServerProfiles {
  readonly #options: ServerProfilesOptions;
  /** By source, then by server; sources in the order in which they first told something. */
  readonly #labels = new Map<string, ReadonlyMap<string, ServerLabels>>();
  /** What pushed records say. */
  readonly #said = new Map<string, Profile>();
  #learned: ReadonlyMap<string, Profile> = new Map();
  /** What the last learning would change: it has to be found twice. */
  #wouldBe: ReadonlyMap<string, Profile | undefined> = new Map();
  #learnedAt = Number.NEGATIVE_INFINITY;

  constructor(options: ServerProfilesOptions) {
    this.#options = options;
  }

  /** Takes the place of what the source told before. */
  tellLabels(source: string, labels: ReadonlyMap<string, ServerLabels>): void {
    this.#labels.set(source, labels);
  }

  tellRecord(server: string, profile: Profile): void {
    this.#said.set(server, profile);
  }

  forget(server: string): void {
    this.#said.delete(server);
  }

  decide(server: string): ProfileDecision {
    const { rules, profileLabels } = this.#options;
    const said = this.#said.get(server);
    const learned = this.#learned.get(server);
    return decideProfile(server, { rules, profileLabels, labels: this.#labelsOf(server), said, learned });
  }

  /** The frames with their profiles and what told them. */
  dress(frames: readonly Frame[]): Frame[] {
    return frames.map((frame) => {
      const { profile, origin } = this.decide(frame.server);
      return { ...frame, profile, profileOrigin: origin };
    });
  }

  /**
   * Once an hour, compares the behaviour of servers of which nothing is known with that of the others. A server's first profile counts
   * at once; another one, or none any more, once it was found twice in a row.
   * @param at  epoch seconds
   * @param frames  as `dress` gives them
   */
  async learn(at: number, frames: () => readonly Frame[]): Promise<void> {
    if (!this.#options.fromBehaviour || at - this.#learnedAt < LEARN_EVERY_SECONDS) return;
    this.#learnedAt = at;
    const known: KnownServer[] = [];
    const unknown: { readonly server: string; readonly behaviour: Float64Array }[] = [];
    for (const [i, frame] of frames().filter(isServer).entries()) {
      if (i % CHUNK === CHUNK - 1) await nextTurn();
      const { server, profile, profileOrigin: origin } = frame;
      const behaviour = behaviourOf(frame);
      if (origin === 'none' || origin === 'behaviour') unknown.push({ server, behaviour });
      else known.push({ profile, behaviour });
    }
    const neighbours = new ProfileNeighbours(known);
    this.#settle(new Map(unknown.map(({ server, behaviour }) => [server, neighbours.profileOf(behaviour)])));
  }

  #settle(found: ReadonlyMap<string, Profile | undefined>): void {
    const learned = new Map<string, Profile>();
    for (const [server, profile] of found) {
      const held = this.#learned.get(server);
      const isConfirmed = held === undefined || (this.#wouldBe.has(server) && this.#wouldBe.get(server) === profile);
      const next = profile === held || isConfirmed ? profile : held;
      if (next !== undefined) learned.set(server, next);
    }
    this.#learned = learned;
    this.#wouldBe = found;
  }

  /** Of several sources, the first that tells a label counts. */
  #labelsOf(server: string): ServerLabels | undefined {
    let all: ServerLabels | undefined;
    for (const labels of this.#labels.values()) {
      const own = labels.get(server);
      if (own !== undefined) all = all === undefined ? own : { ...own, ...all };
    }
    return all;
  }
}
