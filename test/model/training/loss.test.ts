import { describe, expect, test } from 'vitest';
import { loadEngine } from '../../../src/model/engine/engine.js';
import { pinballLoss } from '../../../src/model/training/loss.js';

const { tf } = await loadEngine('auto');

/** Loss of one window of one step. */
function lossOf(quantiles: readonly [number, number, number], actual: number, weight = 1): number {
  return tf.tidy(
    () =>
      pinballLoss(
        tf,
        tf.tensor4d([...quantiles], [1, 1, 1, 3]),
        tf.tensor3d([actual], [1, 1, 1]),
        tf.tensor3d([weight], [1, 1, 1]),
      ).dataSync()[0]!,
  );
}

describe('the pinball loss', () => {
  test('is zero for a perfect forecast alone', () => {
    expect(lossOf([5, 5, 5], 5)).toBe(0);
    expect(lossOf([4.9, 5, 5], 5)).toBeGreaterThan(0);
  });

  test('costs by level what lies above and below', () => {
    expect(lossOf([0, 0, 0], 3)).toBeCloseTo((0.1 * 3 + 0.5 * 3 + 0.9 * 3) / 3, 5);
    expect(lossOf([0, 0, 0], -3)).toBeCloseTo((0.9 * 3 + 0.5 * 3 + 0.1 * 3) / 3, 5);
    expect(lossOf([-1, 0, 2], 0)).toBeCloseTo((0.1 * 1 + 0.1 * 2) / 3, 5);
  });

  test('does not count what has no weight', () => {
    expect(lossOf([0, 0, 0], 1000, 0)).toBe(0);
  });
});
