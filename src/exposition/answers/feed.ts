/** What POST /feed/data and GET /debug/warmup answer. */
import { z } from 'zod';
import { count, instant, NAMED_ANSWERS } from './common.js';

const accepted = z.strictObject({
  status: z.enum(['accepted', 'warming_up']),
  accepted: count,
  rejected: count.meta({ description: 'Faulty records that were left out; 0 unless push.validation is lenient' }),
  records_received: count,
  dropped_too_old: count.meta({ description: 'Records older than the window: neither accepted nor rejected' }),
  warning_count: count.meta({ description: 'Records whose uptime_days was cut to 365' }),
  errors: z.array(z.string()).optional().meta({ description: 'What was wrong with the rejected ones' }),
  tick: count.meta({ description: 'Batches accepted since the start' }),
  rolling_window_size: count.meta({ description: 'Records of all servers in the window' }),
  window_size: count,
  servers_tracked: count,
  servers_ready: count,
  warmup_complete: z.boolean(),
  progress: z.string().optional().meta({ description: 'How far the servers are, while they warm up' }),
});

export type FeedAccepted = z.infer<typeof accepted>;

const ignored = z.strictObject({ status: z.literal('ignored'), reason: z.literal('empty batch') });

export const feedAnswer = z.union([accepted, ignored]).register(NAMED_ANSWERS, {
  id: 'FeedAnswer',
  description: 'The good records of the batch were taken, or there was none in it',
});

const serverWarmup = z.strictObject({
  server: z.string(),
  records: count,
  required: count,
  percent: z.int().min(0).max(100),
  ready: z.boolean(),
  source: z.enum(['push', 'prometheus']),
  since: instant.nullable().meta({ description: 'Time of the oldest record; null where there is none' }),
});

export type ServerWarmup = z.infer<typeof serverWarmup>;

export const warmupAnswer = z
  .strictObject({
    warmup_complete: z.boolean(),
    servers_tracked: count,
    servers_ready: count,
    servers: z.array(serverWarmup),
  })
  .register(NAMED_ANSWERS, { id: 'Warmup', description: 'How far each server is from its first forecast, by name' });
