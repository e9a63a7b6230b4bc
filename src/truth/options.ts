/** Keys of `linborg.yml` that rule how forecasts are remembered and judged. */
import { z } from 'zod';
import { durationSeconds } from '../core/options.js';

export interface TruthOptions {
  /** Without, the model's own forecasts are served as they are and nothing is judged. */
  readonly isEnabled: boolean;
  /** Whether a start learns from forecasts of the last two days, made anew from the history that was read. */
  readonly isHindcasting: boolean;
  /** How often each server's forecasts are put into the ledger. */
  readonly everySeconds: number;
  /** Half-life of the trailing window of live accuracy and of the choice of who serves. */
  readonly halfLifeSeconds: number;
  /** Series in the ledger at most; further ones are served by the model, calibrated like their metric. */
  readonly maxSeries: number;
}

const truthSchema = z
  .strictObject({
    enabled: z.boolean().default(true),
    hindcast: z.boolean().default(true),
    // Twelve steps: forecasts made more often overlap so much that they teach nothing new.
    every: durationSeconds.prefault('1h'),
    half_life: durationSeconds.prefault('1d'),
    // At about 5 KB each 260 MB: ten times what 300 servers with 14 metrics need.
    max_series: z.int().min(0).default(50_000),
  })
  .superRefine((fields, context) => {
    const fault = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message });
    if (fields.every < MIN_EVERY_SECONDS || fields.every > MAX_EVERY_SECONDS)
      fault('every', `is ${fields.every} s; expected 10m to 8h, the length of a forecast`);
    if (fields.half_life < fields.every) fault('half_life', 'is shorter than every; there would be nothing to average');
  });

const MIN_EVERY_SECONDS = 600;
const MAX_EVERY_SECONDS = 28_800;

/** The fields as they stand in the file. */
export const truthFields = { truth: truthSchema.prefault({}) };

/** Decoded fields → options. */
export function truthOptionsOf(fields: { readonly truth: z.output<typeof truthSchema> }): TruthOptions {
  const { enabled, hindcast, every, half_life, max_series } = fields.truth;
  return {
    isEnabled: enabled,
    isHindcasting: hindcast,
    everySeconds: every,
    halfLifeSeconds: half_life,
    maxSeries: max_series,
  };
}
