import { describe, expect, test } from 'vitest';
import { loadEngine } from '../../../src/model/engine/engine.js';
import { pinballLoss } from '../../../src/model/training/loss.js';

const { tf } = await loadEngine('auto');

/** Loss of one window of one step. */
function lossOf(quantiles: readonly number[], actual: number, weight = 1): number {
  return tf.tidy(
    () =>
      pinballLoss(
        tf,
        tf.tensor4d([...quantiles], [1, 1, 1, 5]),
        tf.tensor3d([actual], [1, 1, 1]),
        tf.tensor3d([weight], [1, 1, 1]),
      ).dataSync()[0]!,
  );
}

describe('the pinball loss', () => {
  test('is zero for a perfect forecast alone', () => {
    expect(lossOf([5, 5, 5, 5, 5], 5)).toBe(0);
    expect(lossOf([5, 4.9, 5, 5, 5], 5)).toBeGreaterThan(0);
  });

  test('costs by level what lies above and below', () => {
    const levels = [0.02, 0.1, 0.5, 0.9, 0.98];
    const sum = levels.reduce((a, b) => a + b, 0);
    expect(lossOf([0, 0, 0, 0, 0], 3)).toBeCloseTo((3 * sum) / 5, 5);
    expect(lossOf([0, 0, 0, 0, 0], -3)).toBeCloseTo((3 * (5 - sum)) / 5, 5);
    expect(lossOf([-3, -1, 0, 2, 5], 0)).toBeCloseTo((0.02 * 3 + 0.1 * 1 + 0.1 * 2 + 0.02 * 5) / 5, 5);
  });

  test('does not count what has no weight', () => {
    expect(lossOf([0, 0, 0, 0, 0], 1000, 0)).toBe(0);
  });
});
