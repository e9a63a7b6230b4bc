/** Answers of /predictions/* and /api/v1/metrics/predictions. */
import { z } from 'zod';
import { ALERT_LEVELS, RISK_COLORS } from '../../core/flow.js';
import { PROFILE_ORIGINS } from '../../core/profiles.js';
import { activeAlert } from './alerts.js';
import {
  byHorizon,
  count,
  instant,
  insufficientData,
  NAMED_ANSWERS,
  path,
  perHorizon,
  profileName,
  ratio,
  riskScore,
  serverState,
  stepTimes,
} from './common.js';

const trend = z.enum(['increasing', 'decreasing', 'stable']).nullable();
const direction = z.enum(['above', 'below']);
const seconds = z.number().min(0).nullable();

const metricPath = z
  .strictObject({ current: z.number().nullable(), p10: path, p50: path, p90: path, trend })
  .register(NAMED_ANSWERS, {
    id: 'MetricPath',
    description: 'A metric now and over the next 8 hours, in its own unit',
  });

const displayMetric = z
  .strictObject({
    current: z.number(),
    predicted: z.number().meta({ description: 'Mean of the next 30 minutes' }),
    delta: z.number(),
    unit: z.string(),
    trend: trend.unwrap(),
  })
  .register(NAMED_ANSWERS, { id: 'DisplayMetric', description: 'A metric as the older dashboards draw it' });

const alert = z
  .strictObject({
    level: z.enum(ALERT_LEVELS),
    score: riskScore,
    color: z.string().regex(/^#[0-9a-f]{6}$/),
    emoji: z.string(),
    label: z.string(),
  })
  .register(NAMED_ANSWERS, {
    id: 'Alert',
    description: 'Level of the older dashboards: critical from 80, warning from 60, degraded from 50',
  });

const riskFields = {
  risk_score: riskScore,
  color: z.enum(RISK_COLORS).meta({ description: 'green below 30, yellow to 70, red above; held steady' }),
  color_since: instant.nullable(),
  alert,
  incident_probability: byHorizon,
  thresholds: z.array(
    z.strictObject({
      metric: z.string(),
      threshold: z.number(),
      direction,
      sustained_seconds: z.number(),
      breached: z.boolean(),
      incident_probability: byHorizon.nullable(),
    }),
  ),
  reasons: z.array(
    z.strictObject({
      metric: z.string(),
      points: z.number(),
      reason: z.string(),
      trend_per_hour: z.number().nullable(),
    }),
  ),
  time_to_threshold: z.array(
    z.strictObject({
      metric: z.string(),
      threshold: z.number(),
      direction,
      seconds: z.strictObject({ p10: seconds, p50: seconds, p90: seconds }),
    }),
  ),
};

const serverFields = {
  server_name: z.string(),
  profile: profileName,
  profile_origin: z.enum(PROFILE_ORIGINS).nullable().meta({ description: 'What told the profile' }),
  state: serverState,
  ...riskFields,
  display_metrics: z.record(z.string(), displayMetric),
  forecast: z.strictObject({
    cpu_pct: z.union([path, z.tuple([])]).meta({ description: '100 − idle; empty without cpu_idle_pct' }),
    mem_pct: z.union([path, z.tuple([])]),
    timestamps: stepTimes,
  }),
};

const serverPrediction = z.object(serverFields).catchall(metricPath).register(NAMED_ANSWERS, {
  id: 'ServerPrediction',
  description: 'Risk and forecasts of a server; each further field is a metric by its name',
});

const serverAnswer = z
  .object({ ...serverFields, timestamps: stepTimes, timestamp: instant })
  .catchall(metricPath)
  .register(NAMED_ANSWERS, { id: 'ServerAnswer', description: 'ServerPrediction with the times of its steps' });

const subjectFields = {
  subject: z.string(),
  state: serverState,
  metrics: z.record(z.string(), metricPath),
  timestamps: stepTimes,
};
const subjectPrediction = z
  .union([
    z.strictObject({ ...subjectFields, risk_score: z.null() }),
    z.strictObject({ ...subjectFields, ...riskFields }),
  ])
  .register(NAMED_ANSWERS, {
    id: 'SubjectPrediction',
    description: 'What an extra target is about that is no server; without a threshold it has no risk',
  });

export const subjectAnswer = z
  .union([
    z.strictObject({ ...subjectFields, timestamp: instant, risk_score: z.null() }),
    z.strictObject({ ...subjectFields, timestamp: instant, ...riskFields }),
  ])
  .register(NAMED_ANSWERS, { id: 'SubjectAnswer', description: 'SubjectPrediction and when it was made' });

export const oneAnswer = z.union([serverAnswer, subjectAnswer, insufficientData]).register(NAMED_ANSWERS, {
  id: 'OnePrediction',
  description: 'A server, a subject of extra targets, or why it has no forecast',
});

const meanProbability = ratio.nullable();
const top = (most: number) => z.array(z.string()).max(most);

const summary = z
  .strictObject({
    total_servers: count,
    total: count,
    critical: count,
    warning: count,
    degraded: count,
    healthy: count,
    critical_count: count,
    warning_count: count,
    degraded_count: count,
    healthy_count: count,
    avg_risk_score: riskScore.nullable(),
    max_risk_score: riskScore.nullable(),
    fleet_health: z
      .number()
      .min(0)
      .max(100)
      .nullable()
      .meta({ description: 'Percent of the servers that are healthy' }),
    ...perHorizon((name) => `prob_${name}` as const, meanProbability),
    top_5_risks: top(5),
    top_10_risks: top(10),
    top_20_risks: top(20),
  })
  .register(NAMED_ANSWERS, { id: 'FleetSummary', description: 'Servers that have a risk, counted and ranked' });

const environment = z
  .strictObject({
    ...perHorizon((name) => `prob_${name}` as const, meanProbability),
    ...perHorizon((name) => `incident_probability_${name}` as const, meanProbability),
    ...perHorizon((name) => `expected_incidents_${name}` as const, z.number().min(0).nullable()),
    total_servers: count,
    high_risk_servers: count,
  })
  .register(NAMED_ANSWERS, {
    id: 'Environment',
    description: 'The fleet as a whole: mean probability of a new breach, and how many servers that makes',
  });

const currentPredictions = z
  .strictObject({
    predictions: z.record(z.string(), serverPrediction),
    subjects: z.record(z.string(), subjectPrediction),
    summary,
    alerts: z.array(activeAlert),
    environment,
    timestamp: instant,
  })
  .register(NAMED_ANSWERS, { id: 'CurrentPredictions', description: 'The newest cycle' });

export const currentAnswer = z
  .union([currentPredictions, insufficientData])
  .register(NAMED_ANSWERS, { id: 'CurrentAnswer', description: 'All forecasts, or why there are none' });

const flatRow = { metric: z.string(), horizon: z.string(), p10: z.number(), p50: z.number(), p90: z.number() };

const flatPredictions = z
  .strictObject({
    timestamp: instant,
    predictions: z.array(z.strictObject({ server: z.string(), ...flatRow })),
    subjects: z.array(z.strictObject({ subject: z.string(), ...flatRow })),
  })
  .register(NAMED_ANSWERS, { id: 'FlatPredictions', description: 'The same forecasts, one row per horizon' });

export const flatAnswer = z
  .union([flatPredictions, insufficientData])
  .register(NAMED_ANSWERS, { id: 'FlatAnswer', description: 'The rows, or why there are none' });
