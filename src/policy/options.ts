/** The `policy:` block: which finding may trigger which action, where, when and how often. */
import { z } from 'zod';
import { ACTION_KINDS, type ActionKind, FINDING_KINDS, type FindingKind } from '../core/action.js';
import { durationSeconds, regularExpression } from '../core/options.js';
import { PROFILES, type Profile } from '../core/profiles.js';
import { type Hours, hoursSchema, timeZone } from './hours.js';
import { type PolicyTarget, targetSchema } from './targetOptions.js';
import { isAllowed, targetUrl } from './targetUrl.js';

export interface PolicyOptions {
  /** Everything is decided and written down, nothing is sent. */
  readonly isDry: boolean;
  /** A target's address begins with one of these. */
  readonly allow: readonly string[];
  readonly targets: readonly PolicyTarget[];
  readonly rules: readonly PolicyRule[];
  /** How long an action counts as under way. */
  readonly settleSeconds: number;
  /** How long an action waits for a person. */
  readonly approvalSeconds: number;
  /** Of the hours in the rules. */
  readonly timeZone: string;
}

export interface PolicyRule {
  readonly name: string;
  readonly action: ActionKind;
  /** The kind, or the name of the custom action. */
  readonly actionName: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** Name of a target; a rule without one never acts. */
  readonly target: string | undefined;
  readonly isDry: boolean;
  readonly findings: readonly FindingKind[];
  /** Empty = any, and findings about the whole server, too. */
  readonly metrics: readonly string[];
  readonly servers: RegExp | undefined;
  /** Empty = all. */
  readonly profiles: readonly Profile[];
  /** Findings farther ahead do not count. */
  readonly withinSeconds: number;
  readonly minProbability: number;
  readonly minScore: number;
  /** Empty = always. */
  readonly hours: readonly Hours[];
  readonly actsInMaintenance: boolean;
  readonly cooldownSeconds: number;
  readonly rate: { readonly max: number; readonly perSeconds: number };
  readonly blastRadius: { readonly servers: number; readonly profileRatio: number };
  readonly wantsApproval: boolean;
}

/** What is remembered of an action must outlive it: longer would fill the memory of actions. */
const LONGEST_MEMORY_SECONDS = 30 * 86_400;
const memorySeconds = durationSeconds.refine((seconds) => seconds <= LONGEST_MEMORY_SECONDS, {
  error: 'is longer than 30d, which is as long as actions are remembered',
});

const name = z.string().regex(/^[\w.-]{1,64}$/, 'expected up to 64 letters, digits, dots, dashes or underscores');

const ruleSchema = z
  .strictObject({
    name,
    findings: z.array(z.enum(FINDING_KINDS)).min(1),
    metrics: z.array(z.string().min(1)).default([]),
    servers: regularExpression.optional(),
    profiles: z.array(z.enum(PROFILES)).default([]),
    within: durationSeconds.prefault('8h'),
    // One false alarm in five is what an automaton may cost; a person is asked anyway unless told otherwise.
    min_probability: z.number().min(0).max(1).default(0.8),
    min_score: z.number().min(0).max(100).default(0),
    action: z.enum(ACTION_KINDS),
    custom_action: name.optional(),
    // Names of labels, so that an Alertmanager can route by them.
    parameters: z
      .record(z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'expected a label name'), z.string().max(1024))
      .default({}),
    target: name.optional(),
    dry_run: z.boolean().default(false),
    hours: z.array(hoursSchema).prefault([]),
    during_maintenance: z.boolean().default(false),
    cooldown: memorySeconds.prefault('1h'),
    rate: z.strictObject({ max: z.int().min(1).max(1000).default(5), per: memorySeconds.prefault('1h') }).prefault({}),
    blast_radius: z
      .strictObject({
        // One after the other, unless a person says otherwise.
        servers: z.int().min(1).default(1),
        profile_percent: z.number().positive().max(100).default(100),
      })
      .prefault({}),
    approval: z.boolean().default(true),
  })
  .refine((rule) => (rule.action === 'custom') === (rule.custom_action !== undefined), {
    error: 'expected custom_action with action custom, and only there',
  })
  .transform(
    (rule): PolicyRule => ({
      name: rule.name,
      action: rule.action,
      actionName: rule.custom_action ?? rule.action,
      parameters: rule.parameters,
      target: rule.target,
      isDry: rule.dry_run,
      findings: rule.findings,
      metrics: rule.metrics,
      servers: rule.servers,
      profiles: rule.profiles,
      withinSeconds: rule.within,
      minProbability: rule.min_probability,
      minScore: rule.min_score,
      hours: rule.hours,
      actsInMaintenance: rule.during_maintenance,
      cooldownSeconds: rule.cooldown,
      rate: { max: rule.rate.max, perSeconds: rule.rate.per },
      blastRadius: { servers: rule.blast_radius.servers, profileRatio: rule.blast_radius.profile_percent / 100 },
      wantsApproval: rule.approval,
    }),
  );

const policySchema = z
  .strictObject({
    dry_run: z.boolean().default(true),
    allow: z.array(targetUrl).prefault([]),
    targets: z.array(targetSchema).prefault([]),
    rules: z.array(ruleSchema).max(100).prefault([]),
    settle_time: memorySeconds.prefault('30m'),
    approval_ttl: memorySeconds.prefault('30m'),
    time_zone: timeZone.default('UTC'),
  })
  .superRefine(({ allow, targets, rules }, context) => {
    const fault = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
    const isTaken = (names: readonly string[], index: number) => names.indexOf(names[index]!) < index;
    const targetNames = targets.map((target) => target.name);
    for (const [index, target] of targets.entries()) {
      if (isTaken(targetNames, index)) fault(['targets', index, 'name'], `is ${target.name}, as another target's is`);
      if (!isAllowed(target.url, allow))
        fault(
          ['targets', index, 'url'],
          `is ${target.url}; expected an address that policy.allow has the beginning of`,
        );
    }
    const ruleNames = rules.map((rule) => rule.name);
    for (const [index, { name: ruleName, target }] of rules.entries()) {
      if (isTaken(ruleNames, index)) fault(['rules', index, 'name'], `is ${ruleName}, as another rule's is`);
      if (target !== undefined && !targetNames.includes(target))
        fault(['rules', index, 'target'], `is ${target}; expected the name of one of policy.targets`);
    }
  });

/** The fields as they stand in the file. */
export const policyFields = { policy: policySchema.prefault({}) };

/** Decoded fields → options. */
export function policyOptionsOf({ policy }: { readonly policy: z.output<typeof policySchema> }): PolicyOptions {
  return {
    isDry: policy.dry_run,
    allow: policy.allow,
    targets: policy.targets,
    rules: policy.rules,
    settleSeconds: policy.settle_time,
    approvalSeconds: policy.approval_ttl,
    timeZone: policy.time_zone,
  };
}
