import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { logAxis } from '../../../../src/app/backtest/report/axis.js';

describe('a logarithmic axis', () => {
  test('has two ticks or more, none nearer to the next than asked and none outside', () => {
    const scores = fc.array(fc.double({ min: 1e-4, max: 1e5, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(scores, (values) => {
        const { at, ticks } = logAxis(values, [200, 0], 16);
        const positions = ticks.map(at);
        expect(positions.length).toBeGreaterThanOrEqual(2);
        for (const [index, position] of positions.entries()) {
          expect(position).toBeGreaterThanOrEqual(0);
          expect(position).toBeLessThanOrEqual(200);
          if (index > 0) expect(positions[index - 1]! - position).toBeGreaterThanOrEqual(16);
        }
      }),
    );
  });

  test('has steps of equal size within a small range and leading digits over decades', () => {
    expect(logAxis([0.6, 0.8], [200, 0], 16).ticks).toEqual([0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85]);
    expect(logAxis([0.1, 9], [200, 0], 16).ticks).toEqual([0.1, 0.2, 0.5, 1, 2, 5, 10]);
  });

  test('puts what lies beyond it at its end', () => {
    const { at } = logAxis([0.0001, 1, 1e9], [200, 0], 16);
    expect(at(0.0001)).toBe(at(0.005));
    expect(at(1e9)).toBe(0);
  });
});
