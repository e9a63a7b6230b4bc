/** What the policy remembers from cycle to cycle and over restarts: bounded, and plain enough for a file. */
import { z } from 'zod';
import { ACTION_KINDS, type Action, type ActionKind, DENIAL_REASONS, FINDING_KINDS } from '../core/action.js';
import { PROFILES } from '../core/profiles.js';
import type { PolicyOptions } from './options.js';

/** What is known of an action however long ago it was. */
const identity = {
  id: z.string(),
  rule: z.string(),
  kind: z.enum(ACTION_KINDS),
  /** The kind, or the name of a custom action. */
  name: z.string(),
  server: z.string(),
  profile: z.enum(PROFILES),
  /** Epoch seconds. */
  at: z.number(),
};

const recordSchema = z.strictObject({
  ...identity,
  /** It was only written down that it would have been taken. */
  isDry: z.boolean(),
  delivery: z.enum(['none', 'sending', 'delivered', 'failed', 'unknown']),
});

const findingSchema = z.strictObject({
  server: z.string(),
  profile: z.enum(PROFILES),
  kind: z.enum(FINDING_KINDS),
  metric: z.string().optional(),
  probability: z.number(),
  horizonSeconds: z.number(),
  score: z.number(),
  reason: z.string(),
  at: z.number(),
});

const actionSchema = z.strictObject({
  ...identity,
  parameters: z.record(z.string(), z.string()),
  finding: findingSchema,
}) satisfies z.ZodType<Action>;

/** Checks a state that was read from a file. */
export const policyStateSchema = z.strictObject({
  format: z.literal(1),
  /** Actions that were allowed, or would have been; oldest first. */
  records: z.array(recordSchema).readonly(),
  /** Actions that wait for a person, oldest first. */
  pending: z.array(actionSchema).readonly(),
  /** What persons declined; the same is not asked again before `until` (epoch seconds). */
  declined: z.array(z.strictObject({ rule: z.string(), server: z.string(), until: z.number() })).readonly(),
  /** The last denial of each rule and server that was told. */
  told: z
    .array(z.strictObject({ rule: z.string(), server: z.string(), reason: z.enum(DENIAL_REASONS), at: z.number() }))
    .readonly(),
});

export type PolicyState = z.output<typeof policyStateSchema>;
export type ActionRecord = PolicyState['records'][number];

export const EMPTY_POLICY_STATE: PolicyState = { format: 1, records: [], pending: [], declined: [], told: [] };

/** Actions that guards may ask for are never forgotten: with so many, further ones are denied instead. */
export const MAX_RECORDS = 10_000;
/** Actions that only trainings ask for. */
const MAX_SPANS = 5000;
/** Actions that wait for a person at most. */
export const MAX_PENDING = 100;
/** A denial that goes on is told again after this long. */
const TOLD_AGAIN_SECONDS = 3600;
const MAX_TOLD = 20_000;
/** Longer than the longest history that a training reads. */
const SPAN_MEMORY_SECONDS = 400 * 86_400;

/** Tells whether an action changes something on the server. */
export function touchesServer(kind: ActionKind): boolean {
  return kind !== 'notify';
}

/** Without what no guard, no training and no repetition will ask for again. */
export function pruneState(state: PolicyState, options: PolicyOptions, now: number): PolicyState {
  const guarding = guardingRecords(state, options, now);
  const isGuarding = new Set(guarding);
  const spans = state.records.filter(
    (record) =>
      !isGuarding.has(record) && !record.isDry && touchesServer(record.kind) && now - record.at < SPAN_MEMORY_SECONDS,
  );
  return {
    format: 1,
    records: [...spans.slice(-MAX_SPANS), ...guarding],
    pending: state.pending,
    declined: state.declined.filter(({ until }) => now < until),
    told: state.told.filter(({ at }) => now - at < TOLD_AGAIN_SECONDS).slice(-MAX_TOLD),
  };
}

/** Those that any guard of any rule may ask for. */
export function guardingRecords({ records }: PolicyState, options: PolicyOptions, now: number): ActionRecord[] {
  const { rules, settleSeconds } = options;
  const memorySeconds = Math.max(
    settleSeconds,
    ...rules.flatMap(({ cooldownSeconds, rate }) => [cooldownSeconds, rate.perSeconds]),
  );
  return records.filter(({ at }) => now - at < memorySeconds);
}
