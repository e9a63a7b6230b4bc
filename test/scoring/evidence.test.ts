import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EvidenceLayout, ForecastEvidence } from '../../src/core/flow.js';
import { describeEvidence, describeFocus } from '../../src/scoring/evidence.js';

const HOURS = Array.from({ length: 24 }, (_, i) => `-${24 - i}h`);
const LAYOUT: EvidenceLayout = {
  past: ['value', 'residual'],
  future: ['trend', 'position', 'yesterday'],
  statics: ['figures', 'metric'],
  candidates: ['persistence', 'line_4h'],
  attention: [...HOURS, 'future'],
};

/** Evidence whose attention on the past is spread as given, the rest being on the future. */
function evidenceOf(hours: readonly number[], past = 0.8): ForecastEvidence {
  const total = hours.reduce((sum, hour) => sum + hour, 0);
  const attention = [...hours.map((hour) => (past * hour) / total), 1 - past];
  return { layout: LAYOUT, weights: Float32Array.from([0.25, 0.75, 0.5, 0.125, 0.375, 1, 0, 0.5, 0.5, ...attention]) };
}

/** 24 hours, `more` in those from and to so many hours ago, 1 in all others. */
const hoursWith = (from: number, to: number, more: number) =>
  HOURS.map((_, i) => (24 - i <= from && 24 - i > to ? more : 1));

describe('evidence', () => {
  test('has every weight under its name, largest first', () => {
    const { past, future, statics, candidates, attention } = describeEvidence(evidenceOf(hoursWith(0, 0, 1)));
    expect(past.map(({ name }) => name)).toEqual(['residual', 'value']);
    expect(future.map(({ name, share }) => [name, share])).toEqual([
      ['trend', 0.5],
      ['yesterday', 0.375],
      ['position', 0.125],
    ]);
    expect(statics[0]).toEqual({ name: 'figures', share: 1 });
    expect(candidates).toHaveLength(2);
    expect(attention.map(({ name }) => name)).toEqual(LAYOUT.attention);
  });

  test('names the hours that stand out, as shares of the attention on the past', () => {
    const { focus } = describeEvidence(evidenceOf(hoursWith(24, 20, 3)));
    expect(focus).toHaveLength(1);
    expect(focus[0]).toMatchObject({ fromHoursAgo: 24, toHoursAgo: 20 });
    expect(focus[0]!.share).toBeCloseTo(12 / 32, 5);
    expect(focus[0]!.timesEven).toBeCloseTo(3 / (32 / 24), 5);
    expect(describeFocus('mem_used_pct', describeEvidence(evidenceOf(hoursWith(24, 20, 3))))).toBe(
      'mem_used_pct: of the attention on the past, 38 % on 20–24 h ago (2.3 times an even share)',
    );
  });

  test('tells several stretches, the one with most attention first, the last hour included', () => {
    const hours = hoursWith(24, 21, 4).map((hour, i) => (i === 23 ? 5 : hour));
    const { focus } = describeEvidence(evidenceOf(hours));
    expect(focus.map(({ fromHoursAgo, toHoursAgo }) => [fromHoursAgo, toHoursAgo])).toEqual([
      [24, 21],
      [1, 0],
    ]);
  });

  test('says so where attention is even, or where there is none', () => {
    const even = describeEvidence(evidenceOf(hoursWith(0, 0, 1)));
    expect(even.focus).toEqual([]);
    expect(describeFocus('load_average', even)).toBe('load_average: attention is spread evenly over the last 24 h');
    const perceptron = { past: [], future: [], statics: [], candidates: ['persistence'], attention: [] };
    const none = describeEvidence({ layout: perceptron, weights: Float32Array.of(1) });
    expect(describeFocus('load_average', none)).toBe('load_average: the model has no attention');
  });

  test('has stretches that lie apart, each above an even share, of at most all attention on the past', () => {
    const hours = fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 24, maxLength: 24 });
    fc.assert(
      fc.property(hours, (path) => {
        const { focus } = describeEvidence(evidenceOf(path));
        const inOrder = [...focus].sort((a, b) => b.fromHoursAgo - a.fromHoursAgo);
        for (const { fromHoursAgo, toHoursAgo, timesEven } of focus) {
          expect(fromHoursAgo).toBeGreaterThan(toHoursAgo);
          expect(timesEven).toBeGreaterThanOrEqual(1.25 - 1e-6);
        }
        inOrder.slice(1).forEach((period, i) => {
          expect(period.fromHoursAgo).toBeLessThan(inOrder[i]!.toHoursAgo);
        });
        expect(focus.reduce((sum, { share }) => sum + share, 0)).toBeLessThanOrEqual(1 + 1e-6);
      }),
    );
  });
});
