import { describe, expect, test } from 'vitest';
import { findingsOf } from '../../../src/app/policy/findings.js';
import { fleetFindings } from '../../../src/app/policy/fleetFindings.js';
import type { CategoryState } from '../../../src/core/category.js';
import type { Frame, Risk, ThresholdOutlook } from '../../../src/core/flow.js';

const NONE: Risk['incidentProbability'] = { '30m': 0, '1h': 0, '4h': 0, '8h': 0 };

function outlookOf(metric: string, more: Partial<ThresholdOutlook>): ThresholdOutlook {
  return { metric, threshold: 95, direction: 'above', sustainedSeconds: 900, breached: false, ...more };
}

function riskOf(more: Partial<Risk> = {}): Risk {
  return {
    server: 'ppweb001',
    profile: 'web_api',
    at: 1_780_000_000,
    score: 80,
    color: 'red',
    alertLevel: 'critical',
    contributions: [{ metric: 'mem_used_pct', points: 80, reason: 'mem_used_pct 91.2 reaches 95 in 50 min' }],
    incidentProbability: { ...NONE, '1h': 0.05, '4h': 0.6, '8h': 0.9 },
    thresholds: [],
    timeToThreshold: [],
    ...more,
  };
}

const short = (risk: Risk) =>
  findingsOf(risk).map(({ kind, metric, probability, horizonSeconds }) => [
    kind,
    metric ?? '-',
    Number(probability.toFixed(2)),
    horizonSeconds,
  ]);

describe('the findings of a risk', () => {
  const quiet = { color: 'green', incidentProbability: NONE } as const;

  test('are its score, and the horizons with a probability worth a word', () => {
    expect(short(riskOf())).toEqual([
      ['risk', '-', 0.9, 28_800],
      ['threshold_predicted', '-', 0.6, 14_400],
      ['threshold_predicted', '-', 0.9, 28_800],
    ]);
    expect(short(riskOf(quiet))).toEqual([]);
  });

  test('are the probabilities of each threshold', () => {
    const thresholds = [
      outlookOf('mem_used_pct', { probability: { ...NONE, '30m': 0.2, '8h': 0.95 } }),
      outlookOf('swap_used_pct', { probability: NONE }),
      outlookOf('load_average', {}),
    ];
    expect(short(riskOf({ ...quiet, thresholds }))).toEqual([
      ['threshold_predicted', 'mem_used_pct', 0.2, 1800],
      ['threshold_predicted', 'mem_used_pct', 0.95, 28_800],
    ]);
  });

  test('call what is there a breach and predict nothing of it; the risk is as sure as that', () => {
    expect(
      short(riskOf({ ...quiet, color: 'red', thresholds: [outlookOf('swap_used_pct', { breached: true })] })),
    ).toEqual([
      ['risk', '-', 1, 28_800],
      ['threshold_breached', 'swap_used_pct', 1, 0],
    ]);
  });

  test('carry server, score and the reason in words', () => {
    const thresholds = [outlookOf('mem_used_pct', { probability: { ...NONE, '8h': 0.95 } })];
    const [risk, memory] = findingsOf(riskOf({ thresholds }));
    expect(risk).toMatchObject({
      server: 'ppweb001',
      profile: 'web_api',
      score: 80,
      at: 1_780_000_000,
      reason: 'risk score 80: mem_used_pct 91.2 reaches 95 in 50 min',
    });
    expect(memory?.reason).toBe('a breach within 8h has probability 0.95; mem_used_pct 91.2 reaches 95 in 50 min');
  });
});

describe('the findings of a fleet', () => {
  const servers = ['a', 'b', 'c'].map((server) => ({
    frame: { server, profile: 'generic' } as Frame,
    forecasts: [],
    risk: riskOf({ server, score: 50 }),
  }));
  const member = (server: string) => ({ server, profile: 'generic' as const, since: 0, stress: 2, overPeers: 2 });

  test('are metrics far outside their forecast, and the members of a cascade with its origin', () => {
    const anomalies = new Map([
      [
        'a',
        [
          { metric: 'mem_used_pct', score: 2.34 },
          { metric: 'load_average', score: 1.9 },
        ],
      ],
    ]);
    const origin = { server: 'c', since: 0 };
    const cascade = { score: 0.7, correlation: 0.5, origin, members: ['c', 'a', 'gone'].map(member) };
    const category: CategoryState = {
      ...{ category: 'infrastructure', judged: 9, outlying: 3, usualShare: 0.02, confidence: 0.97, score: 0.4 },
      ...{ severity: 'high', recommendedAction: '' },
      series: [{ server: 'b', metric: 'load_average', excess: 3, direction: 'above', outside: 10, judged: 12 }],
    };
    const categories = [category, { ...category, category: 'api' as const, severity: undefined }];
    const found = fleetFindings(servers, { anomalies, cascade, categories }, 1000);
    expect(found).toMatchObject([
      { server: 'a', kind: 'anomaly', metric: 'mem_used_pct', probability: 1, score: 50, horizonSeconds: 0, at: 1000 },
      { server: 'a', kind: 'cascade', probability: 0.7 },
      { server: 'b', kind: 'category_anomaly', metric: 'load_average', probability: 0.97 },
      { server: 'c', kind: 'cascade', probability: 0.7 },
    ]);
    expect(found.map(({ reason }) => reason)).toEqual([
      'mem_used_pct is 2.3 half-widths of p10-p90 away from what was forecast for now',
      'number 2 of 3 servers that came under stress one after the other, c first',
      'an anomaly of infrastructure, high: load_average was above what was forecast in 10 of 12 buckets of the last hour',
      'number 1 of 3 servers that came under stress one after the other, c first',
    ]);
    expect(fleetFindings(servers, { anomalies: new Map(), cascade: undefined, categories: [] }, 1000)).toEqual([]);
  });

  test('make none of one odd figure of linborg itself, and one of its category', () => {
    const own = { ...servers[0]!, frame: { server: 'linborg', profile: 'generic' } as Frame };
    const odd = new Map([['linborg', [{ metric: 'linborg_cycle_seconds', score: 5 }]]]);
    expect(fleetFindings([own], { anomalies: odd, cascade: undefined, categories: [] }, 1000)).toEqual([]);
    const state: CategoryState = {
      ...{ category: 'ai_engine', judged: 12, outlying: 3, usualShare: 0.01, confidence: 0.999, score: 0.4 },
      ...{ severity: 'high', recommendedAction: 'Look now' },
      series: [{ server: 'linborg', metric: 'linborg_mase', excess: 2, direction: 'above', outside: 9, judged: 12 }],
    };
    expect(fleetFindings([own], { anomalies: odd, cascade: undefined, categories: [state] }, 1000)).toMatchObject([
      { server: 'linborg', kind: 'category_anomaly', metric: 'linborg_mase' },
    ]);
  });
});
