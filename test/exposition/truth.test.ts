import { describe, expect, test } from 'vitest';
import type { TruthReport } from '../../src/core/truth.js';
import { driftReport, driftStatus } from '../../src/exposition/json/drift.js';
import { publishCycle } from '../../src/exposition/publishedCycle.js';
import { AT, DEFAULT_OPTIONS, makeServer } from './fleet.js';
import { makeDrift, makeIncidentTruth, makeTruth } from './truth.js';

async function linesOf(truth: TruthReport | undefined, family: string): Promise<string[]> {
  const { metrics } = await publishCycle({ at: AT, servers: [makeServer('web-1', 5)], truth }, DEFAULT_OPTIONS);
  return metrics.text
    .toString()
    .split('\n')
    .filter((line) => line.startsWith(family) || line.startsWith(`# HELP ${family}`));
}

describe('the series of truth', () => {
  test('are absent where nobody keeps a ledger', async () => {
    expect(await linesOf(undefined, 'linborg_forecast_mase_ratio')).toEqual([]);
    expect(await linesOf(undefined, 'linborg_forecast_ledger_pending')).toEqual([]);
  });

  test('leave out what is not judged yet, and the whole family where nothing is', async () => {
    const lines = await linesOf(makeTruth(AT), 'linborg_forecast_mase_ratio{');
    expect(lines).toEqual([
      'linborg_forecast_mase_ratio{metric="mem_used_pct",horizon="30m"} 0.312346',
      'linborg_forecast_mase_ratio{metric="mem_used_pct",horizon="8h"} 0.71',
    ]);
    const nothing = makeTruth(AT, { accuracy: makeTruth(AT).accuracy.slice(2) });
    expect(await linesOf(nothing, 'linborg_forecast_mase_ratio')).toEqual([]);
    expect(await linesOf(nothing, 'linborg_forecast_ledger_pending ')).toContain('linborg_forecast_ledger_pending 640');
  });

  test('tell the gain over each baseline, below zero too', async () => {
    expect(await linesOf(makeTruth(AT), 'linborg_forecast_skill_ratio{')).toContain(
      'linborg_forecast_skill_ratio{metric="mem_used_pct",horizon="8h",baseline="median_7d_level"} -0.031',
    );
  });

  test('tell of probabilities what was promised and what came, tenth by tenth, and no score that is not judged', async () => {
    expect(await linesOf(makeTruth(AT), 'linborg_incident_brier_ratio{')).toEqual([
      'linborg_incident_brier_ratio{horizon="4h"} 0.0312346',
    ]);
    expect(await linesOf(makeTruth(AT), 'linborg_incident_reliability_ratio{')).toEqual([
      'linborg_incident_reliability_ratio{horizon="4h",bin="0.0-0.1"} 0.02',
      'linborg_incident_reliability_ratio{horizon="4h",bin="0.3-0.4"} 0.28',
    ]);
    expect(await linesOf(makeTruth(AT), 'linborg_incident_promised_ratio{')).toContain(
      'linborg_incident_promised_ratio{horizon="4h",bin="0.3-0.4"} 0.31',
    );
    const unjudged = makeTruth(AT, { incidents: makeIncidentTruth({ probabilities: [] }) });
    expect(await linesOf(unjudged, 'linborg_incident_brier')).toEqual([]);
    expect(await linesOf(unjudged, 'linborg_incident_judged')).toEqual([]);
  });

  test('show who serves a metric, and the profiles that differ', async () => {
    expect(await linesOf(makeTruth(AT), 'linborg_model_serving{')).toEqual([
      'linborg_model_serving{metric="mem_used_pct",model="default"} 1',
      'linborg_model_serving{metric="mem_used_pct",model="predict_linear_4h",profile="database"} 1',
      'linborg_model_serving{metric="load_average",model="median_7d_level"} 1',
    ]);
  });

  test('count against the budget of series', async () => {
    const options = { ...DEFAULT_OPTIONS, maxSeries: 50 };
    const publish = (truth: TruthReport | undefined) =>
      publishCycle({ at: AT, servers: [makeServer('web-1', 5)], truth }, options);
    const [without, withTruth] = [await publish(undefined), await publish(makeTruth(AT))];
    expect(without.metrics.dropped).toBe(0);
    expect(withTruth.metrics.dropped).toBe(24);
  });
});

describe('the drift doors', () => {
  test('say the measures with their limits, and null for what is not known', () => {
    expect(driftStatus({ truth: makeTruth(AT) })).toEqual({
      status: 'drifting',
      per: 0.04,
      dss: 0.31,
      fds: 0.1,
      anomaly_rate: null,
      combined_score: 1.55,
      needs_retraining: true,
      thresholds: { per: 0.1, dss: 0.2, fds: 0.15, anomaly_rate: 0.05 },
      trends: { per: 'steady', dss: 'rising', fds: 'falling', anomaly_rate: 'unknown' },
      recommendation: 'Retrain when convenient: inputs differ from those of the first week by 0.31 (limit 0.2).',
      timestamp: '2026-01-05T12:02:00Z',
    });
  });

  test('tell no drift, no evidence and no ledger from each other', () => {
    const calm = makeDrift({ combinedScore: 0.4, needsRetraining: false });
    expect(driftStatus({ truth: makeTruth(AT, { drift: calm }) }).status).toBe('ok');
    const unknown = makeDrift({ combinedScore: Number.NaN, needsRetraining: false });
    expect(driftStatus({ truth: makeTruth(AT, { drift: unknown }) })).toMatchObject({
      status: 'insufficient_data',
      combined_score: null,
    });
    expect(driftStatus({ truth: undefined })).toEqual({
      status: 'insufficient_data',
      message: 'No forecast has been written down yet',
      ...{ per: null, dss: null, fds: null, anomaly_rate: null, combined_score: null },
      needs_retraining: false,
      thresholds: { per: 0.1, dss: 0.2, fds: 0.15, anomaly_rate: 0.05 },
      trends: { per: 'unknown', dss: 'unknown', fds: 'unknown', anomaly_rate: 'unknown' },
      recommendation: 'No forecast has been written down yet',
      timestamp: null,
    });
  });

  test('report all that the verdict rests on', () => {
    const report = JSON.parse(JSON.stringify(driftReport({ truth: makeTruth(AT) })));
    expect(report).toMatchObject({
      status: 'drifting',
      scores: [{ metric: 'mem_used_pct', score: 0.31, by_input: { level: 0.5, roughness: 0.02 } }],
      unfamiliarity: 0.58,
      training_scores: [{ metric: 'mem_used_pct', score: 0.58, by_input: { level: 0.9, roughness: 0.3 } }],
      regimes: { calm: 0.1, ramping: 0.42 },
      forecasts: {
        pending: 640,
        judged: 12_345,
        judged_at_start: { recorded: 0, hindcasts: 8000 },
        since: '2025-12-29T12:02:00Z',
      },
    });
    expect(report.forecasts.accuracy[0]).toEqual({
      metric: 'mem_used_pct',
      horizon: '30m',
      judged: 4000,
      mase: 0.312346,
      coverage: 0.79,
      pinball: 0.42,
      wql: 0.013,
      width: 1.7,
      skill: { persistence: 0.25, median_7d_level: 0.125 },
    });
    expect(report.forecasts.accuracy[2]).toMatchObject({ metric: 'load_average', mase: null, skill: {} });
    expect(report.serving[1]).toMatchObject({ profile: 'database', model: 'predict_linear_4h' });
  });
});
