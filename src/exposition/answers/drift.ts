/** Answers of /drift/status and /drift/report. A number is null while it is not known. */
import { z } from 'zod';
import { DRIFT_TRENDS } from '../../core/truth.js';
import { count, instant, NAMED_ANSWERS, profileKey, ratio } from './common.js';

const known = z.number().nullable();
const limit = z.number();
const trend = z.enum(DRIFT_TRENDS);

const statusFields = {
  status: z.enum(['ok', 'drifting', 'insufficient_data']),
  message: z.string().optional().meta({ description: 'With insufficient_data: why' }),
  per: known.meta({ description: 'Prediction error rate: rise of the forecast error' }),
  dss: known.meta({ description: 'Distribution shift score' }),
  fds: known.meta({ description: 'Feature drift score: share of shifted input figures' }),
  anomaly_rate: known.meta({ description: 'Share of samples outside p10–p90 beyond the nominal 20 %' }),
  combined_score: known.meta({ description: 'Largest measure in units of its threshold' }),
  needs_retraining: z.boolean(),
  thresholds: z.strictObject({ per: limit, dss: limit, fds: limit, anomaly_rate: limit }),
  trends: z.strictObject({ per: trend, dss: trend, fds: trend, anomaly_rate: trend }),
  recommendation: z.string(),
  timestamp: instant.nullable(),
};

export const driftStatusAnswer = z
  .strictObject(statusFields)
  .register(NAMED_ANSWERS, { id: 'DriftStatus', description: 'The four measures of drift and what to do' });

const score = z.strictObject({ metric: z.string(), score: z.number(), by_input: z.record(z.string(), known) });

const accuracy = z.strictObject({
  metric: z.string(),
  horizon: z.string(),
  judged: count,
  mase: known,
  coverage: known,
  pinball: known,
  wql: known,
  width: known,
  skill: z.record(z.string(), known),
});

const reportFields = {
  scores: z.array(score),
  unfamiliarity: known,
  training_scores: z.array(score),
  regimes: z.record(z.string(), ratio.nullable()),
  forecasts: z.strictObject({
    since: instant.nullable(),
    pending: count,
    judged: count,
    judged_at_start: z.strictObject({ recorded: count, hindcasts: count }),
    accuracy: z.array(accuracy),
  }),
  serving: z.array(
    z.strictObject({
      metric: z.string(),
      profile: profileKey.nullable(),
      model: z.string(),
      since: instant.nullable(),
      reason: z.string(),
    }),
  ),
};

export const driftReportAnswer = z
  .union([z.strictObject({ ...statusFields, ...reportFields }), driftStatusAnswer])
  .register(NAMED_ANSWERS, {
    id: 'DriftReport',
    description: 'The status, and all that it was judged from; the status alone while there is no ledger',
  });
