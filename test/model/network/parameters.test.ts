import { describe, expect, test } from 'vitest';
import {
  DEFAULT_HYPERPARAMETERS,
  initialWeights,
  PERCEPTRON_HYPERPARAMETERS,
  parameterSpecs,
} from '../../../src/model/network/parameters.js';

const bytesOf = (weights: ReadonlyMap<string, Float32Array>) =>
  Buffer.concat([...weights].flatMap(([name, values]) => [Buffer.from(name), Buffer.from(values.buffer)]));

describe('first weights', () => {
  test('are the same bytes for the same seed and others for another', () => {
    const first = bytesOf(initialWeights(DEFAULT_HYPERPARAMETERS, 7));
    expect(bytesOf(initialWeights(DEFAULT_HYPERPARAMETERS, 7)).equals(first)).toBe(true);
    expect(bytesOf(initialWeights(DEFAULT_HYPERPARAMETERS, 8)).equals(first)).toBe(false);
  });

  test('have the length of their shape and a name of their own', () => {
    const specs = parameterSpecs(DEFAULT_HYPERPARAMETERS);
    const weights = initialWeights(DEFAULT_HYPERPARAMETERS, 1);
    expect(weights.size).toBe(specs.length);
    for (const { name, shape } of specs) expect(weights.get(name)).toHaveLength(shape.reduce((a, b) => a * b, 1));
  });

  test('of matrices have the deviation 1/√inputs, and norms start as the identity', () => {
    const weights = initialWeights(DEFAULT_HYPERPARAMETERS, 1);
    const kernel = weights.get('encoder.kernel')!;
    const deviation = Math.sqrt(kernel.reduce((sum, w) => sum + w * w, 0) / kernel.length);
    expect(deviation * Math.sqrt(64)).toBeGreaterThan(0.95);
    expect(deviation * Math.sqrt(64)).toBeLessThan(1.05);
    expect(new Set(weights.get('past.norm.gamma'))).toEqual(new Set([1]));
    expect(new Set(weights.get('past.norm.beta'))).toEqual(new Set([0]));
  });

  test('open the forget gate alone', () => {
    const bias = initialWeights(DEFAULT_HYPERPARAMETERS, 1).get('encoder.bias')!;
    const gates = [0, 1, 2, 3].map((gate) => new Set(bias.subarray(gate * 32, (gate + 1) * 32)));
    expect(gates).toEqual([new Set([0]), new Set([1]), new Set([0]), new Set([0])]);
  });

  test('decay only where they are matrices', () => {
    for (const { name, decays } of parameterSpecs(DEFAULT_HYPERPARAMETERS)) {
      const isMatrix = !/\.(b|beta|gamma|bias)$|^static\.(metric|profile)$/.test(name);
      expect(decays, name).toBe(isMatrix);
    }
  });

  test('cannot be made for a width that the heads do not divide', () => {
    expect(() => parameterSpecs({ hidden: 30, heads: 4 })).toThrow('hidden is 30; expected a multiple of heads (4)');
  });

  test('of a perceptron are its own, of the order of the TFT’s, and fit into half of the 2 MB that a model may have', () => {
    const specs = parameterSpecs(PERCEPTRON_HYPERPARAMETERS);
    expect(specs.map(({ name }) => name)).not.toContain('encoder.kernel');
    const count = specs.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
    expect(count).toBeGreaterThan(100_000);
    expect(count).toBeLessThan(200_000);
  });
});
