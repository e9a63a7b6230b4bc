/** The keys of `targets:` that say what is asked and whom it is about. */
import { z } from 'zod';
import { isMetricName } from '../core/metrics.js';
import { PLACEHOLDERS, unknownPlaceholders } from '../mapping/render.js';

export const targetQueryFields = {
  /** The value of the label `metric`; its end tells the unit. */
  name: z
    .string()
    .regex(/^[a-z_][a-z0-9_]*$/, { error: 'expected a name such as queue_depth or errors_ratio' })
    .refine((name) => !isMetricName(name), { error: 'is one of the 14 metrics, which the mapping pack brings' }),
  query: z
    .string()
    .trim()
    .min(1)
    .superRefine((query, context) => {
      const [unknown] = unknownPlaceholders(query);
      if (unknown !== undefined)
        context.addIssue({
          code: 'custom',
          message: `has the unknown placeholder ${unknown}; expected ${PLACEHOLDERS.join(', ')}`,
        });
    }),
  /** The label whose value becomes the label `server`; unless given, that of the source. */
  server_label: z
    .string()
    .regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, { error: 'expected a label name such as queue' })
    .optional(),
  /** For a query that gives one series: the value of the label `server`. */
  server: z.string().min(1).optional(),
  /** A query that gives more is an error: a label too many in `by` must not flood windows and /metrics. */
  max_series: z.int().min(1).max(10_000).default(100),
};

const targetQuery = z.strictObject(targetQueryFields);

/** An extra series to be pulled. */
export type TargetOptions = z.output<typeof targetQuery> & {
  /** The pack that it comes from. */
  readonly pack?: string;
};
