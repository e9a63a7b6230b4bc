import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Risk } from '../../src/core/flow.js';
import { bucketValue } from '../../src/core/frame.js';
import {
  changeFrame,
  changesOf,
  chooseTrial,
  describeTrial,
  MOVED_HOURS,
  type Trial,
} from '../../src/scoring/whatIf.js';
import { defaultRisk, flat, frameOf, NEWEST } from './support.js';

const MOVED = (MOVED_HOURS * 3600) / 300;
const percent = fc.double({ min: 0, max: 100, noNaN: true });

const tosOf = (metric: string, from: number, threshold: number, direction: 'above' | 'below' = 'above') =>
  changesOf({ metric, direction, threshold, from }).map(({ to }) => Number(to.toFixed(6)));

describe('the changes that are tried', () => {
  test('go to the good side in growing steps and stay within the bounds of the metric', () => {
    fc.assert(
      fc.property(percent, percent, fc.constantFrom('above', 'below'), (from, threshold, direction) => {
        const changes = changesOf({ metric: 'mem_used_pct', direction, threshold, from });
        const steps = changes.map(({ to }) => (direction === 'above' ? from - to : to - from));
        expect(steps).toEqual([...steps].sort((a, b) => a - b));
        for (const { to } of changes) expect(to >= 0 && to <= 100).toBe(true);
        for (const step of steps) expect(step).toBeGreaterThanOrEqual(0);
      }),
    );
    expect(tosOf('mem_used_pct', 12, 95)).toEqual([7, 2]);
    expect(tosOf('cpu_idle_pct', 88, 5, 'below')).toEqual([93, 98]);
  });

  test('are shares of a value that is no percentage, and none where there is nothing to take away', () => {
    expect(tosOf('load_average', 20, 40)).toEqual([18, 16, 14, 10, 6, 2]);
    expect(tosOf('load_average', 0, 40)).toEqual([]);
    expect(tosOf('queue_depth', 10, 40)).toHaveLength(6);
  });

  test('of a breached metric lead to the good side of its threshold as well', () => {
    expect(tosOf('back_close_wait', 400, 100)).toEqual([360, 320, 280, 200, 120, 90, 40]);
    expect(tosOf('mem_used_pct', 97, 95)).toContain(85.5);
    expect(tosOf('cpu_idle_pct', 2, 5, 'below').slice(0, 2)).toEqual([7, 7]);
    expect(tosOf('cpu_idle_pct', 0.9, 1, 'below')[0]).toBe(3);
  });
});

describe('a changed window', () => {
  const frame = frameOf({ mem_used_pct: (age) => (age % 7 === 3 ? Number.NaN : 90 + (age % 5)), load_average: 3 });
  const valueAt = (one: typeof frame, row: number, age: number) => bucketValue(one, row, NEWEST - age);

  test('is moved in the last four hours of its metric, holes stay, and nothing else changes', () => {
    const before = frame.values.slice();
    const changed = changeFrame(frame, [{ metric: 'mem_used_pct', from: 90, to: 75 }]);
    for (let age = 0; age < 400; age++) {
      expect(valueAt(changed, 0, age)).toBe(valueAt(frame, 0, age) - (age < MOVED ? 15 : 0));
      expect(valueAt(changed, 1, age)).toBe(3);
    }
    expect(frame.values).toEqual(before);
    expect({ ...changed, values: frame.values }).toEqual(frame);
  });

  test('stays within the bounds of its metric, and without changes is a copy', () => {
    const low = changeFrame(frame, [{ metric: 'mem_used_pct', from: 95, to: 2 }]);
    expect(valueAt(low, 0, 0)).toBe(0);
    const high = changeFrame(frame, [{ metric: 'mem_used_pct', from: 0, to: 40 }]);
    expect(valueAt(high, 0, 0)).toBe(100);
    expect(changeFrame(frame, []).values).toEqual(frame.values);
    expect(changeFrame(frame, []).values).not.toBe(frame.values);
  });

  test('can have several metrics moved at once', () => {
    const changed = changeFrame(frame, [
      { metric: 'mem_used_pct', from: 90, to: 80 },
      { metric: 'load_average', from: 3, to: 1 },
    ]);
    expect([valueAt(changed, 0, 0), valueAt(changed, 1, 0), valueAt(changed, 1, MOVED)]).toEqual([80, 1, 3]);
  });
});

describe('of the trials of a metric', () => {
  const riskAt = (score: number): Risk => ({
    ...defaultRisk(frameOf({ mem_used_pct: 60 }), [flat('mem_used_pct', 59, 60, 61)])!,
    score,
  });
  const trialsOf = (...scores: number[]): Trial[] =>
    scores.map((score, i) => ({
      changes: [{ metric: 'mem_used_pct', from: 95, to: 90 - 5 * i }],
      risk: riskAt(score),
    }));
  const chosen = (before: number, ...scores: number[]) => chooseTrial(riskAt(before), trialsOf(...scores)).risk.score;

  test('the smallest change that reaches a better color is told', () => {
    expect(chosen(85, 84, 60, 20)).toBe(60);
  });

  test('else the smallest one that is nearly as good as the best', () => {
    expect(chosen(90, 89, 81.9, 81, 80)).toBe(81.9);
    expect(chosen(90, 89, 85, 88)).toBe(85);
    expect(chosen(20, 19, 14, 12)).toBe(12);
  });

  test('where none helps, the one that hurts least is told', () => {
    expect(chosen(90, 95, 91, 92)).toBe(91);
    expect(chosen(90, 90, 90)).toBe(90);
  });

  test('a scenario tells values, scores and what follows', () => {
    const [trial] = trialsOf(41);
    expect(describeTrial(riskAt(72), trial!)).toMatchObject({
      scenario: 'mem_used_pct falls by 5 points, from 95 % to 90 % (for the last 4 h)',
      recommendation: 'mem_used_pct at 90 % would take the risk from red to yellow (72 → 41)',
      ...{ scoreBefore: 72, scoreAfter: 41, colorBefore: 'red', colorAfter: 'yellow' },
    });
    expect(describeTrial(riskAt(72), trialsOf(71)[0]!).recommendation).toBe(
      'mem_used_pct at 90 % would ease the risk (72 → 71), which stays red',
    );
    expect(describeTrial(riskAt(72), trialsOf(72.4)[0]!).recommendation).toBe(
      'mem_used_pct at 90 % alone would not lower the risk (72 → 72.4)',
    );
  });

  test('several changes are told as one scenario, in the unit of each', () => {
    const changes = [
      { metric: 'cpu_idle_pct', from: 3, to: 23 },
      { metric: 'load_average', from: 40, to: 28 },
    ];
    const { scenario, recommendation } = describeTrial(riskAt(90), { changes, risk: riskAt(25) });
    expect(scenario).toBe(
      'cpu_idle_pct rises by 20 points, from 3 % to 23 % and load_average falls by 12, from 40 to 28 (for the last 4 h)',
    );
    expect(recommendation).toBe(
      'cpu_idle_pct at 23 % and load_average at 28 would take the risk from red to green (90 → 25)',
    );
  });
});
