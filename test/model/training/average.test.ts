import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { averageWeights } from '../../../src/model/training/average.js';
import { livelyWeights, SMALL, SMALL_PERCEPTRON } from '../support.js';

const share = fc.double({ min: 0.01, max: 100, noNaN: true });
const weightsOf = (values: readonly number[]) => new Map([['w', Float32Array.from(values)]]);

describe('the mean of weights', () => {
  test('of equal weights is these weights, bit for bit, whatever the shares', () => {
    const weights = livelyWeights(SMALL);
    fc.assert(
      fc.property(fc.array(share, { minLength: 1, maxLength: 4 }), (shares) => {
        expect(averageWeights(shares.map((share) => ({ weights, share })))).toEqual(weights);
      }),
      { numRuns: 10 },
    );
  });

  test('depends on the ratio of the shares alone, lies between the parts and does not mind their order', () => {
    const [first, second] = [weightsOf([0, 4, -8]), weightsOf([4, 4, 8])];
    const mean = averageWeights([
      { weights: first, share: 1 },
      { weights: second, share: 3 },
    ]);
    expect(mean).toEqual(weightsOf([3, 4, 4]));
    const turned = averageWeights([
      { weights: second, share: 0.75 },
      { weights: first, share: 0.25 },
    ]);
    expect(turned).toEqual(mean);
  });

  test('of two architectures does not exist', () => {
    const other = [
      { weights: livelyWeights(SMALL), share: 1 },
      { weights: livelyWeights(SMALL_PERCEPTRON), share: 1 },
    ];
    expect(() => averageWeights(other)).toThrow(/tensors/);
    const longer = [
      { weights: weightsOf([1]), share: 1 },
      { weights: weightsOf([1, 2]), share: 1 },
    ];
    expect(() => averageWeights(longer)).toThrow('w is not the same in all parts');
  });
});
