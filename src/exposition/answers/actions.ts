/** Requests to and answers of /actions and /admin/actions/*. */
import { z } from 'zod';
import { DENIAL_REASONS, FINDING_KINDS } from '../../core/action.js';
import { instant, NAMED_ANSWERS, profileKey, ratio, riskScore } from './common.js';

const actionFields = {
  id: z.string(),
  rule: z.string(),
  action: z.string(),
  server: z.string(),
  profile: profileKey,
  wanted: instant,
  finding: z.strictObject({
    kind: z.enum(FINDING_KINDS),
    metric: z.string().nullable(),
    probability: ratio,
    horizon_seconds: z.number().min(0),
    score: riskScore,
    reason: z.string(),
  }),
};

const pendingAction = z
  .strictObject(actionFields)
  .register(NAMED_ANSWERS, { id: 'PendingAction', description: 'An action that waits for a person' });

const decision = z
  .strictObject({
    ...actionFields,
    decided: instant,
    decision: z.enum(['allowed', 'denied']),
    reason: z.enum(DENIAL_REASONS).nullable(),
    message: z.string(),
    delivery: z.enum(['delivered', 'failed', 'unknown']).nullable(),
  })
  .register(NAMED_ANSWERS, { id: 'Decision', description: 'What was decided about an action, and what came of it' });

export const actionsAnswer = z
  .strictObject({
    dry_run: z.boolean(),
    unsafe: z.string().nullable().meta({ description: 'Why nothing can be sent at all' }),
    pending: z.array(pendingAction),
    decisions: z.array(decision),
  })
  .register(NAMED_ANSWERS, { id: 'Actions', description: 'What was decided of late, and what waits' });

export const unknownAction = z
  .strictObject({ detail: z.string(), pending: z.array(z.string()) })
  .register(NAMED_ANSWERS, { id: 'UnknownAction', description: 'No action of that id waits; those that do' });

const LONGEST_NAME = 200;

/** The body of approve and deny: who answers; may be empty. */
export const answerBody = z
  .object(
    {
      by: z
        .string({ error: 'expected a text' })
        .max(LONGEST_NAME, { error: `has over ${LONGEST_NAME} characters` })
        .nullish(),
    },
    { error: 'expected an object such as {"by": "NAME"}' },
  )
  .nullish();
