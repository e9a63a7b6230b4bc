/** `learning.json`: which model serves, what is on trial, how the trainings went. All else is rebuilt at start. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { ModelError, WriteError } from '../../core/errors.js';
import { TRAINING_OUTCOMES, TRAINING_REASONS } from '../../exposition/learning.js';
import { readIfThere } from '../../files/ifThere.js';
import { writeWhole } from '../../files/wholeFile.js';

const record = z.strictObject({
  id: z.string(),
  reason: z.enum(TRAINING_REASONS),
  startedAt: z.number(),
  endedAt: z.number(),
  outcome: z.enum(TRAINING_OUTCOMES),
  message: z.string(),
});

const trial = z.strictObject({
  /** The name of a trained model; null = the model of the configuration. */
  model: z.string().nullable(),
  role: z.enum(['challenger', 'former']),
  /** The training that it is about. */
  training: z.string(),
  evidence: z.strictObject({
    startedAt: z.number(),
    looks: z.int().min(0),
    /** Absent before the first look, and in files from before it was kept. */
    lookedAt: z.number().optional(),
    blocks: z.array(
      z.strictObject({
        block: z.int(),
        champion: z.number().min(0),
        challenger: z.number().min(0),
        pairs: z.int().min(0),
      }),
    ),
  }),
});

const stateSchema = z.strictObject({
  format: z.literal(1),
  /** Weights of the configured model that all of this started from: with another one it is void. */
  configured: z.string(),
  /** The name of the trained model that serves; null = the model of the configuration. */
  serving: z.string().nullable(),
  trial: trial.nullable(),
  /** Oldest first. */
  records: z.array(record),
});

export type LearningState = z.output<typeof stateSchema>;
export type TrialState = NonNullable<LearningState['trial']>;

/** Trainings that are remembered: a year of weekly ones. */
const REMEMBERED_RECORDS = 52;

/** Nothing was learnt yet on the model whose weights have this SHA-256. */
export function emptyState(configured: string): LearningState {
  return { format: 1, configured, serving: null, trial: null, records: [] };
}

/** The state of a file; undefined if there is none. Throws ModelError for a file that cannot be understood. */
export async function readState(path: string): Promise<LearningState | undefined> {
  try {
    const text = await readIfThere(path);
    return text === undefined ? undefined : stateSchema.parse(JSON.parse(text));
  } catch (cause) {
    const reason = cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message;
    throw new ModelError(`${path} cannot be used (${reason}); remove it to silence this`, { cause });
  }
}

/** Writes the file in one piece. Throws WriteError if it cannot be. */
export async function writeState(path: string, state: LearningState): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
  } catch (cause) {
    throw new WriteError(`cannot make ${dirname(path)} (${(cause as Error).message}); set data_dir to another folder`, {
      cause,
    });
  }
  const records = state.records.slice(-REMEMBERED_RECORDS);
  await writeWhole(path, `${JSON.stringify({ ...state, records }, undefined, 2)}\n`);
}
