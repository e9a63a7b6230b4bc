/** The bodies of /drift/status and /drift/report. Null = not known yet. */
import {
  DRIFT_THRESHOLDS,
  type DriftMeasures,
  type DriftReport,
  type DriftScore,
  type ForecastAccuracy,
  type TruthReport,
} from '../../core/truth.js';
import { roundMeasure } from '../seriesText.js';
import { MEASURE_NAMES } from '../truthSeries.js';
import { isoTime } from './timestamp.js';

const NOTHING: DriftMeasures = { per: Number.NaN, dss: Number.NaN, fds: Number.NaN, anomalyRate: Number.NaN };

/** What the answers are made from. */
interface Judged {
  /** Absent where nobody keeps a ledger, or there is no cycle to speak of. */
  readonly truth: TruthReport | undefined;
  /** Why there is no cycle to speak of. */
  readonly withheld?: string;
}

/** The measures, their limits and what to do; all fields are there in any case, null while they are not known. */
export function driftStatus({ truth, withheld }: Judged) {
  const drift = truth?.drift;
  if (truth === undefined || drift === undefined) return insufficientEvidence(truth, withheld);
  const known = Number.isFinite(drift.combinedScore);
  return {
    status: known ? (drift.needsRetraining ? 'drifting' : 'ok') : 'insufficient_data',
    ...measures(drift, numberOrNull),
    combined_score: numberOrNull(drift.combinedScore),
    needs_retraining: drift.needsRetraining,
    thresholds: measures(drift.thresholds, (limit) => limit),
    trends: measures(drift.trends, (trend) => trend),
    recommendation: drift.recommendation,
    timestamp: isoTime(truth.at),
  };
}

/** The status, and all that it was judged from; without a ledger the status alone. */
export function driftReport({ truth, withheld }: Judged) {
  const status = driftStatus({ truth, ...(withheld === undefined ? {} : { withheld }) });
  if (truth === undefined) return status;
  return {
    ...status,
    scores: (truth.drift?.scores ?? []).map(scoreView),
    unfamiliarity: numberOrNull(truth.drift?.unfamiliarity ?? Number.NaN),
    training_scores: (truth.drift?.trainingScores ?? []).map(scoreView),
    regimes: roundAll(truth.drift?.regimes ?? {}),
    forecasts: {
      since: timeOrNull(truth.since),
      pending: truth.pending,
      judged: truth.judged,
      judged_at_start: { ...truth.judgedAtStart },
      accuracy: truth.accuracy.map(accuracyView),
    },
    serving: truth.serving.map(({ metric, profile, model, since, reason }) => ({
      metric,
      profile: profile ?? null,
      model,
      since: timeOrNull(since),
      reason,
    })),
  };
}

function insufficientEvidence(truth: TruthReport | undefined, withheld?: string) {
  const missing =
    truth === undefined
      ? 'No forecast has been written down yet'
      : 'Drift is not judged yet: it needs a day of forecasts, and verdicts on them';
  const message = withheld ?? missing;
  return {
    status: 'insufficient_data',
    message,
    ...measures(NOTHING, numberOrNull),
    combined_score: null,
    needs_retraining: false,
    thresholds: measures(DRIFT_THRESHOLDS, (limit) => limit),
    trends: measures(NOTHING, () => 'unknown' as const),
    recommendation: message,
    timestamp: truth === undefined ? null : isoTime(truth.at),
  };
}

function measures<From, To>(values: Readonly<Record<keyof DriftMeasures, From>>, view: (value: From) => To) {
  const entries = (Object.keys(MEASURE_NAMES) as (keyof DriftReport & keyof DriftMeasures)[]).map(
    (measure): [string, To] => [MEASURE_NAMES[measure], view(values[measure])],
  );
  return Object.fromEntries(entries);
}

function scoreView({ metric, score, byInput }: DriftScore) {
  return { metric, score: roundMeasure(score), by_input: roundAll(byInput) };
}

function accuracyView({ metric, horizon, forecasts, mase, coverage, pinball, wql, width, skill }: ForecastAccuracy) {
  return {
    metric,
    horizon,
    judged: forecasts,
    mase: numberOrNull(mase),
    coverage: numberOrNull(coverage),
    pinball: numberOrNull(pinball),
    wql: numberOrNull(wql),
    width: numberOrNull(width),
    skill: roundAll(skill),
  };
}

function roundAll(values: Readonly<Record<string, number>>): Record<string, number | null> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, numberOrNull(value)]));
}

function numberOrNull(value: number): number | null {
  return Number.isFinite(value) ? roundMeasure(value) : null;
}

function timeOrNull(seconds: number): string | null {
  return Number.isFinite(seconds) ? isoTime(seconds) : null;
}
