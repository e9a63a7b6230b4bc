/** What POST /feed/data answers. */
import { z } from 'zod';

const count = z.int().min(0);

/** 200: all of the batch that is good is on disk. */
export const feedAcceptedSchema = z
  .object({
    status: z.enum(['accepted', 'warming_up']),
    accepted: count,
    rejected: count.meta({ description: 'Faulty records that were left out; 0 unless push.validation is lenient.' }),
    records_received: count,
    dropped_too_old: count.meta({ description: 'Records older than the window: neither accepted nor rejected.' }),
    warning_count: count.meta({ description: 'Records whose uptime_days was cut to 365.' }),
    errors: z.array(z.string()).optional().meta({ description: 'What was wrong with the rejected ones.' }),
    tick: count.meta({ description: 'Batches accepted since the start.' }),
    rolling_window_size: count.meta({ description: 'Records of all servers in the window.' }),
    window_size: count,
    servers_tracked: count,
    servers_ready: count,
    warmup_complete: z.boolean(),
    progress: z.string().optional().meta({ description: 'How far the servers are, while they warm up.' }),
  })
  .meta({ id: 'FeedAccepted' });

export type FeedAccepted = z.infer<typeof feedAcceptedSchema>;

/** 200: there was nothing in it. */
export const feedIgnoredSchema = z
  .object({ status: z.literal('ignored'), reason: z.literal('empty batch') })
  .meta({ id: 'FeedIgnored' });

/** 422: nothing of the batch was taken. */
export const validationFailedSchema = z
  .object({
    status: z.literal('error'),
    message: z.literal('Validation failed'),
    errors: z.array(z.string()),
    detail: z.array(z.string()).meta({ description: 'The same, each with where it is.' }),
  })
  .meta({ id: 'ValidationFailed' });
