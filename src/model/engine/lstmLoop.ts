/** An LSTM layer as a loop over time: works on every backend and has gradients by construction. */
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { Lstm, Tf } from './types.js';

/** c = σ(f)·c + σ(i)·tanh(g); h = σ(o)·tanh(c) (Hochreiter & Schmidhuber 1997, with forget gate). */
export function lstmLoop(tf: Tf): Lstm {
  return (input, { kernel, bias }, state) => {
    const [steps, batch, width] = input.shape;
    const size = state.hidden.shape[1];
    const [outputs, hidden, cell] = tf.tidy(() => {
      const inputKernel = tf.slice(kernel, [0, 0], [width, 4 * size]);
      const recurrentKernel = tf.slice(kernel, [width, 0], [size, 4 * size]);
      // One product for all steps: [T·B, I] @ [I, 4H].
      const flat = tf.reshape(input, [steps * batch, width]) as Tensor2D;
      const projected = tf.add(tf.matMul(flat, inputKernel), bias); // [T·B, 4H]
      let hidden = state.hidden;
      let cell = state.cell;
      const outputs: Tensor2D[] = [];
      for (let t = 0; t < steps; t++) {
        const fromInput = tf.slice(projected, [t * batch, 0], [batch, 4 * size]);
        const gates = tf.add(fromInput, tf.matMul(hidden, recurrentKernel)); // [B, 4H]
        const gate = (k: number) => tf.slice(gates, [0, k * size], [batch, size]) as Tensor2D;
        const kept = tf.mul(tf.sigmoid(gate(1)), cell);
        const added = tf.mul(tf.sigmoid(gate(0)), tf.tanh(gate(2)));
        cell = tf.add(kept, added);
        hidden = tf.mul(tf.sigmoid(gate(3)), tf.tanh(cell));
        outputs.push(hidden);
      }
      return [tf.stack(outputs), tf.clone(hidden), tf.clone(cell)];
    }) as [Tensor3D, Tensor2D, Tensor2D];
    return { outputs, state: { hidden, cell } };
  };
}
