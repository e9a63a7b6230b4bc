/** What stands between a finding and an action: each guard lets it pass or says why not. */
import type { DenialReason, Finding } from '../core/action.js';
import { describeDuration } from '../core/duration.js';
import type { Profile } from '../core/profiles.js';
import { isTrusted } from './candidates.js';
import { isWithinHours } from './hours.js';
import type { Occupancy } from './occupancy.js';
import type { PolicyOptions, PolicyRule } from './options.js';
import { MAX_PENDING, MAX_RECORDS, type PolicyState, touchesServer } from './state.js';

/** What the policy cannot know by itself. */
export interface Surroundings {
  /** Epoch seconds. */
  readonly now: number;
  /** Servers in maintenance. */
  readonly maintenance: ReadonlySet<string>;
  /** Servers of each profile. */
  readonly fleet: ReadonlyMap<Profile, number>;
  /** Actions that can be handed over besides those under way. */
  readonly freeSlots: number;
  /** Why nothing may be sent at all, in words. */
  readonly unsafe?: string | undefined;
}

/** What a guard looks at. */
export interface GuardedCase {
  readonly rule: PolicyRule;
  readonly finding: Finding;
  readonly options: PolicyOptions;
  readonly surroundings: Surroundings;
  /** What was done under the same sign: dry runs see dry runs only. */
  readonly occupancy: Occupancy;
  readonly state: Pick<PolicyState, 'declined'>;
  /** Actions allowed since the surroundings were looked at. */
  readonly allowed: number;
  /** The id under which the same already waits for a person, or how many others do. */
  readonly waiting: { readonly id: string | undefined; readonly count: number };
  /** Whether a person said yes. */
  readonly isApproved: boolean;
}

export interface Denial {
  readonly reason: DenialReason;
  readonly words: string;
}

type Guard = (guarded: GuardedCase) => string | undefined;

/** Tells whether the rule only writes down what it would do. */
export function isDryFor(rule: PolicyRule, options: PolicyOptions): boolean {
  return options.isDry || rule.isDry;
}

/** The first reason not to act; undefined if there is none. */
export function findDenial(guarded: GuardedCase): Denial | undefined {
  for (const [reason, guard] of GUARDS) {
    const words = guard(guarded);
    if (words !== undefined) return { reason, words };
  }
  return undefined;
}

/** In the order in which they are asked: dry runs come late, so that they show what would be denied anyway. */
const GUARDS: readonly (readonly [DenialReason, Guard])[] = [
  ['confidence', denyUnsure],
  ['outside_hours', denyOutsideHours],
  ['maintenance', denyInMaintenance],
  ['in_progress', denyInProgress],
  ['cooldown', denyInCooldown],
  ['declined', denyDeclined],
  ['rate', denyAboveRate],
  ['blast_radius', denyBeyondBlastRadius],
  ['dry_run', denyDryRun],
  ['no_target', denyWithoutTarget],
  ['unsafe', ({ surroundings }) => surroundings.unsafe],
  ['queue_full', denyFullQueue],
  ['approval_wanted', denyUnapproved],
];

function denyUnsure({ rule, finding, isApproved }: GuardedCase): string | undefined {
  if (isApproved || isTrusted(rule, finding)) return undefined;
  const { probability, score } = finding;
  return probability < rule.minProbability
    ? `the probability is ${probability.toFixed(2)}; the rule wants ${rule.minProbability}`
    : `the score is ${score.toFixed(0)}; the rule wants ${rule.minScore}`;
}

function denyOutsideHours({ rule, options, surroundings }: GuardedCase): string | undefined {
  if (isWithinHours(rule.hours, options.timeZone, surroundings.now)) return undefined;
  return `it is outside the hours of the rule (${options.timeZone})`;
}

function denyInMaintenance({ rule, finding, surroundings }: GuardedCase): string | undefined {
  if (rule.actsInMaintenance || !surroundings.maintenance.has(finding.server)) return undefined;
  return `${finding.server} is in maintenance`;
}

function denyInProgress({ rule, finding, surroundings, occupancy }: GuardedCase): string | undefined {
  const other = touchesServer(rule.action) ? occupancy.underWayOn(finding.server) : undefined;
  if (other === undefined) return undefined;
  return `${other.name} by rule ${other.rule} began ${ago(surroundings.now - other.at)} and may still be under way`;
}

function denyInCooldown({ rule, finding, surroundings, occupancy }: GuardedCase): string | undefined {
  const last = occupancy.lastAt(finding.server, rule.actionName);
  if (last === undefined || surroundings.now - last >= rule.cooldownSeconds) return undefined;
  const cooldown = describeDuration(rule.cooldownSeconds);
  return `the last ${rule.actionName} of ${finding.server} was ${ago(surroundings.now - last)}; the cooldown is ${cooldown}`;
}

function denyDeclined({ rule, finding, surroundings, state }: GuardedCase): string | undefined {
  const { server } = finding;
  const refusal = state.declined.find((one) => one.rule === rule.name && one.server === server);
  if (refusal === undefined || surroundings.now >= refusal.until) return undefined;
  return `a person declined it; asked again in ${describeDuration(refusal.until - surroundings.now)}`;
}

function denyAboveRate({ rule, surroundings, occupancy }: GuardedCase): string | undefined {
  const { max, perSeconds } = rule.rate;
  const count = occupancy.countSince(rule.name, surroundings.now - perSeconds);
  if (count >= max)
    return `${count} actions of the rule within ${describeDuration(perSeconds)}; at most ${max} are allowed`;
  if (occupancy.size < MAX_RECORDS) return undefined;
  return `${occupancy.size} actions are remembered; no more are taken until the oldest are out of all cooldowns`;
}

function denyBeyondBlastRadius({ rule, finding, surroundings, occupancy }: GuardedCase): string | undefined {
  if (!touchesServer(rule.action)) return undefined;
  const { servers, profileRatio } = rule.blastRadius;
  const all = occupancy.countUnderWay() + 1;
  if (all > servers) return `it would be server ${all} at once; at most ${servers} may be`;
  const { profile } = finding;
  const inProfile = occupancy.countUnderWay(profile) + 1;
  const size = Math.max(surroundings.fleet.get(profile) ?? 0, 1);
  if (inProfile <= profileRatio * size) return undefined;
  return `it would be ${inProfile} of ${size} servers of ${profile} at once; at most ${100 * profileRatio} % may be`;
}

function denyDryRun({ rule, options }: GuardedCase): string | undefined {
  if (!isDryFor(rule, options)) return undefined;
  return options.isDry ? 'policy.dry_run is on; nothing is sent' : 'dry_run of the rule is on; nothing is sent';
}

function denyWithoutTarget({ rule, options }: GuardedCase): string | undefined {
  if (options.targets.some(({ name }) => name === rule.target)) return undefined;
  return 'the rule names no target';
}

function denyFullQueue({ surroundings, allowed }: GuardedCase): string | undefined {
  if (allowed < surroundings.freeSlots) return undefined;
  return 'too many actions are being handed over already';
}

function denyUnapproved({ rule, isApproved, waiting }: GuardedCase): string | undefined {
  if (!rule.wantsApproval || isApproved) return undefined;
  if (waiting.id !== undefined) return `it waits for a person as ${waiting.id}`;
  return waiting.count < MAX_PENDING ? 'it waits for a person' : `${waiting.count} others wait for a person already`;
}

function ago(seconds: number): string {
  return seconds < 0 ? 'ahead of this clock' : `${describeDuration(seconds)} ago`;
}
