/** The answer of /alerts/active and /alerts. */
import { z } from 'zod';
import { count, instant, NAMED_ANSWERS, profileName, riskScore } from './common.js';

export const activeAlert = z
  .strictObject({
    server_name: z.string(),
    level: z.enum(['degraded', 'warning', 'critical']),
    risk_score: riskScore,
    profile: profileName,
    message: z.string().meta({ description: 'The reason that explains most of the score' }),
    time_to_issue: z
      .number()
      .min(0)
      .nullable()
      .meta({ description: 'Seconds until the first threshold is reached at p50; null = not within 8 h' }),
  })
  .register(NAMED_ANSWERS, { id: 'ActiveAlert', description: 'A server whose level is not healthy' });

export const alertsAnswer = z
  .strictObject({
    timestamp: instant,
    count,
    alerts: z.array(activeAlert),
    error: z.literal('insufficient_data').optional(),
    message: z.string().optional().meta({ description: 'With `error`: why nothing can be said now' }),
  })
  .register(NAMED_ANSWERS, { id: 'ActiveAlerts', description: 'Alerts of the newest cycle, riskiest first' });
