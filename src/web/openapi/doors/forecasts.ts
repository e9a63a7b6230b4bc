/** Doors of risks and forecasts. */
import { HORIZON_STEPS } from '../../../core/flow.js';
import { alertsAnswer } from '../../../exposition/answers/alerts.js';
import { refusal, unknownName } from '../../../exposition/answers/common.js';
import { explanationAnswer } from '../../../exposition/answers/explanation.js';
import { currentAnswer, flatAnswer, oneAnswer } from '../../../exposition/answers/predictions.js';
import { servicesAnswer } from '../../../exposition/answers/services.js';
import { isoTime } from '../../../exposition/json/timestamp.js';
import type { Door, DoorAnswer } from '../door.js';

/** 2026-01-05 12:02 UTC. */
const AT = Date.UTC(2026, 0, 5, 12, 2) / 1000;
const STEP_SECONDS = 300;
const steps = <T>(of: (step: number) => T): T[] => Array.from({ length: HORIZON_STEPS }, (_, i) => of(i + 1));
const rising = (from: number) => steps((step) => Math.round(10 * (from + step / 4)) / 10);

const probability = { '30m': 0.11, '1h': 0.22, '4h': 0.43, '8h': 0.86 };
const memory = { metric: 'mem_used_pct', threshold: 95, direction: 'above' };
const reason = 'mem_used_pct 91 reaches 95 in 1 h 50 min (p50)';
const timestamps = steps((step) => isoTime(AT - 120 + step * STEP_SECONDS));

const SERVER = {
  server_name: 'ppdb001',
  profile: 'Database',
  profile_origin: 'name',
  state: 'ok',
  risk_score: 86.5,
  color: 'red',
  color_since: '2026-01-05T11:32:00Z',
  alert: { level: 'critical', score: 86.5, color: '#d93025', emoji: '🔴', label: '🔴 Critical' },
  incident_probability: probability,
  thresholds: [{ ...memory, sustained_seconds: 900, breached: false, incident_probability: probability }],
  reasons: [{ metric: 'mem_used_pct', points: 86.5, reason, trend_per_hour: 2.25 }],
  time_to_threshold: [{ ...memory, seconds: { p10: null, p50: 6600, p90: 3300 } }],
  display_metrics: { memory: { current: 91, predicted: 91.9, delta: 0.9, unit: '%', trend: 'increasing' } },
  mem_used_pct: { current: 91, p10: rising(89), p50: rising(91), p90: rising(93), trend: 'increasing' },
  forecast: { cpu_pct: [], mem_pct: rising(91), timestamps },
};

const ALERT = {
  server_name: 'ppdb001',
  level: 'critical',
  risk_score: 86.5,
  profile: 'Database',
  message: reason,
  time_to_issue: 6600,
};

const means = (prefix: string) =>
  Object.fromEntries(Object.entries(probability).map(([horizon, value]) => [`${prefix}_${horizon}`, value]));

const CURRENT = {
  predictions: { ppdb001: SERVER },
  subjects: {},
  summary: {
    ...{ total_servers: 1, total: 1, critical: 1, warning: 0, degraded: 0, healthy: 0 },
    ...{ critical_count: 1, warning_count: 0, degraded_count: 0, healthy_count: 0 },
    ...{ avg_risk_score: 86.5, max_risk_score: 86.5, fleet_health: 0 },
    ...means('prob'),
    ...{ top_5_risks: ['ppdb001'], top_10_risks: ['ppdb001'], top_20_risks: ['ppdb001'] },
  },
  alerts: [ALERT],
  environment: {
    ...means('prob'),
    ...means('incident_probability'),
    ...means('expected_incidents'),
    ...{ total_servers: 1, high_risk_servers: 1 },
  },
  timestamp: isoTime(AT),
};

const EXPLANATION = {
  server_name: 'ppdb001',
  profile: 'Database',
  prediction: {
    ...{ risk_score: 86.5, alert_level: 'critical', color: 'red', color_since: '2026-01-05T11:32:00Z' },
    incident_probability: probability,
  },
  shap: {
    method: 'exact_shapley',
    unit: 'points of the risk score',
    top_features: [{ feature: 'mem_used_pct', importance: 1, stars: '★★★★★', points: 86.5 }],
  },
  reasons: [],
  attention: { focus_periods: [], analysis: 'Attention is spread evenly over the last 24 hours' },
  variable_selection: [],
  counterfactuals: [],
  timestamp: isoTime(AT),
};

