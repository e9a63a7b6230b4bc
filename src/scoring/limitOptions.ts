/** How limits are written, other than as a plain number. */
import { z } from 'zod';
import { durationSeconds } from '../core/options.js';

const sustained = durationSeconds.optional();
export const fixedLimit = z.strictObject({ value: z.number(), sustained });
export const ownLimit = z.strictObject({
  times_own_p99: z.number().min(1),
  at_least: z.number().positive(),
  sustained,
});
