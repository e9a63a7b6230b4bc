import { describe, expect, it } from 'vitest';
import { Reliability } from '../../../../src/app/backtest/incidents/reliability.js';

describe('Reliability', () => {
  it('gives share, mean probability and Wilson interval of each tenth, and the Brier score', () => {
    const reliability = new Reliability();
    for (let i = 0; i < 10; i++) reliability.add(0.25, i < 2 ? 1 : 0);
    reliability.add(1, 1);
    const report = reliability.report('4h');
    expect(report.cases).toBe(11);
    expect(report.rate).toBeCloseTo(3 / 11, 12);
    // 2 × 0.75² + 8 × 0.25², and 0 for the certain one.
    expect(report.brier).toBeCloseTo((2 * 0.5625 + 8 * 0.0625) / 11, 12);
    expect(report.brierOfRate).toBeCloseTo((3 / 11) * (8 / 11), 12);
    expect(report.bins.map(({ from, cases, observed, predicted }) => [from, cases, observed, predicted])).toEqual([
      [0.2, 10, 0.2, 0.25],
      [0.9, 1, 1, 1],
    ]);
    // 2 of 10 by Wilson, as in the tables: 0.057 to 0.510.
    expect(report.bins[0]!.low).toBeCloseTo(0.0567, 4);
    expect(report.bins[0]!.high).toBeCloseTo(0.5098, 4);
    expect(report.bins[1]!.high).toBe(1);
  });

  it('says nothing without a case', () => {
    expect(new Reliability().report('1h')).toEqual({
      horizon: '1h',
      cases: 0,
      rate: null,
      brier: null,
      brierOfRate: null,
      bins: [],
    });
  });
});
