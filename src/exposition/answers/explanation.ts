/** The answer of /explain/{server}. */
import { z } from 'zod';
import { ALERT_LEVELS, RISK_COLORS } from '../../core/flow.js';
import { byHorizon, instant, insufficientData, NAMED_ANSWERS, profileName, ratio, riskScore } from './common.js';
import { subjectAnswer } from './predictions.js';

const share = z.number().min(0);
const shares = z.record(z.string(), share);
const seconds = z.number().min(0).nullable();
const color = z.enum(RISK_COLORS);

const feature = z.strictObject({
  feature: z.string(),
  importance: share.meta({ description: 'Share of the score that the metric explains' }),
  stars: z.string().regex(/^★{1,5}☆{0,4}$/),
  points: z.number(),
});

const reason = z.strictObject({
  metric: z.string(),
  points: z.number(),
  reason: z.string(),
  current: z.number().nullable(),
  threshold: z.number(),
  direction: z.enum(['above', 'below']),
  breached: z.boolean(),
  seconds_to_threshold: z.strictObject({ p10: seconds, p50: seconds, p90: seconds }).nullable(),
  trend_per_hour: z.number().nullable(),
  incident_probability: byHorizon.nullable(),
  served_by: shares,
});

const focusPeriod = z.strictObject({
  metric: z.string(),
  period: z.string(),
  from_hours_ago: z.number(),
  to_hours_ago: z.number(),
  attention: share,
  times_even: share,
});

const selection = z.strictObject({
  metric: z.string(),
  past: shares,
  future: shares,
  static: shares,
  candidates: shares,
  attention: shares,
});

const counterfactual = z.strictObject({
  scenario: z.string(),
  impact: z.number().meta({ description: 'Points of the score; below 0, the risk falls' }),
  recommendation: z.string(),
  changes: z.array(z.strictObject({ metric: z.string(), from: z.number(), to: z.number() })),
  hours: z.number(),
  risk_before: riskScore,
  risk_after: riskScore,
  color_before: color,
  color_after: color,
  incident_probability_8h_before: ratio,
  incident_probability_8h_after: ratio,
});

const explanation = z
  .strictObject({
    server_name: z.string(),
    profile: profileName,
    prediction: z.strictObject({
      risk_score: riskScore,
      alert_level: z.enum(ALERT_LEVELS),
      color,
      color_since: instant.nullable(),
      incident_probability: byHorizon,
    }),
    shap: z.strictObject({
      method: z.literal('exact_shapley'),
      unit: z.literal('points of the risk score'),
      top_features: z.array(feature).max(10),
    }),
    reasons: z.array(reason),
    attention: z.strictObject({ focus_periods: z.array(focusPeriod), analysis: z.string() }),
    variable_selection: z.array(selection),
    counterfactuals: z.array(counterfactual),
    timestamp: instant,
  })
  .register(NAMED_ANSWERS, { id: 'Explanation', description: 'Why a server has its risk, and what would change it' });

export const explanationAnswer = z.union([explanation, subjectAnswer, insufficientData]).register(NAMED_ANSWERS, {
  id: 'ExplanationAnswer',
  description: 'The explanation; a subject that has no risk, as it is; or why there is none',
});
