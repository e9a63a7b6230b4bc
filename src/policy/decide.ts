/** Findings → decisions: what each rule may do now, and why not. */
import type { Action, Decision, Finding, Verdict } from '../core/action.js';
import { describeDuration } from '../core/duration.js';
import { seedFor } from '../core/random.js';
import { candidatesOf } from './candidates.js';
import { type Denial, findDenial, type GuardedCase, isDryFor, type Surroundings } from './guards.js';
import { Occupancy } from './occupancy.js';
import type { PolicyOptions, PolicyRule } from './options.js';
import { type ActionRecord, guardingRecords, MAX_PENDING, type PolicyState, pruneState } from './state.js';

export interface Outcome {
  readonly state: PolicyState;
  /** New ones only: a denial that goes on for the same reason is told once an hour. */
  readonly decisions: readonly Decision[];
}

/**
 * Decides what every rule may do about the findings. Rules go in the order of the configuration; of one rule, the worst server
 * goes first (score, probability, name), so that the order of the findings changes nothing.
 */
export function decide(
  options: PolicyOptions,
  state: PolicyState,
  findings: readonly Finding[],
  surroundings: Surroundings,
): Outcome {
  const round = new Round(options, state, surroundings);
  round.expirePending();
  for (const rule of options.rules) {
    for (const finding of candidatesOf(rule, findings)) round.judge(rule, finding);
  }
  return round.outcome();
}

/** A person's yes. Every guard but confidence is asked again, since time has passed. */
export function approve(
  options: PolicyOptions,
  state: PolicyState,
  id: string,
  surroundings: Surroundings,
): (Outcome & { readonly verdict: Verdict }) | undefined {
  const action = state.pending.find((one) => one.id === id);
  const rule = options.rules.find(({ name }) => name === action?.rule);
  if (action === undefined || rule === undefined) return undefined;
  const round = new Round(options, state, surroundings);
  const verdict = round.approve(rule, action);
  return { ...round.outcome(), verdict };
}

/** A person's no: the rule does not ask again about this server before its cooldown is over. */
export function decline(options: PolicyOptions, state: PolicyState, id: string, now: number): Outcome | undefined {
  const action = state.pending.find((one) => one.id === id);
  if (action === undefined) return undefined;
  const { rule, server } = action;
  const cooldownSeconds = options.rules.find(({ name }) => name === rule)?.cooldownSeconds ?? options.approvalSeconds;
  const words = `a person declined it; asked again in ${describeDuration(cooldownSeconds)}`;
  return {
    state: {
      ...state,
      pending: state.pending.filter((one) => one !== action),
      declined: [...state.declined, { rule, server, until: now + cooldownSeconds }],
      told: [...withoutTold(state.told, action), { rule, server, reason: 'declined', at: now }],
    },
    decisions: [{ at: now, action, verdict: { kind: 'denied', reason: 'declined', words } }],
  };
}

/** One pass over rules and findings: what is decided first counts for what is decided next. */
class Round {
  readonly #options: PolicyOptions;
  readonly #surroundings: Surroundings;
  readonly #declined: PolicyState['declined'];
  readonly #records: ActionRecord[];
  readonly #occupancy: { readonly dry: Occupancy; readonly live: Occupancy };
  readonly #told: Map<string, PolicyState['told'][number]>;
  readonly #decisions: Decision[] = [];
  #pending: readonly Action[];
  #allowed = 0;

  constructor(options: PolicyOptions, before: PolicyState, surroundings: Surroundings) {
    const { now } = surroundings;
    const state = pruneState(before, options, now);
    this.#options = options;
    this.#surroundings = surroundings;
    this.#declined = state.declined;
    this.#records = [...state.records];
    this.#pending = state.pending;
    this.#told = new Map(state.told.map((one) => [keyOf(one), one]));
    const guarding = guardingRecords(state, options, now);
    const occupancy = (isDry: boolean) =>
      new Occupancy(
        guarding.filter((record) => record.isDry === isDry),
        now,
        options.settleSeconds,
      );
    this.#occupancy = { dry: occupancy(true), live: occupancy(false) };
  }

  /** What waited too long, and what no rule wants any more, waits no longer. */
  expirePending(): void {
    const { approvalSeconds, rules } = this.#options;
    const { now } = this.#surroundings;
    for (const action of this.#pending) {
      const isWanted = rules.some(({ name }) => name === action.rule);
      if (isWanted && now - action.at < approvalSeconds) continue;
      this.#pending = this.#pending.filter((one) => one !== action);
      const words = isWanted ? `nobody answered within ${describeDuration(approvalSeconds)}` : 'its rule is gone';
      this.#deny(action, { reason: 'approval_expired', words }, true);
    }
  }

