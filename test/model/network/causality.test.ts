import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Random, seededRandom } from '../../../src/core/random.js';
import { loadEngine } from '../../../src/model/engine/engine.js';
import { createInputBatch, type InputBatch } from '../../../src/model/inputs/batch.js';
import {
  CANDIDATES,
  FUTURE_TOKENS,
  FUTURE_VARIABLES,
  PAST_TOKENS,
  PATCH_STEPS,
  TOKEN_WIDTH,
} from '../../../src/model/inputs/contract.js';
import { fillWindow } from '../../../src/model/inputs/window.js';
import { causalMask } from '../../../src/model/network/attention.js';
import { disposeInputs, toTensors } from '../../../src/model/network/inputTensors.js';
import { parameterSpecs } from '../../../src/model/network/parameters.js';
import { runTft } from '../../../src/model/network/tft.js';
import { livelyHistory, livelyWeights, SMALL, windowOf } from '../support.js';

const engine = await loadEngine('auto');
const { tf } = engine;
const B = 2;
const values = livelyWeights(SMALL);
const weights = new Map(
  parameterSpecs(SMALL).map(({ name, shape }) => [name, tf.tensor(values.get(name)!, [...shape])]),
);
const mask = tf.tensor2d(causalMask(), [FUTURE_TOKENS, PAST_TOKENS + FUTURE_TOKENS]);

describe('the decoder', () => {
  test('does not see later tokens: new inputs from token j on change no output before j, and change the one at j', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: FUTURE_TOKENS - 1 }), (seed, from) => {
        const before = outputsOf(batchOf(seed));
        const disturbed = batchOf(seed);
        disturbFuture(disturbed, from, seededRandom(seed + 1));
        const after = outputsOf(disturbed);
        expect(after.quantiles.slice(0, from)).toEqual(before.quantiles.slice(0, from));
        expect(after.quantiles[from]).not.toEqual(before.quantiles[from]);
        expect(after.attention.slice(0, from)).toEqual(before.attention.slice(0, from));
      }),
      { numRuns: 15 },
    );
  });

  test('pays no attention to tokens after itself', () => {
    const { attention } = outputsOf(batchOf(1));
    attention.forEach((shares, j) => {
      expect(Math.max(0, ...shares.slice(PAST_TOKENS + j + 1))).toBe(0);
      expect(shares[PAST_TOKENS + j]).toBeGreaterThan(0);
      expect(shares.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
    });
  });
});

function batchOf(seed: number): InputBatch {
  const batch = createInputBatch(B);
  for (let column = 0; column < B; column++) {
    fillWindow(windowOf(livelyHistory(seededRandom(seed + column))), batch, column);
  }
  return batch;
}

/** Other values in every known future input and candidate of the tokens from `from` on. */
function disturbFuture(batch: InputBatch, from: number, random: Random): void {
  for (let variable = 0; variable < FUTURE_VARIABLES.length; variable++) {
    const start = (variable * FUTURE_TOKENS + from) * B * TOKEN_WIDTH;
    const end = (variable + 1) * FUTURE_TOKENS * B * TOKEN_WIDTH;
    for (let i = start; i < end; i++) if ((i + 1) % TOKEN_WIDTH !== 0) batch.future[i] = 4 * random() - 2;
  }
  const firstCandidate = from * B * PATCH_STEPS * CANDIDATES.length;
  for (let i = firstCandidate; i < batch.candidates.length; i++) batch.candidates[i] = 10 * random() - 5;
}

/** Per future token: the quantiles of both windows, and the attention of the first. */
function outputsOf(batch: InputBatch): { quantiles: number[][]; attention: number[][] } {
  const inputs = toTensors(tf, batch);
  const output = runTft({ ...engine, weights: (name) => weights.get(name)! }, SMALL, inputs, mask);
  const quantiles = output.quantiles.dataSync() as Float32Array;
  const attention = output.attention.dataSync() as Float32Array;
  for (const tensor of Object.values(output)) (tensor as { dispose(): void }).dispose();
  disposeInputs(inputs);
  const tokens = PAST_TOKENS + FUTURE_TOKENS;
  const width = quantiles.length / FUTURE_TOKENS;
  return {
    quantiles: Array.from({ length: FUTURE_TOKENS }, (_, j) => [...quantiles.subarray(j * width, (j + 1) * width)]),
    attention: Array.from({ length: FUTURE_TOKENS }, (_, j) => [...attention.subarray(j * tokens, (j + 1) * tokens)]),
  };
}
