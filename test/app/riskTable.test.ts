import { describe, expect, it } from 'vitest';
import { renderRiskTable } from '../../src/app/riskTable.js';
import type { Risk } from '../../src/core/flow.js';
import type { ServerView } from '../../src/exposition/cycleView.js';
import { alertLevelOf, colorOf } from '../../src/scoring/riskLevel.js';
import { FRAMES_AT, simulatedFrames } from './fixtures/frames.js';

const [database, web, learner] = simulatedFrames({ servers: 3, steps: 60, metrics: ['mem_used_pct'] });

type Seconds = Risk['timeToThreshold'][number]['seconds'];

function riskAt(score: number, seconds: Seconds, direction: 'above' | 'below' = 'above'): Risk {
  return {
    server: database!.server,
    profile: database!.profile,
    at: FRAMES_AT,
    score,
    color: colorOf(score),
    alertLevel: alertLevelOf(score),
    contributions: score > 1 ? [{ metric: 'mem_used_pct', points: score, reason: `mem_used_pct at ${score}` }] : [],
    incidentProbability: { '30m': 0, '1h': 0, '4h': 0, '8h': score / 100 },
    thresholds: [],
    timeToThreshold: [{ metric: 'mem_used_pct', threshold: 95, direction, seconds }],
  };
}

function table(...servers: ServerView[]): string[] {
  return renderRiskTable(servers).split('\n');
}

describe('renderRiskTable', () => {
  it('gives each server one line with columns below their titles, numbers to the right', () => {
    expect(
      table(
        { frame: database!, forecasts: [], risk: riskAt(100, { p10: 0, p50: 0, p90: 0 }) },
        { frame: web!, forecasts: [], risk: riskAt(41.6, { p10: null, p50: null, p90: 4000 }) },
        { frame: { ...learner!, state: 'warming' }, forecasts: [] },
      ),
    ).toEqual([
      'SERVER    RISK  STATE    P(8 h)  THRESHOLD IN        TOP REASON',
      '────────  ────  ───────  ──────  ──────────────────  ────────────────────',
      'ppdb001    100  red       100 %  now                 mem_used_pct at 100',
      'ppweb001    42  yellow     42 %  at worst 1 h 7 min  mem_used_pct at 41.6',
      'ppml001      –  warming       –  –',
    ]);
  });

  it.each([
    { what: 'the median’s time', seconds: { p10: null, p50: 7200, p90: 3600 }, said: ' 2 h ' },
    {
      what: 'the cautious level where the median stays below',
      seconds: { p10: null, p50: null, p90: 3600 },
      said: ' at worst 1 h ',
    },
    { what: 'that no level gets there', seconds: { p10: null, p50: null, p90: null }, said: ' not in 8 h ' },
  ])('says $what', ({ seconds, said }) => {
    expect(table({ frame: database!, forecasts: [], risk: riskAt(50, seconds) })[2]).toContain(said);
  });

  it('takes the low level for the cautious one where falling is bad', () => {
    const risk = riskAt(50, { p10: 1800, p50: null, p90: null }, 'below');
    expect(table({ frame: database!, forecasts: [], risk })[2]).toContain(' at worst 30 min ');
  });

  it('keeps its header for an empty fleet', () => {
    expect(table()).toHaveLength(2);
  });
});
