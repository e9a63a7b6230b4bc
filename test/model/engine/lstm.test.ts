import type { Tensor, Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { normal, seededRandom } from '../../../src/core/random.js';
import { lstmLoop } from '../../../src/model/engine/lstmLoop.js';
import type { Engine, Lstm } from '../../../src/model/engine/types.js';
import { largestDifference, nativeIfInstalled } from '../support.js';

const native = await nativeIfInstalled();

/** Steps, batch, input width, hidden width. */
const SHAPES = [
  [1, 1, 3, 2],
  [12, 3, 5, 4],
  [96, 2, 8, 8],
] as const;

describe.skipIf(!native)('the fused LSTM', () => {
  const engine = native as Engine;

  test.each(SHAPES)('over %i steps, batch %i, %i → %i wide, gives the outputs and state of the loop', (...shape) => {
    const fused = runForward(engine, engine.lstm, shape);
    const loop = runForward(engine, lstmLoop(engine.tf), shape);
    fused.forEach((values, i) => {
      expect(largestDifference(values, loop[i]!)).toBeLessThan(1e-5);
    });
  });

  test.each(SHAPES)('over %i steps, batch %i, %i → %i wide, has the five gradients of the loop', (...shape) => {
    const fused = runBackward(engine, engine.lstm, shape);
    const loop = runBackward(engine, lstmLoop(engine.tf), shape);
    fused.forEach((gradient, i) => {
      const largest = Math.max(...loop[i]!.map(Math.abs));
      expect(largest).toBeGreaterThan(0);
      expect(largestDifference(gradient, loop[i]!) / Math.max(largest, 1)).toBeLessThan(1e-5);
    });
  });

  test('keeps no tensor but what it returns, with and without gradients', () => {
    const { tf } = engine;
    const before = tf.memory().numTensors;
    for (let i = 0; i < 3; i++) {
      runForward(engine, engine.lstm, SHAPES[1]);
      runBackward(engine, engine.lstm, SHAPES[1]);
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});

type Shape = readonly [number, number, number, number];

/** Input, hidden, cell, kernel and bias with seeded values; the caller releases them. */
function someArguments({ tf }: Engine, [steps, batch, width, size]: Shape): Tensor[] {
  const random = seededRandom(3);
  const draw = (shape: number[], scale: number) =>
    tf.tensor(
      Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => scale * normal(random)),
      shape,
    );
  return [
    draw([steps, batch, width], 1),
    draw([batch, size], 0.5),
    draw([batch, size], 0.5),
    draw([width + size, 4 * size], 0.4),
    draw([4 * size], 0.4),
  ];
}

function run(lstm: Lstm, [input, hidden, cell, kernel, bias]: Tensor[]) {
  return lstm(
    input as Tensor3D,
    { kernel: kernel as Tensor2D, bias: bias as Tensor1D },
    { hidden: hidden as Tensor2D, cell: cell as Tensor2D },
  );
}

function runForward(engine: Engine, lstm: Lstm, shape: Shape): Float32Array[] {
  return engine.tf.tidy(() => {
    const { outputs, state } = run(lstm, someArguments(engine, shape));
    return [outputs, state.hidden, state.cell].map((tensor) => tensor.dataSync() as Float32Array);
  });
}

/** Gradients of a weighted sum of everything that comes out, so that all three ways back are used. */
function runBackward(engine: Engine, lstm: Lstm, shape: Shape): Float32Array[] {
  const { tf } = engine;
  const [steps, batch, , size] = shape;
  return tf.tidy(() => {
    const sum = (...given: Tensor[]) => {
      const { outputs, state } = run(lstm, given);
      const ramp = (like: number[], from: number) =>
        tf.reshape(
          tf.linspace(
            from,
            1,
            like.reduce((a, b) => a * b, 1),
          ),
          like,
        );
      const parts = [
        tf.sum(tf.mul(outputs, ramp([steps, batch, size], -1))),
        tf.sum(tf.mul(state.hidden, ramp([batch, size], 0.5))),
        tf.sum(tf.mul(state.cell, ramp([batch, size], -2))),
      ];
      return tf.addN(parts) as Tensor;
    };
    return tf
      .grads(sum)(someArguments(engine, shape))
      .map((gradient) => gradient.dataSync() as Float32Array);
  });
}
