/** What was done lately, laid out for the questions that guards ask. */
import type { Profile } from '../core/profiles.js';
import { type ActionRecord, touchesServer } from './state.js';

export class Occupancy {
  readonly #settledBefore: number;
  /** Epoch seconds of the last action of a name on a server. */
  readonly #lastOf = new Map<string, number>();
  /** Epoch seconds of each rule's actions. */
  readonly #timesOf = new Map<string, number[]>();
  /** Servers on which something that changes them is under way. */
  readonly #underWay = new Map<string, ActionRecord>();
  #size = 0;

  /** @param settleSeconds  how long an action counts as under way */
  constructor(records: Iterable<ActionRecord>, now: number, settleSeconds: number) {
    this.#settledBefore = now - settleSeconds;
    for (const record of records) this.add(record);
  }

  get size(): number {
    return this.#size;
  }

  add(record: ActionRecord): void {
    this.#size++;
    const { rule, server, name, kind, at } = record;
    const key = keyOf(server, name);
    this.#lastOf.set(key, Math.max(at, this.#lastOf.get(key) ?? at));
    const times = this.#timesOf.get(rule);
    if (times) times.push(at);
    else this.#timesOf.set(rule, [at]);
    if (touchesServer(kind) && at > this.#settledBefore) this.#underWay.set(server, record);
  }

  /** Epoch seconds of the last action of that name on a server. */
  lastAt(server: string, name: string): number | undefined {
    return this.#lastOf.get(keyOf(server, name));
  }

  /** Actions of a rule after epoch second `since`. */
  countSince(rule: string, since: number): number {
    return (this.#timesOf.get(rule) ?? []).reduce((count, at) => count + Number(at > since), 0);
  }

  underWayOn(server: string): ActionRecord | undefined {
    return this.#underWay.get(server);
  }

  /** Servers on which something is under way; of one profile, or of all. */
  countUnderWay(profile?: Profile): number {
    if (profile === undefined) return this.#underWay.size;
    let count = 0;
    for (const record of this.#underWay.values()) if (record.profile === profile) count++;
    return count;
  }
}

function keyOf(server: string, name: string): string {
  // No name of an action holds a line feed.
  return `${name}\n${server}`;
}
