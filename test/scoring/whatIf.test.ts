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

describe('the changes that are tried', () => {
  test('go to the good side in growing steps and stay within the bounds of the metric', () => {
    fc.assert(
      fc.property(percent, fc.constantFrom('above', 'below'), (from, direction) => {
        const changes = changesOf('mem_used_pct', direction, from);
        const steps = changes.map(({ to }) => (direction === 'above' ? from - to : to - from));
        expect(steps).toEqual([...steps].sort((a, b) => a - b));
        for (const { to } of changes) expect(to >= 0 && to <= 100).toBe(true);
        for (const step of steps) expect(step).toBeGreaterThan(0);
      }),
    );
    expect(changesOf('mem_used_pct', 'above', 12).map(({ to }) => to)).toEqual([7, 2]);
    expect(changesOf('cpu_idle_pct', 'below', 88).map(({ to }) => to)).toEqual([93, 98]);
  });

  test('are shares of a value that is no percentage, and none where there is nothing to take away', () => {
    const tos = changesOf('load_average', 'above', 20).map(({ to }) => to);
    expect(tos.map((to) => Number(to.toFixed(6)))).toEqual([18, 16, 14, 10, 6, 2]);
    expect(changesOf('load_average', 'above', 0)).toEqual([]);
    expect(changesOf('queue_depth', 'above', 10)).toHaveLength(6);
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
  const chosen = (before: number, points: number, ...scores: number[]) =>
    chooseTrial(riskAt(before), points, trialsOf(...scores)).risk.score;

  test('the smallest change that reaches a better color is told', () => {
    expect(chosen(85, 80, 84, 60, 20)).toBe(60);
  });

  test('else the smallest one that takes away half of its points, else the best', () => {
    expect(chosen(90, 12, 89, 83, 81)).toBe(83);
    expect(chosen(90, 60, 89, 85, 86)).toBe(85);
    expect(chosen(20, 10, 19, 14, 12)).toBe(14);
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
