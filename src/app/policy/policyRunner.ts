/**
 * The policy at work: findings of each cycle → decisions → audit log → targets. What is not in the log is not done; whatever
 * fails is said, and cycles go on.
 */
import { join, resolve } from 'node:path';
import type { Logger } from 'pino';
import type { Action, Decision, DeliveryOutcome, DenialReason, Finding } from '../../core/action.js';
import { isServer } from '../../core/frame.js';
import type { Profile } from '../../core/profiles.js';
import type { Random } from '../../core/random.js';
import type { ActionDoors, RecentDecision } from '../../exposition/actions.js';
import type { WishAnswer } from '../../exposition/learning.js';
import { approve, decide, decline, type Outcome } from '../../policy/decide.js';
import { type ActedUponSpan, actedUponSpans, settleDelivery } from '../../policy/deliveries.js';
import type { Surroundings } from '../../policy/guards.js';
import type { PolicyOptions } from '../../policy/options.js';
import { EMPTY_POLICY_STATE, type PolicyState } from '../../policy/state.js';
import type { CycleResult } from '../cycle.js';
import { oneAtATime } from '../oneAtATime.js';
import { answerEvent, decisionEvent, deliveryEvent } from './auditEvents.js';
import { AuditLog } from './auditLog.js';
import { findingsOf } from './findings.js';
import { fleetFindings, type WatchedFleet } from './fleetFindings.js';
import { readPolicyState, writePolicyState } from './policyState.js';
import { type Delivery, Sender } from './sender.js';

export interface PolicyParts {
  readonly options: PolicyOptions;
  readonly dataFolder: string;
  readonly log: Logger;
  /** Epoch seconds now. */
  readonly clock: () => number;
  readonly random: Random;
  /** Counts a decision when its end is known. */
  readonly onDecided: (rule: string, action: string, outcome: DenialReason | DeliveryOutcome) => void;
}

/** Decisions that /actions shows. */
const RECENT_DECISIONS = 200;

/** What the policy takes in of a cycle. */
type WatchedCycle = Pick<CycleResult, 'at' | 'servers'> & { readonly fleet?: WatchedFleet };

type FleetView = Pick<Surroundings, 'maintenance' | 'fleet'>;

export class PolicyRunner implements ActionDoors {
  readonly #parts: PolicyParts;
  readonly #statePath: string;
  readonly #audit: AuditLog;
  readonly #sender: Sender;
  #options: PolicyOptions;
  #state: PolicyState = EMPTY_POLICY_STATE;
  #fleet: FleetView = { maintenance: new Set(), fleet: new Map() };
  #unsafe: string | undefined;
  #recent: readonly RecentDecision[] = [];
  /** Each finds the state as the one before has left it. */
  readonly #exclusive = oneAtATime();
  readonly #deliveries = new Set<Promise<void>>();
  #failure: string | undefined;

  private constructor(parts: PolicyParts) {
    const folder = resolve(parts.dataFolder);
    this.#parts = parts;
    this.#options = parts.options;
    this.#statePath = join(folder, 'policy.json');
    this.#audit = new AuditLog(folder, parts.clock);
    this.#sender = new Sender(parts);
  }

  /** Reads what is remembered; nothing is written before there is something to decide. */
  static async open(parts: PolicyParts): Promise<PolicyRunner> {
    const runner = new PolicyRunner(parts);
    await runner.#restore();
    return runner;
  }

