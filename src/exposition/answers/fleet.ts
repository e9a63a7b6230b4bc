/** Answers of /cascade/* and /anomalies. A number is null while nothing can be judged, and `message` says why. */
import { z } from 'zod';
import { ANOMALY_CATEGORIES, SEVERITIES } from '../../core/category.js';
import { count, instant, NAMED_ANSWERS, profileKey, ratio } from './common.js';

const judgement = z.enum(['ok', 'insufficient_data']);
const why = z.string().optional().meta({ description: 'With insufficient_data: why' });

const cascade = z
  .strictObject({
    score: ratio,
    suspected_origin: z.string(),
    started: instant,
    servers: z.array(
      z.strictObject({
        server: z.string(),
        profile: profileKey,
        since: instant,
        stress: z.number(),
        over_peers: z.number(),
      }),
    ),
  })
  .register(NAMED_ANSWERS, { id: 'Cascade', description: 'Servers that came under stress one after the other' });

export const cascadeStatusAnswer = z
  .strictObject({
    status: judgement,
    message: why,
    cascade_detected: z.boolean(),
    servers_with_anomalies: count,
    total_servers: count,
    anomaly_rate: ratio.nullable(),
    usual_rate: ratio.nullable(),
    correlation_score: z.number().min(-1).max(1).nullable(),
    cascades: z.array(cascade),
    timestamp: instant,
  })
  .register(NAMED_ANSWERS, { id: 'CascadeStatus', description: 'Who is under stress, and whether it spreads' });

export const cascadeHealthAnswer = z
  .strictObject({
    status: z.enum(['healthy', 'degraded', 'warning', 'critical', 'insufficient_data']),
    message: why,
    health_score: z.number().min(0).max(100).nullable(),
    cascade_detected: z.boolean(),
    servers_with_anomalies: count,
    total_servers: count,
    timestamp: instant,
  })
  .register(NAMED_ANSWERS, {
    id: 'CascadeHealth',
    description: 'Health of the fleet: healthy from 80, degraded from 60, warning from 40',
  });

const outlyingSeries = z.strictObject({
  server: z.string(),
  metric: z.string(),
  direction: z.enum(['above', 'below']),
  excess: z.number(),
  buckets_outside: count,
  buckets_judged: count,
});

const category = z.enum(ANOMALY_CATEGORIES);
const categoryState = z
  .union([
    z.strictObject({ category, status: z.literal('insufficient_data'), message: z.string() }),
    z.strictObject({
      category,
      status: z.literal('ok'),
      is_anomaly: z.boolean(),
      severity: z.enum(SEVERITIES).nullable(),
      confidence: ratio,
      recommended_action: z.string(),
      score: ratio,
      judged: count,
      outlying: count,
      usual_ratio: ratio,
      series: z.array(outlyingSeries),
    }),
  ])
  .register(NAMED_ANSWERS, { id: 'CategoryState', description: 'What the last hour of a category says' });

export const anomaliesAnswer = z
  .strictObject({ window_minutes: z.literal(60), categories: z.array(categoryState), timestamp: instant })
  .register(NAMED_ANSWERS, { id: 'Anomalies', description: 'Anomalies of whole categories of series' });
