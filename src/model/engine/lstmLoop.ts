/** An LSTM layer as a loop over time: works on every backend and has gradients by construction. */
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { Lstm, Tf } from './types.js';

/** c = σ(f)·c + σ(i)·tanh(g); h = σ(o)·tanh(c) (Hochreiter & Schmidhuber 1997, with forget gate). */
export function lstmLoop(tf: Tf): Lstm {
  return (input, { kernel, bias }, state) => {
    const [steps, batch, width] = input.shape;
    const size = state.hidden.shape[1];
    const [outputs, hidden, cell] = tf.tidy(() => {
      const flat = tf.reshape(input, [steps * batch, width]) as Tensor2D;
      // Gate by gate, so that every slice below is one piece of memory: wasm copies other slices row by row.
      const gates = [0, 1, 2, 3].map((k) => {
        const inputKernel = tf.slice(kernel, [0, k * size], [width, size]);
        const gateBias = tf.slice(bias, [k * size], [size]);
        return {
          // One product for all steps: [T·B, I] @ [I, H].
          projected: stepSlicer(tf, tf.add(tf.matMul(flat, inputKernel), gateBias) as Tensor2D, batch),
          recurrentKernel: tf.slice(kernel, [width, k * size], [size, size]) as Tensor2D,
        };
      });
      let hidden = state.hidden;
      let cell = state.cell;
      const outputs: Tensor2D[] = [];
      for (let t = 0; t < steps; t++) {
        const [i, f, g, o] = gates.map(({ projected, recurrentKernel }) => {
          const fromInput = projected(t);
          return tf.add(fromInput, tf.matMul(hidden, recurrentKernel)) as Tensor2D; // [B, H]
        }) as [Tensor2D, Tensor2D, Tensor2D, Tensor2D];
        const kept = tf.mul(tf.sigmoid(f), cell);
        const added = tf.mul(tf.sigmoid(i), tf.tanh(g));
        cell = tf.add(kept, added);
        hidden = tf.mul(tf.sigmoid(o), tf.tanh(cell));
        outputs.push(hidden);
      }
      return [tf.stack(outputs), tf.clone(hidden), tf.clone(cell)];
    }) as [Tensor3D, Tensor2D, Tensor2D];
    return { outputs, state: { hidden, cell } };
  };
}

/** Steps that are cut out together. */
const CHUNK_STEPS = 12;

/**
 * Cuts [T·B, H] into its steps [B, H], in two stages: wasm reads the whole tensor for each slice, so that a slice of a
 * small piece is far cheaper. Steps must be asked for in order.
 */
function stepSlicer(tf: Tf, rows: Tensor2D, batch: number): (t: number) => Tensor2D {
  const [total, size] = rows.shape;
  let chunk = rows;
  return (t) => {
    const within = t % CHUNK_STEPS;
    if (within === 0) {
      const steps = Math.min(CHUNK_STEPS, total / batch - t);
      chunk = tf.slice(rows, [t * batch, 0], [steps * batch, size]);
    }
    return tf.slice(chunk, [within * batch, 0], [batch, size]);
  };
}
