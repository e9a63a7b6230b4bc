/** Products per variable as a loop: tfjs-wasm multiplies single matrices with XNNPACK, but stacks of them naively. */
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { Engine, Tf } from './types.js';

/** The same as batched products, six times faster on wasm; x is cut once, since wasm reads all of it for each cut. */
export function perVariableLoop(tf: Tf): Engine['perVariable'] {
  const cut = (stack: Tensor3D): Tensor2D[] => {
    const [variables, rows, columns] = stack.shape;
    return Array.from({ length: variables }, (_, variable) =>
      tf.reshape(tf.slice(stack, [variable, 0, 0], [1, rows, columns]), [rows, columns]),
    );
  };
  return (x, stacks) =>
    tf.tidy(() => {
      const parts = cut(x);
      return stacks.map((stack) => {
        const matrices = cut(stack);
        return tf.stack(parts.map((part, variable) => tf.matMul(part, matrices[variable]!))) as Tensor3D;
      });
    });
}