  /** Other options are in force. */
  adopt(options: PolicyOptions): Promise<void> {
    return this.#exclusive(async () => {
      this.#options = options;
      if (this.#unsafe !== undefined) await this.#restore();
    });
  }

  /** Takes in a cycle; returns at once. The result may change afterwards. */
  observe({ at, servers, fleet: watched }: WatchedCycle): void {
    if (this.#options.rules.length === 0 && this.#state.pending.length === 0) return;
    const fleet = new Map<Profile, number>();
    for (const { frame } of servers.filter((server) => isServer(server.frame)))
      fleet.set(frame.profile, (fleet.get(frame.profile) ?? 0) + 1);
    const inMaintenance = servers.filter(({ frame }) => frame.state === 'maintenance');
    this.#fleet = { fleet, maintenance: new Set(inMaintenance.map(({ frame }) => frame.server)) };
    const findings = [
      ...servers.flatMap(({ risk }) => (risk === undefined ? [] : findingsOf(risk))),
      ...(watched === undefined ? [] : fleetFindings(servers, watched, at)),
    ];
    void this.#exclusive(() => this.#decide(findings)).catch((error: Error) => this.#fail(error));
  }

  /** Spans that show what an action did and not what was forecast: no training learns from them. */
  actedUponSpans(): ActedUponSpan[] {
    return actedUponSpans(this.#state);
  }

  isDry(): boolean {
    return this.#options.isDry;
  }

  unsafe(): string | undefined {
    return this.#unsafe;
  }

  pending(): readonly Action[] {
    return this.#state.pending;
  }

  recent(): readonly RecentDecision[] {
    return this.#recent;
  }

  approve(id: string, by: string): Promise<WishAnswer> {
    return this.#answer(id, async () => {
      const at = this.#parts.clock();
      const outcome = approve(this.#options, this.#state, id, this.#surroundings());
      if (outcome === undefined) return undefined;
      await this.#commit(outcome, [answerEvent(at, id, 'approve', by)]);
      const { verdict } = outcome;
      return verdict.kind === 'allowed'
        ? { kind: 'done', message: `action ${id} is being handed over` }
        : { kind: 'refused', message: `${verdict.reason}: ${verdict.words}` };
    });
  }

  decline(id: string, by: string): Promise<WishAnswer> {
    return this.#answer(id, async () => {
      const at = this.#parts.clock();
      const outcome = decline(this.#options, this.#state, id, at);
      if (outcome === undefined) return undefined;
      await this.#commit(outcome, [answerEvent(at, id, 'deny', by)]);
      return { kind: 'done', message: `action ${id} was declined` };
    });
  }

  /** Ends what is being handed over; what was under way is noted as unknown. */
  async close(): Promise<void> {
    this.#sender.close();
    await this.#exclusive(async () => {});
    await Promise.all(this.#deliveries);
    await this.#audit.close();
  }

  async #restore(): Promise<void> {
    try {
      this.#state = await readPolicyState(this.#statePath);
      this.#unsafe = undefined;
    } catch (error) {
      this.#unsafe = (error as Error).message;
      this.#parts.log.error({ reason: this.#unsafe }, 'no action is taken: what was done before is not known');
      return;
    }
    for (const { id, rule, name } of this.#state.records.filter(({ delivery }) => delivery === 'sending')) {
      const delivery = { outcome: 'unknown', message: 'linborg ended while it was handed over', tries: 0 } as const;
      this.#track(this.#settle({ id, rule, name }, delivery));
    }
  }

  async #decide(findings: readonly Finding[]): Promise<void> {
    const outcome = decide(this.#options, this.#state, findings, this.#surroundings());
    if (outcome.decisions.length > 0) await this.#commit(outcome);
    else this.#state = outcome.state;
  }

  /** Writes down, then remembers, then acts. Rejects if it could not be written down: then nothing is done. */
  async #commit({ state, decisions }: Outcome, events: readonly object[] = []): Promise<void> {
    await this.#audit.append([...events, ...decisions.map(decisionEvent)]);
    this.#recover();
    this.#state = state;
    // Without the state, a restart would not know of the cooldown.
    const obstacle = this.#unsafe === undefined ? await this.#save() : this.#unsafe;
    for (const decision of decisions) this.#carryOut(decision, obstacle);
  }

  #carryOut(decision: Decision, obstacle: string | undefined): void {
    const { action, verdict } = decision;
    this.#recent = [{ decision }, ...this.#recent].slice(0, RECENT_DECISIONS);
    const facts = { id: action.id, rule: action.rule, action: action.name, server: action.server };
    if (verdict.kind === 'denied') {
      this.#parts.onDecided(action.rule, action.name, verdict.reason);
      this.#parts.log.debug({ ...facts, reason: verdict.reason, message: verdict.words }, 'action denied');
      return;
    }
    this.#parts.log.info({ ...facts, finding: action.finding.reason }, 'action allowed');
    this.#track(this.#deliver(decision, obstacle));
  }

  async #deliver({ action, at }: Decision, obstacle: string | undefined): Promise<void> {
    const rule = this.#options.rules.find(({ name }) => name === action.rule);
    const target = this.#options.targets.find(({ name }) => name === rule?.target);
    // Guards let no action pass without a target.
    const delivery: Delivery =
      obstacle !== undefined || target === undefined
        ? { outcome: 'failed', message: obstacle ?? 'its target is gone', tries: 0 }
        : await this.#sender.send(action, target, at + this.#options.settleSeconds);
    await this.#settle(action, delivery);
  }

  #settle({ id, rule, name }: Pick<Action, 'id' | 'rule' | 'name'>, delivery: Delivery): Promise<void> {
    return this.#exclusive(async () => {
      const { outcome, message } = delivery;
      this.#state = settleDelivery(this.#state, id, outcome);
      this.#recent = this.#recent.map((one) =>
        one.decision.action.id === id && one.decision.verdict.kind === 'allowed' ? { ...one, delivery } : one,
      );
      this.#parts.onDecided(rule, name, outcome);
      if (outcome === 'delivered') this.#parts.log.info({ id, rule, message }, 'action handed over');
      else this.#parts.log.error({ id, rule, outcome, reason: message }, 'action could not be handed over');
      await this.#audit.append([deliveryEvent(this.#parts.clock(), id, delivery)]);
      await this.#save();
    });
  }

  /** Why it could not be saved; undefined if it was. */
  async #save(): Promise<string | undefined> {
    try {
      await writePolicyState(this.#statePath, this.#state);
      return undefined;
    } catch (error) {
      this.#fail(error as Error);
      return (error as Error).message;
    }
  }

  #surroundings(): Surroundings {
    return {
      ...this.#fleet,
      now: this.#parts.clock(),
      freeSlots: this.#sender.freeSlots,
      unsafe: this.#unsafe,
    };
  }

  async #answer(id: string, work: () => Promise<WishAnswer | undefined>): Promise<WishAnswer> {
    try {
      const known = () => this.#state.pending.map((action) => action.id);
      const answer = await this.#exclusive(work);
      return answer ?? { kind: 'unknown', message: `no action ${JSON.stringify(id)} waits`, known: known() };
    } catch (error) {
      this.#fail(error as Error);
      return { kind: 'refused', message: (error as Error).message };
    }
  }

  #track(work: Promise<void>): void {
    const tracked = work.catch((error: Error) => this.#fail(error)).finally(() => this.#deliveries.delete(tracked));
    this.#deliveries.add(tracked);
  }

  /** Once per change. */
  #fail({ message }: Error): void {
    if (message === this.#failure) return;
    this.#failure = message;
    this.#parts.log.error({ reason: message }, 'the policy cannot act');
  }

  #recover(): void {
    if (this.#failure === undefined) return;
    this.#failure = undefined;
    this.#parts.log.info('the policy can act again');
  }
}
