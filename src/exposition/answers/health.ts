/** Answers of /health and /status. */
import { z } from 'zod';
import { count, instant, NAMED_ANSWERS } from './common.js';

const healthFields = {
  status: z.enum(['healthy', 'unhealthy']).meta({ description: 'unhealthy: no cycle succeeded for three intervals' }),
  service: z.literal('linborg'),
  running: z.literal(true),
  servers_tracked: count,
  servers_warmed_up: count,
  predictions_active: z.boolean(),
  last_update: instant.nullable(),
};

export const healthAnswer = z
  .strictObject(healthFields)
  .register(NAMED_ANSWERS, { id: 'Health', description: 'How linborg is; a 503 has the same fields' });

const warmup = z.strictObject({
  is_warmed_up: z.boolean(),
  progress_percent: z.int().min(0).max(100),
  threshold: count.meta({ description: 'Records that a server needs' }),
  current_size: count,
  required_size: count,
  message: z.string(),
});

export const statusAnswer = z
  .strictObject({
    ...healthFields,
    model_loaded: z.boolean(),
    model_path: z.string().nullable(),
    rolling_window_size: count.meta({ description: 'Five-minute records in the windows' }),
    tick_count: count.meta({ description: 'Cycles since the start' }),
    total_records_received: count.meta({ description: 'Samples since the start' }),
    last_prediction: instant.nullable(),
    uptime_seconds: count,
    warmup_complete: z.boolean(),
    warmup,
  })
  .register(NAMED_ANSWERS, { id: 'Status', description: 'Health, and the window, the model and the warm-up' });