  judge(rule: PolicyRule, finding: Finding): void {
    const action = actionOf(rule, finding, this.#surroundings.now);
    const denial = findDenial(this.#caseOf(rule, finding, false));
    if (denial === undefined) this.#allow(action);
    else if (denial.reason === 'dry_run') {
      this.#record(action, true);
      this.#deny(action, denial, true);
    } else this.#deny(action, denial, denial.reason === 'approval_wanted' && this.#await(action));
  }

  approve(rule: PolicyRule, action: Action): Verdict {
    const isLate = this.#surroundings.now - action.at >= this.#options.approvalSeconds;
    const denial: Denial | undefined = isLate
      ? {
          reason: 'approval_expired',
          words: `the answer came after ${describeDuration(this.#options.approvalSeconds)}`,
        }
      : findDenial(this.#caseOf(rule, action.finding, true));
    if (isLate || denial === undefined) this.#pending = this.#pending.filter((one) => one !== action);
    if (denial === undefined) this.#allow(action);
    // A person asked: they are answered however often it was told.
    else this.#tell(action, { kind: 'denied', ...denial });
    return this.#decisions.at(-1)!.verdict;
  }

  outcome(): Outcome {
    return {
      state: {
        format: 1,
        records: this.#records,
        pending: [...this.#pending],
        declined: this.#declined,
        told: [...this.#told.values()],
      },
      decisions: this.#decisions,
    };
  }

  #caseOf(rule: PolicyRule, finding: Finding, isApproved: boolean): GuardedCase {
    const { dry, live } = this.#occupancy;
    return {
      rule,
      finding,
      options: this.#options,
      surroundings: this.#surroundings,
      occupancy: isDryFor(rule, this.#options) ? dry : live,
      state: { declined: this.#declined },
      allowed: this.#allowed,
      waiting: {
        id: this.#waitingFor({ rule: rule.name, server: finding.server })?.id,
        count: this.#pending.length,
      },
      isApproved,
    };
  }

  #waitingFor({ rule, server }: Pick<Action, 'rule' | 'server'>): Action | undefined {
    return this.#pending.find((one) => one.rule === rule && one.server === server);
  }

  /** Puts an action where persons see it, once and while there is room; tells whether it did. */
  #await(action: Action): boolean {
    if (this.#pending.length >= MAX_PENDING || this.#waitingFor(action) !== undefined) return false;
    this.#pending = [...this.#pending, action];
    return true;
  }

  #allow(action: Action): void {
    this.#allowed++;
    this.#record(action, false);
    this.#told.delete(keyOf(action));
    this.#tell(action, { kind: 'allowed' });
  }

  #record({ id, rule, kind, name, server, profile }: Action, isDry: boolean): void {
    const { now: at } = this.#surroundings;
    const record: ActionRecord = {
      ...{ id, rule, kind, name, server, profile, at, isDry },
      delivery: isDry ? 'none' : 'sending',
    };
    this.#records.push(record);
    this.#occupancy[isDry ? 'dry' : 'live'].add(record);
  }

  /** @param isNews  whether it is told even if the last denial had the same reason */
  #deny(action: Action, denial: Denial, isNews = false): void {
    const { now } = this.#surroundings;
    const { rule, server } = action;
    const { reason } = denial;
    const key = keyOf(action);
    if (this.#told.get(key)?.reason === reason && !isNews) return;
    this.#told.set(key, { rule, server, reason, at: now });
    this.#tell(action, { kind: 'denied', ...denial });
  }

  #tell(action: Action, verdict: Verdict): void {
    this.#decisions.push({ at: this.#surroundings.now, action, verdict });
  }
}

function actionOf(rule: PolicyRule, finding: Finding, at: number): Action {
  const { server, profile } = finding;
  const { name, action: kind, actionName, parameters } = rule;
  const id = actionId(at, `${name}\n${actionName}\n${server}`);
  return { id, rule: name, kind, name: actionName, server, profile, parameters, finding, at };
}

/** The time, and 64 bits of what it is about: replicas that decide the same in one second say the same. */
function actionId(at: number, about: string): string {
  const time = new Date(Math.floor(at) * 1000).toISOString().replace(/[-:]|\.000/g, '');
  const bits = [1, 2].map((seed) => (seedFor(seed, about) >>> 0).toString(16).padStart(8, '0'));
  return `${time}-${bits.join('')}`;
}

function keyOf({ rule, server }: { readonly rule: string; readonly server: string }): string {
  // No name of a rule holds a line feed.
  return `${rule}\n${server}`;
}

function withoutTold(told: PolicyState['told'], action: Action): PolicyState['told'] {
  return told.filter((one) => keyOf(one) !== keyOf(action));
}
