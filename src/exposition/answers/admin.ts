/** Requests to and answers of /admin/*, the actions left out. */
import { z } from 'zod';
import { TRAINING_OUTCOMES, TRAINING_REASONS } from '../learning.js';
import { count, instant, NAMED_ANSWERS } from './common.js';

const created = z.string().meta({ format: 'date-time' });
const megabytes = z.number().min(0);

const knownModel = z
  .strictObject({
    name: z.string(),
    path: z.string(),
    created,
    size_mb: megabytes,
    is_current: z.boolean(),
    is_configured: z.boolean(),
  })
  .register(NAMED_ANSWERS, { id: 'KnownModel', description: 'A model that could serve' });

export const modelsAnswer = z
  .strictObject({ models: z.array(knownModel), count })
  .register(NAMED_ANSWERS, { id: 'Models', description: 'All models that could serve' });

const trial = z
  .strictObject({
    model: z.string(),
    role: z.enum(['challenger', 'former']),
    since: instant,
    gain: z.number().nullable(),
    samples: count,
  })
  .register(NAMED_ANSWERS, { id: 'Trial', description: 'Two models side by side' });

export const modelInfoAnswer = z
  .strictObject({
    model_loaded: z.boolean(),
    name: z.string().nullable(),
    path: z.string().nullable(),
    created: created.nullable(),
    parameters: count.nullable(),
    size_mb: megabytes.nullable(),
    is_configured: z.boolean().nullable(),
    trial: trial.nullable(),
  })
  .register(NAMED_ANSWERS, { id: 'ModelInfo', description: 'The model that serves' });

const reason = z.enum(TRAINING_REASONS);

const trainingRecord = z
  .strictObject({
    training_id: z.string(),
    reason,
    started: instant,
    ended: instant,
    outcome: z.enum(TRAINING_OUTCOMES),
    message: z.string(),
  })
  .register(NAMED_ANSWERS, { id: 'TrainingRecord', description: 'A training that ended' });

export const trainingStatusAnswer = z
  .strictObject({
    training_active: z.boolean(),
    training_id: z.string().nullable(),
    reason: reason.nullable(),
    phase: z.enum(['starting', 'reading', 'training', 'measuring']).nullable(),
    started: instant.nullable(),
    progress: z
      .strictObject({
        epoch: count,
        total_epochs: count,
        percent: z.int().min(0).max(100),
        eta_minutes: count.nullable(),
      })
      .nullable(),
    trial: trial.nullable(),
    next_training: z.string(),
    last_training: trainingRecord.nullable(),
  })
  .register(NAMED_ANSWERS, {
    id: 'TrainingStatus',
    description: 'The training under way, and what the next waits for',
  });

export const trainingStatsAnswer = z
  .strictObject({
    total_trainings: count,
    outcomes: z.partialRecord(z.enum(TRAINING_OUTCOMES), count),
    mean_duration_minutes: z.number().min(0).nullable(),
    trainings: z.array(trainingRecord),
  })
  .register(NAMED_ANSWERS, { id: 'TrainingStats', description: 'The trainings so far' });

export const wishDone = z
  .strictObject({ status: z.literal('success'), message: z.string(), training_id: z.string().optional() })
  .register(NAMED_ANSWERS, { id: 'Done', description: 'It was done' });

export const wishRefused = z
  .strictObject({ status: z.literal('error'), message: z.string(), detail: z.string() })
  .register(NAMED_ANSWERS, { id: 'Refused', description: 'It does not fit what is going on' });

export const unknownModel = z
  .strictObject({ detail: z.string(), models: z.array(z.string()) })
  .register(NAMED_ANSWERS, { id: 'UnknownModel', description: 'No model has that name; those that there are' });

const modelName = z
  .string({ error: 'expected the name of a model, see /admin/models' })
  .min(1, { error: 'is empty; expected the name of a model, see /admin/models' });

/** The query of /admin/reload-model. */
export const reloadQuery = z.object({ model: modelName.optional() });

/** The body of /admin/reload-model; empty = the model of the configuration. */
export const reloadBody = z
  .object({ model: modelName.nullish() }, { error: 'expected an object such as {"model": "NAME"}' })
  .nullish();
