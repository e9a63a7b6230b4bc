/** The answer of /api/v1/services/summary. What is not known is null, and nothing is estimated. */
import { z } from 'zod';
import { UNIT_NAMES } from '../../core/metrics.js';
import { count, instant, NAMED_ANSWERS, riskScore, serverState } from './common.js';

export const serviceSource = z
  .strictObject({
    name: z.string().meta({ description: 'The Prometheus that was asked' }),
    target: z.string().meta({ description: 'The pack that the query comes from; `target` = the configuration itself' }),
    query: z.string().meta({ description: 'PromQL of a complete bucket of five minutes' }),
    page: z.url().meta({ description: 'Where a person runs it' }),
  })
  .register(NAMED_ANSWERS, { id: 'ServiceSource', description: 'Where a figure comes from' });

const figure = z
  .strictObject({
    metric: z.string(),
    value: z.number().meta({ description: 'The newest value, at most 30 minutes old' }),
    unit: z.enum(UNIT_NAMES),
    trend_pct: z
      .number()
      .nullable()
      .meta({ description: 'Against the value an hour before, in percent of that; null where that is not known or 0' }),
    forecast: z
      .strictObject({ time: instant, p10: z.number(), p50: z.number(), p90: z.number() })
      .nullable()
      .meta({ description: 'In one hour: the median, and the interval that 8 of 10 values fall into' }),
    sources: z.array(serviceSource),
  })
  .register(NAMED_ANSWERS, { id: 'ServiceFigure', description: 'One figure of a service, queue or worker' });

export const servicesAnswer = z
  .strictObject({
    timestamp: instant,
    count,
    services: z.array(
      z.strictObject({
        name: z.string(),
        state: serverState,
        risk_score: riskScore.nullable().meta({ description: 'Null without a threshold' }),
        figures: z.array(figure).min(1),
      }),
    ),
    silent: z
      .array(z.strictObject({ metric: z.string(), message: z.string(), source: serviceSource }))
      .meta({ description: 'Targets that bring nothing now' }),
    error: z.literal('insufficient_data').optional(),
    message: z.string().optional().meta({ description: 'With `error`: why nothing can be said now' }),
  })
  .register(NAMED_ANSWERS, {
    id: 'ServicesSummary',
    description: 'Services, queues and workers: figures, trends and forecasts',
  });
