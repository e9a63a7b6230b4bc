/** Requests to and answers of /historical/*. */
import { z } from 'zod';
import { ALERT_LEVELS } from '../../core/flow.js';
import { TIME_RANGES } from '../historical/timeRange.js';
import { count, instant, NAMED_ANSWERS, perHorizon, profileName, ratio, riskScore } from './common.js';

const timeRange = z
  .enum(TIME_RANGES, {
    error: ({ input }) => `is ${JSON.stringify(input)}; expected one of ${TIME_RANGES.join(', ')}`,
  })
  .meta({ description: 'How far back; M is a month of 30 days' });

/** The query of all of them. */
export const historicalQuery = z.object({ time_range: timeRange.default('1h') });

/** The query of an export. */
export const exportQuery = z.object({
  time_range: timeRange.default('1h'),
  format: z
    .enum(['csv', 'json'], { error: ({ input }) => `is ${JSON.stringify(input)}; expected csv or json` })
    .default('csv'),
});

const probability = ratio.nullable();
const level = z.enum(ALERT_LEVELS);

export const summaryRow = z
  .strictObject({
    timestamp: instant,
    total_servers: count,
    critical_count: count,
    warning_count: count,
    degraded_count: count,
    healthy_count: count,
    avg_risk_score: riskScore.nullable(),
    max_risk_score: riskScore
      .nullable()
      .meta({ description: 'Since the moment before, if that is over 5 minutes ago' }),
    fleet_health: z.number().min(0).max(100),
    ...perHorizon((name) => `prob_${name}` as const, probability),
  })
  .register(NAMED_ANSWERS, { id: 'HistoricalSummaryRow', description: 'The fleet at one moment' });

export const environmentRow = z
  .strictObject({
    timestamp: instant,
    ...perHorizon((name) => `prob_${name}` as const, probability),
    ...perHorizon((name) => `incident_probability_${name}` as const, probability),
    ...perHorizon((name) => `expected_incidents_${name}` as const, z.number().min(0).nullable()),
    total_servers: count,
    high_risk_servers: count,
  })
  .register(NAMED_ANSWERS, { id: 'HistoricalEnvironmentRow', description: 'Probabilities at one moment' });

export const alertRow = z
  .strictObject({
    server_name: z.string(),
    profile: profileName,
    level: level.exclude(['healthy']).meta({ description: 'By the highest score' }),
    max_risk_score: riskScore,
    started: instant,
    ended: instant.nullable().meta({ description: 'null = it goes on' }),
    duration_minutes: count,
  })
  .register(NAMED_ANSWERS, {
    id: 'HistoricalAlert',
    description: 'A stretch of time in which the risk of a server was at least degraded, to the step of the answer',
  });

export const riskRow = z
  .strictObject({
    timestamp: instant,
    server_name: z.string(),
    profile: profileName,
    risk_score: riskScore,
    level,
  })
  .register(NAMED_ANSWERS, { id: 'HistoricalRisk', description: 'The risk of a server at one moment' });

const serverPoint = z
  .strictObject({
    timestamp: instant,
    risk_score: riskScore.nullable(),
    level: level.nullable(),
    ...perHorizon((name) => `incident_probability_${name}` as const, probability),
    metrics: z.record(z.string(), z.number()).meta({ description: 'As linborg read them, in their own units' }),
  })
  .register(NAMED_ANSWERS, { id: 'HistoricalServerPoint', description: 'A server at one moment' });

const spanFields = {
  time_range: timeRange,
  from: instant,
  to: instant,
  step_seconds: count,
  count: count.meta({ description: 'Rows in this answer' }),
  message: z.string().optional().meta({ description: 'Why there are none' }),
};

export const historicalSummaryAnswer = z
  .strictObject({ ...spanFields, points: z.array(summaryRow) })
  .register(NAMED_ANSWERS, { id: 'HistoricalSummary', description: 'The fleet over time' });

export const historicalEnvironmentAnswer = z
  .strictObject({ ...spanFields, points: z.array(environmentRow) })
  .register(NAMED_ANSWERS, { id: 'HistoricalEnvironment', description: 'Probabilities over time' });

export const historicalAlertsAnswer = z
  .strictObject({
    ...spanFields,
    truncated: z.boolean().meta({ description: 'Whether older alerts were left out' }),
    alerts: z.array(alertRow),
  })
  .register(NAMED_ANSWERS, { id: 'HistoricalAlerts', description: 'Alerts of the past, newest first' });

export const historicalServerAnswer = z
  .strictObject({ server_name: z.string(), ...spanFields, points: z.array(serverPoint) })
  .register(NAMED_ANSWERS, { id: 'HistoricalServer', description: 'One server over time' });

export const exportAnswer = z
  .strictObject({
    table: z.string(),
    ...spanFields,
    rows: z.union([z.array(summaryRow), z.array(environmentRow), z.array(alertRow), z.array(riskRow)]),
  })
  .register(NAMED_ANSWERS, { id: 'HistoricalExport', description: 'The rows of one table' });
