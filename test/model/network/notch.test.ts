import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HORIZON_STEPS } from '../../../src/core/flow.js';
import { normal, seededRandom } from '../../../src/core/random.js';
import { loadEngine } from '../../../src/model/engine/engine.js';
import { createInputBatch, stepIndex } from '../../../src/model/inputs/batch.js';
import { FUTURE_TOKENS, PAST_TOKENS, PATCH_STEPS } from '../../../src/model/inputs/contract.js';
import { fillWindow } from '../../../src/model/inputs/window.js';
import { causalMask } from '../../../src/model/network/attention.js';
import { NETWORK_LEVELS } from '../../../src/model/network/head.js';
import { disposeInputs, toTensors } from '../../../src/model/network/inputTensors.js';
import { runNetwork, tensorsOf } from '../../../src/model/network/network.js';
import { notch, notchMatrix } from '../../../src/model/network/notch.js';
import { type Hyperparameters, parameterSpecs } from '../../../src/model/network/parameters.js';
import { largestDifference, livelyHistory, livelyWeights, NETWORKS, windowOf } from '../support.js';

const engine = await loadEngine('auto');
const { tf } = engine;
const amount = fc.float({ min: -50, max: 50, noNaN: true });
const width = fc.integer({ min: 1, max: FUTURE_TOKENS });

/** The filter's answer to one value per step. */
function filtered(values: readonly number[], tokens: number): number[] {
  const matrix = notchMatrix(tokens);
  return values.map((_, step) => values.reduce((sum, value, i) => sum + matrix[step * HORIZON_STEPS + i]! * value, 0));
}

describe('the notch filter', () => {
  test('takes away any pattern that recurs with every token, up to the ends, and leaves its mean', () => {
    fc.assert(
      fc.property(fc.tuple(amount, amount, amount), width, (pattern, tokens) => {
        const zigzag = Array.from({ length: HORIZON_STEPS }, (_, step) => pattern[step % PATCH_STEPS]!);
        const mean = (pattern[0] + pattern[1] + pattern[2]) / PATCH_STEPS;
        expect(largestDifference(filtered(zigzag, tokens), zigzag.fill(mean))).toBeLessThan(1e-3);
      }),
    );
  });

  test('leaves every straight line as it is', () => {
    fc.assert(
      fc.property(amount, amount, width, (start, slope, tokens) => {
        const line = Array.from({ length: HORIZON_STEPS }, (_, step) => start + slope * (step / HORIZON_STEPS));
        expect(largestDifference(filtered(line, tokens), line)).toBeLessThan(1e-3);
      }),
    );
  });

  test('leaves a single spike nearly whole: no more than a token in eight is bent', () => {
    const spike = Array.from({ length: HORIZON_STEPS }, (_, step) => (step === 40 ? 1 : 0));
    const after = filtered(spike, 8);
    expect(after[40]).toBeCloseTo(1 - (1 - 1 / PATCH_STEPS) / 8, 6);
    expect(largestDifference(after, spike)).toBeLessThan(1 / 8);
  });

  test('gives each window and each output what the matrix says, whatever stands beside it', () => {
    const random = seededRandom(3);
    const shape: [number, number, number, number] = [FUTURE_TOKENS, 2, PATCH_STEPS, 2];
    const values = Float32Array.from({ length: 2 * 2 * HORIZON_STEPS }, () => normal(random));
    const result = notch(engine, tf.tensor4d(values, shape), 8);
    const actual = result.dataSync() as Float32Array;
    result.dispose();
    for (const [window, output] of [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ] as const) {
      const at = (step: number) => stepIndex(2, window, step) * 2 + output;
      const steps = Array.from({ length: HORIZON_STEPS }, (_, step) => step);
      const expected = filtered(
        steps.map((step) => values[at(step)]!),
        8,
      );
      expect(
        largestDifference(
          steps.map((step) => actual[at(step)]!),
          expected,
        ),
      ).toBeLessThan(1e-5);
    }
  });
});

describe.each(NETWORKS)('a %s with a notch filter', (_, plain) => {
  const hyperparameters: Hyperparameters = { ...plain, notch: 8 };
  const mask = tf.tensor2d(causalMask(), [FUTURE_TOKENS, PAST_TOKENS + FUTURE_TOKENS]);

  test('keeps its levels in order whatever its weights and the window are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), (seed) => {
        const values = livelyWeights(hyperparameters, seed);
        const weights = new Map(
          parameterSpecs(hyperparameters).map(({ name, shape }) => [name, tf.tensor(values.get(name)!, [...shape])]),
        );
        const batch = createInputBatch(1);
        fillWindow(windowOf(livelyHistory(seededRandom(seed))), batch, 0);
        const inputs = toTensors(tf, batch);
        const pass = { ...engine, weights: (name: string) => weights.get(name)! };
        const output = runNetwork(pass, hyperparameters, inputs, mask);
        const quantiles = output.quantiles.dataSync() as Float32Array;
        for (const tensor of [...tensorsOf(output), ...weights.values()]) tensor.dispose();
        disposeInputs(inputs);
        for (let i = 0; i < quantiles.length; i++) {
          if (i % NETWORK_LEVELS.length > 0) expect(quantiles[i]).toBeGreaterThanOrEqual(quantiles[i - 1]!);
        }
      }),
      { numRuns: 12 },
    );
  });
});
