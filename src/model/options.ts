/** The model's part of the configuration: which folder, which engine, how many workers. */
import { availableParallelism } from 'node:os';
import { z } from 'zod';

export interface ModelOptions {
  /** The model's folder; relative to the working directory, else to the package. */
  readonly path: string;
  readonly engine: 'auto' | 'native' | 'wasm';
  /** Worker threads, each with an engine of its own and one core's work. */
  readonly workers: number;
}

/** The fields as they stand in the file. */
export const modelFields = {
  model: z.string().min(1).default('models/default'),
  engine: z.enum(['auto', 'native', 'wasm']).default('auto'),
  // More than four cores are seldom idle beside a Prometheus, and each worker takes 150 to 300 MB.
  workers: z
    .int()
    .min(1)
    .max(64)
    .prefault(() => Math.min(availableParallelism(), 4)),
};

const fieldsSchema = z.strictObject(modelFields);

/** Decoded fields → options. */
export function modelOptionsOf(fields: z.output<typeof fieldsSchema>): ModelOptions {
  return { path: fields.model, engine: fields.engine, workers: fields.workers };
}
