/** Parts that the answers of the JSON doors share. Schemas here say what is sent; the OpenAPI document is made from them. */
import { z } from 'zod';
import { HORIZON_STEPS, RISK_HORIZONS, type RiskHorizon, SERVER_STATES } from '../../core/flow.js';
import { PROFILE_DISPLAY_NAMES, type Profile } from '../../core/profiles.js';

/** Schemas that the OpenAPI document calls by name. */
export const NAMED_ANSWERS = z.registry<{ id: string; description: string }>();

export const instant = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
  .meta({ format: 'date-time', description: 'UTC, whole seconds' });

export const ratio = z.number().min(0).max(1);
export const count = z.int().min(0);
export const riskScore = z.number().min(0).max(100).meta({ description: 'Risk, 0–100' });
export const serverState = z.enum(SERVER_STATES);

export const profileName = z
  .enum(Object.values(PROFILE_DISPLAY_NAMES) as [string, ...string[]])
  .meta({ description: 'Display name of the profile' });
export const profileKey = z.enum(Object.keys(PROFILE_DISPLAY_NAMES) as [Profile, ...Profile[]]);

/** One field per horizon, its key made from the horizon's name. */
export function perHorizon<Key extends string, Value extends z.ZodType>(
  keyOf: (name: RiskHorizon) => Key,
  value: Value,
): Record<Key, Value> {
  return Object.fromEntries(RISK_HORIZONS.map(({ name }) => [keyOf(name), value])) as Record<Key, Value>;
}

export const byHorizon = z
  .strictObject(perHorizon((name) => name, ratio))
  .register(NAMED_ANSWERS, { id: 'ByHorizon', description: 'Probability of a new breach within the horizon, 0–1' });

export const path = z
  .array(z.number().nullable())
  .length(HORIZON_STEPS)
  .meta({ description: '96 steps of 5 minutes, all in the future; null beyond the forecast' });
export const stepTimes = z.array(instant).length(HORIZON_STEPS);

export const refusal = z
  .strictObject({ detail: z.string() })
  .register(NAMED_ANSWERS, { id: 'Refusal', description: 'Why the request was not answered' });

export const unknownName = z
  .strictObject({ detail: z.string(), closest: z.array(z.string()).max(5) })
  .register(NAMED_ANSWERS, {
    id: 'UnknownName',
    description: 'There is no such thing; the closest names that there are',
  });

export const validationFailure = z
  .strictObject({
    status: z.literal('error'),
    message: z.literal('Validation failed'),
    errors: z.array(z.string()).min(1),
    detail: z.array(z.string()).min(1),
  })
  .register(NAMED_ANSWERS, {
    id: 'ValidationFailure',
    description: 'What is wrong with the request; `detail` repeats `errors` for clients that look there',
  });

export const insufficientData = z
  .strictObject({
    error: z.literal('insufficient_data'),
    message: z.string(),
    predictions: z.strictObject({}),
    server_name: z.string().optional(),
    state: serverState.optional(),
    last_sample: instant.nullable().optional(),
    timestamp: instant.optional(),
  })
  .register(NAMED_ANSWERS, { id: 'InsufficientData', description: 'There is no forecast yet, or no fresh one' });
