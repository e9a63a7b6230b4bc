/** Doors of the past. */
import { refusal, unknownName, validationFailure } from '../../../exposition/answers/common.js';
import {
  exportAnswer,
  exportQuery,
  historicalAlertsAnswer,
  historicalEnvironmentAnswer,
  historicalQuery,
  historicalServerAnswer,
  historicalSummaryAnswer,
} from '../../../exposition/answers/historical.js';
import type { Door, DoorAnswer } from '../door.js';
import { SERVER_PARAMETER } from './forecasts.js';

const TIMESTAMP = '2026-01-05T12:02:00Z';
const HEAD = { time_range: '1h', from: '2026-01-05T11:02:00Z', to: TIMESTAMP, step_seconds: 60, count: 1 };
const horizons = (prefix: string) => ({
  [`${prefix}_30m`]: 0.01,
  [`${prefix}_1h`]: 0.02,
  [`${prefix}_4h`]: 0.04,
  [`${prefix}_8h`]: 0.06,
});

const SUMMARY = {
  ...{ timestamp: TIMESTAMP, total_servers: 20, critical_count: 1, warning_count: 0, degraded_count: 1 },
  ...{ healthy_count: 18, avg_risk_score: 12.4, max_risk_score: 86.5, fleet_health: 90 },
  ...horizons('prob'),
};

const INVALID: DoorAnswer = {
  description: 'The query does not fit',
  schema: validationFailure,
  example: {
    ...{ status: 'error', message: 'Validation failed' },
    errors: ['time_range: is "2h"; expected one of 30m, 1h, 8h, 1d, 1w, 1M'],
    detail: ['time_range: is "2h"; expected one of 30m, 1h, 8h, 1d, 1w, 1M'],
  },
};

const AWAY: DoorAnswer = {
  description: 'Prometheus does not answer, or none is among the sources',
  schema: refusal,
  example: { detail: 'what Prometheus recorded cannot be read (connect ECONNREFUSED)' },
  headers: { 'Retry-After': 'Seconds to wait' },
};

const past = { method: 'get', tag: 'past', access: 'key', isLimited: true } as const;

const course = (path: string, summary: string, answer: DoorAnswer): Door => ({
  ...{ ...past, path, summary, query: historicalQuery },
  answers: { 200: answer, 422: INVALID, 503: AWAY },
});

export const HISTORICAL_DOORS: readonly Door[] = [
  course('/historical/summary', 'The fleet over time', {
    description: 'One point per moment at which a risk was recorded',
    schema: historicalSummaryAnswer,
    example: { ...HEAD, points: [SUMMARY] },
  }),
  course('/historical/environment', 'Probabilities over time', {
    description: 'One point per moment at which a risk was recorded',
    schema: historicalEnvironmentAnswer,
    example: {
      ...HEAD,
      points: [
        {
          timestamp: TIMESTAMP,
          ...{ ...horizons('prob'), ...horizons('incident_probability'), ...horizons('expected_incidents') },
          ...{ total_servers: 20, high_risk_servers: 1 },
        },
      ],
    },
  }),
  course('/historical/alerts', 'Alerts of the past', {
    description: 'The newest first',
    schema: historicalAlertsAnswer,
    example: {
      ...{ ...HEAD, truncated: false },
      alerts: [
        {
          ...{ server_name: 'ppdb001', profile: 'Database', level: 'critical', max_risk_score: 86.5 },
          ...{ started: '2026-01-05T11:32:00Z', ended: null, duration_minutes: 30 },
        },
      ],
    },
  }),
  {
    ...{ ...past, path: '/historical/server/:server', summary: 'One server over time', query: historicalQuery },
    parameters: SERVER_PARAMETER,
    answers: {
      200: {
        description: 'Its risk, probabilities and metrics',
        schema: historicalServerAnswer,
        example: {
          ...{ server_name: 'ppdb001', ...HEAD },
          points: [
            {
              ...{ timestamp: TIMESTAMP, risk_score: 86.5, level: 'critical' },
              ...{ ...horizons('incident_probability'), metrics: { mem_used_pct: 91 } },
            },
          ],
        },
      },
      404: { description: 'Nothing of such a server was recorded, and it is not there now', schema: unknownName },
      422: INVALID,
      503: AWAY,
    },
  },
  {
    ...past,
    path: '/historical/export/:table',
    summary: 'A table as a file',
    parameters: { table: { description: 'summary, environment, alerts or servers', example: 'summary' } },
    query: exportQuery,
    answers: {
      200: {
        description: 'CSV (RFC 4180), or JSON',
        types: ['application/json', 'text/csv'],
        schema: exportAnswer,
        example: { table: 'summary', ...HEAD, rows: [SUMMARY] },
      },
      404: { description: 'There is no such table', schema: unknownName },
      422: INVALID,
      503: AWAY,
    },
  },
];
