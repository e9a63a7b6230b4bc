/** The frozen values behind the risk: Risk → Finding → Decision → Action. */
import type { Profile } from './profiles.js';

/** What may be found out about a server. */
export const FINDING_KINDS = [
  'risk',
  'threshold_predicted',
  'threshold_breached',
  'anomaly',
  'cascade',
  'category_anomaly',
] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

/** Something about one server that a person, or a rule, might want to act on. */
export interface Finding {
  readonly server: string;
  readonly profile: Profile;
  readonly kind: FindingKind;
  /** The metric that it is about; absent where it is about the whole server. */
  readonly metric?: string | undefined;
  /** How sure it is that it comes true within the horizon, 0–1; 1 for what is there now. */
  readonly probability: number;
  /** How far ahead, seconds; 0 = now. */
  readonly horizonSeconds: number;
  /** The server's risk score, 0–100. */
  readonly score: number;
  /** In words and numbers. */
  readonly reason: string;
  /** Epoch seconds. */
  readonly at: number;
}

/** What may be done. `notify` touches no server; `custom` is whatever the executor knows under that name. */
export const ACTION_KINDS = ['scale_up', 'restart', 'drain', 'notify', 'custom'] as const;
export type ActionKind = (typeof ACTION_KINDS)[number];

/** What a rule wants done to one server because of a finding. */
export interface Action {
  /** Unique; the same for every try to deliver it. */
  readonly id: string;
  /** Name of the rule that wants it. */
  readonly rule: string;
  readonly kind: ActionKind;
  /** The kind, or the name of a custom action. */
  readonly name: string;
  readonly server: string;
  readonly profile: Profile;
  /** Passed on as they stand in the rule. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly finding: Finding;
  /** Epoch seconds of the decision that it was wanted. */
  readonly at: number;
}

/** Why an action is not taken, in the order in which it is asked. */
export const DENIAL_REASONS = [
  'confidence',
  'outside_hours',
  'maintenance',
  'in_progress',
  'cooldown',
  'declined',
  'rate',
  'blast_radius',
  'dry_run',
  'no_target',
  'unsafe',
  'queue_full',
  'approval_wanted',
  'approval_expired',
] as const;
export type DenialReason = (typeof DENIAL_REASONS)[number];

export type Verdict =
  | { readonly kind: 'allowed' }
  /** `words`: the reason for people, with numbers. */
  | { readonly kind: 'denied'; readonly reason: DenialReason; readonly words: string };

/** What was decided about an action that a rule wants. */
export interface Decision {
  /** Epoch seconds. */
  readonly at: number;
  readonly action: Action;
  readonly verdict: Verdict;
}

/** What came of handing over an allowed action. `unknown`: it may or may not have arrived. */
export type DeliveryOutcome = 'delivered' | 'failed' | 'unknown';
