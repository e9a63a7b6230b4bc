/** What a fleet has learnt about its forecasts, for the tests: one metric is judged, one is not yet. */
import type { DriftReport, ForecastAccuracy, IncidentTruth, TruthReport } from '../../src/core/truth.js';

const UNJUDGED = { forecasts: 0, mase: NaN, coverage: NaN, pinball: NaN, wql: NaN, width: NaN, skill: {} };

/** @param at epoch seconds */
export function makeTruth(at: number, change: Partial<TruthReport> = {}): TruthReport {
  return {
    at,
    since: at - 7 * 86_400,
    pending: 640,
    judged: 12_345,
    judgedAtStart: { recorded: 0, hindcasts: 8_000 },
    accuracy: [
      makeAccuracy({ horizon: '30m', mase: 0.3123456789, coverage: 0.79 }),
      makeAccuracy({ horizon: '8h', mase: 0.71, coverage: 0.83, skill: { persistence: 0.4, median_7d_level: -0.031 } }),
      { metric: 'load_average', horizon: '30m', ...UNJUDGED },
    ],
    hindsight: [makeAccuracy({ horizon: '1h', mase: 0.44, coverage: 0.77, forecasts: 900 })],
    serving: [
      { metric: 'mem_used_pct', model: 'default', since: at - 6 * 86_400, reason: 'error 0.71 against 0.81' },
      {
        metric: 'mem_used_pct',
        profile: 'database',
        model: 'predict_linear_4h',
        since: at - 3600,
        reason: 'error 0.9 against 0.6',
      },
      { metric: 'load_average', model: 'median_7d_level', since: at - 7200, reason: 'error 1.2 against 0.9' },
    ],
    incidents: makeIncidentTruth(),
    drift: makeDrift(),
    ...change,
  };
}

/** One horizon is well judged, one has too few cases. */
export function makeIncidentTruth(change: Partial<IncidentTruth> = {}): IncidentTruth {
  return {
    pending: 320,
    mitigated: 3,
    hindcasts: 2_000,
    probabilities: [
      {
        horizon: '4h',
        cases: 2_410,
        breaches: 120,
        brier: 0.0312345678,
        skill: 0.25,
        bins: [
          { from: 0, to: 0.1, cases: 2_000, breaches: 40, promised: 0.03, observed: 0.02 },
          { from: 0.3, to: 0.4, cases: 210.4, breaches: 58.9, promised: 0.31, observed: 0.28 },
        ],
      },
      { horizon: '8h', cases: 31, breaches: 1, brier: NaN, skill: NaN, bins: [] },
    ],
    ...change,
  };
}

export function makeAccuracy(change: Partial<ForecastAccuracy> = {}): ForecastAccuracy {
  return {
    metric: 'mem_used_pct',
    horizon: '30m',
    forecasts: 4000,
    mase: 0.5,
    coverage: 0.8,
    pinball: 0.42,
    wql: 0.013,
    width: 1.7,
    skill: { persistence: 0.25, median_7d_level: 0.125 },
    ...change,
  };
}

export function makeDrift(change: Partial<DriftReport> = {}): DriftReport {
  return {
    per: 0.04,
    dss: 0.31,
    fds: 0.1,
    anomalyRate: NaN,
    combinedScore: 1.55,
    needsRetraining: true,
    thresholds: { per: 0.1, dss: 0.2, fds: 0.15, anomalyRate: 0.05 },
    trends: { per: 'steady', dss: 'rising', fds: 'falling', anomalyRate: 'unknown' },
    recommendation: 'Retrain when convenient: inputs differ from those of the first week by 0.31 (limit 0.2).',
    scores: [{ metric: 'mem_used_pct', score: 0.31, byInput: { level: 0.5, roughness: 0.02 } }],
    unfamiliarity: 0.58,
    trainingScores: [{ metric: 'mem_used_pct', score: 0.58, byInput: { level: 0.9, roughness: 0.3 } }],
    regimes: { calm: 0.1, ramping: 0.42 },
    ...change,
  };
}