const SOURCE = {
  ...{ name: 'prometheus http://localhost:9090', target: 'celery' },
  query: 'max by (queue) (label_replace(redis_key_size{}, "queue", "$1", "key", "(.+)"))',
  page: 'http://localhost:9090/graph?g0.expr=redis_key_size&g0.tab=1',
};
const SERVICES = {
  timestamp: isoTime(AT),
  count: 1,
  services: [
    {
      ...{ name: 'high_priority', state: 'ok', risk_score: null },
      figures: [
        {
          ...{ metric: 'queue_depth', value: 42, unit: 'count', trend_pct: 16.67 },
          forecast: { time: isoTime(AT + 3600), p10: 31, p50: 47, p90: 70 },
          sources: [SOURCE],
        },
      ],
    },
  ],
  silent: [{ metric: 'worker_cpu_cores', message: 'the query is answered with nothing', source: SOURCE }],
};

export const SERVER_PARAMETER = {
  server: { description: 'Name of a server, or of a subject of extra targets', example: 'ppdb001' },
};

export const UNKNOWN_SERVER: DoorAnswer = {
  description: 'There is no such server',
  schema: unknownName,
  example: { detail: 'unknown server "ppdb01"', closest: ['ppdb001'] },
};

const ALERTS: Omit<Door, 'path' | 'summary'> = {
  method: 'get',
  tag: 'forecasts',
  access: 'key',
  isLimited: true,
  answers: {
    200: {
      description: 'The alerts',
      schema: alertsAnswer,
      example: { timestamp: isoTime(AT), count: 1, alerts: [ALERT] },
    },
  },
};

export const FORECAST_DOORS: readonly Door[] = [
  {
    method: 'get',
    path: '/predictions/current',
    tag: 'forecasts',
    summary: 'Risks and forecasts of all servers',
    access: 'key',
    isLimited: true,
    answers: {
      200: { description: 'The newest cycle, or why there is none', schema: currentAnswer, example: CURRENT },
    },
  },
  {
    method: 'get',
    path: '/predictions/:server',
    tag: 'forecasts',
    summary: 'Risk and forecasts of one server',
    access: 'key',
    isLimited: true,
    parameters: SERVER_PARAMETER,
    answers: {
      200: {
        description: 'Its risk and forecasts, or why it has none',
        schema: oneAnswer,
        example: { ...SERVER, timestamps, timestamp: isoTime(AT) },
      },
      404: UNKNOWN_SERVER,
    },
  },
  {
    method: 'get',
    path: '/api/v1/metrics/predictions',
    tag: 'forecasts',
    summary: 'The same forecasts as a flat list',
    access: 'key',
    isLimited: true,
    answers: {
      200: {
        description: 'One row per server, metric and horizon',
        schema: flatAnswer,
        example: {
          timestamp: isoTime(AT),
          predictions: [{ server: 'ppdb001', metric: 'mem_used_pct', horizon: '1h', p10: 92, p50: 94, p90: 96 }],
          subjects: [],
        },
      },
    },
  },
  {
    method: 'get',
    path: '/api/v1/services/summary',
    tag: 'forecasts',
    summary: 'Services, queues and workers: figures of extra targets with trend and forecast',
    access: 'key',
    isLimited: true,
    answers: {
      200: {
        description: 'The figures of the newest cycle, or why there are none',
        schema: servicesAnswer,
        example: SERVICES,
      },
    },
  },
  { ...ALERTS, path: '/alerts/active', summary: 'Servers whose level is not healthy' },
  { ...ALERTS, path: '/alerts', summary: 'Another name of /alerts/active' },
  {
    method: 'get',
    path: '/explain/:server',
    tag: 'forecasts',
    summary: 'Why a server has its risk, and what would change it',
    access: 'key',
    isLimited: true,
    parameters: SERVER_PARAMETER,
    answers: {
      200: { description: 'The explanation, or why there is none', schema: explanationAnswer, example: EXPLANATION },
      404: UNKNOWN_SERVER,
      503: {
        description: 'Another explanation is being computed, or the newest cycle gives it no risk',
        schema: refusal,
        example: { detail: 'another explanation is being computed' },
        headers: { 'Retry-After': 'Seconds to wait' },
      },
    },
  },
];
