/** An LSTM layer as TensorFlow's fused kernels BlockLSTMV2 and BlockLSTMGradV2, which tfjs has no op for. */
import type { Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { Lstm, Tf } from './types.js';

/** The parts of tfjs-node's backend that run a TensorFlow op by name. */
interface NativeBackend {
  readonly binding: {
    readonly TF_ATTR_FLOAT: number;
    readonly TF_ATTR_BOOL: number;
    readonly TF_ATTR_TYPE: number;
    readonly TF_FLOAT: number;
    readonly TF_INT64: number;
    createTensor(shape: readonly number[], type: number, values: Int32Array): number;
    executeOp(name: string, attributes: readonly object[], ids: readonly number[], outputs: number): object[];
  };
  getInputTensorIds(tensors: readonly Tensor[]): number[];
  createOutputTensor(metadata: object): Tensor;
}

/** The two kernels over so many steps; their tensors are the caller's. */
interface Kernels {
  /** BlockLSTMV2. @returns i, cs, f, o, ci, co, h, each [T, B, H] */
  forward(steps: number, inputs: Tensor[]): Tensor[];
  /** BlockLSTMGradV2. @returns the gradients of x, cs_prev, h_prev, w, wci, wcf, wco, b */
  backward(steps: number, inputs: Tensor[]): Tensor[];
}

const FORWARD_OUTPUTS = 7;
const BACKWARD_OUTPUTS = 8;

/** The fused layer; its gradients equal the loop's to 1e-6. Cell states are not clipped and there are no peepholes. */
export function lstmFused(tf: Tf): Lstm {
  const kernels = nativeKernels(tf.backend() as unknown as NativeBackend);
  return (input, weights, state) => {
    const [steps, batch] = input.shape;
    const size = state.hidden.shape[1];
    const layer = differentiableLayer(tf, kernels, [steps, batch, size]);
    const [outputs, hidden, cell] = tf.tidy(() => {
      const value = layer(input, state.cell, state.hidden, weights.kernel, weights.bias);
      const pick = (at: number) => tf.reshape(tf.slice(value, [at, 0, 0], [1, batch, size]), [batch, size]);
      return [tf.slice(value, [0, 0, 0], [steps, batch, size]), pick(steps - 1), pick(steps)];
    }) as [Tensor3D, Tensor2D, Tensor2D];
    return { outputs, state: { hidden, cell } };
  };
}

function nativeKernels(backend: NativeBackend): Kernels {
  const { binding } = backend;
  const lengthIds = new Map<number, number>();

  /** Handle of the int64 length: made once per length, since the binding leaks one per call otherwise. */
  const lengthId = (steps: number): number => {
    let id = lengthIds.get(steps);
    if (id === undefined) {
      id = binding.createTensor([], binding.TF_INT64, new Int32Array([steps, 0]));
      lengthIds.set(steps, id);
    }
    return id;
  };

  const run = (name: string, attributes: readonly object[], steps: number, inputs: Tensor[], outputs: number) =>
    binding
      .executeOp(name, attributes, [lengthId(steps), ...backend.getInputTensorIds(inputs)], outputs)
      .map((metadata) => backend.createOutputTensor(metadata));

  const floatType = { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT };
  const noPeephole = { name: 'use_peephole', type: binding.TF_ATTR_BOOL, value: false };
  const noClip = { name: 'cell_clip', type: binding.TF_ATTR_FLOAT, value: 0 };
  return {
    forward: (steps, inputs) => run('BlockLSTMV2', [noClip, noPeephole, floatType], steps, inputs, FORWARD_OUTPUTS),
    backward: (steps, inputs) => run('BlockLSTMGradV2', [noPeephole, floatType], steps, inputs, BACKWARD_OUTPUTS),
  };
}

/**
 * The layer with its gradient, of x, cell, hidden, kernel and bias.
 * @param shape  [T, B, H] of its outputs
 * @returns one tensor, as customGrad wants: the T outputs and then the last cell. [T + 1, B, H]
 */
function differentiableLayer(tf: Tf, kernels: Kernels, [steps, batch, size]: readonly [number, number, number]) {
  return tf.customGrad((...args: (Tensor | ((saved: Tensor[]) => void))[]) => {
    const save = args.pop() as (saved: Tensor[]) => void;
    const [x, cell, hidden, kernel, bias] = args as Tensor[];
    const peephole = tf.zeros([size]);
    const inputs = [x!, cell!, hidden!, kernel!, peephole, peephole, peephole, bias!];
    const outputs = kernels.forward(steps, inputs);
    const [, cells, , , , , hiddens] = outputs;
    const lastCell = tf.slice(cells!, [steps - 1, 0, 0], [1, batch, size]);
    const value = tf.concat([hiddens!, lastCell], 0);
    save([...inputs, ...outputs]);
    return {
      value,
      gradFunc: (dy: Tensor, saved: Tensor[]) =>
        tf.tidy(() => {
          const hiddenGradient = tf.slice(dy, [0, 0, 0], [steps, batch, size]);
          const cellGradient = tf.concat([
            tf.zeros([steps - 1, batch, size]),
            tf.slice(dy, [steps, 0, 0], [1, batch, size]),
          ]);
          const gradients = kernels.backward(steps, [...saved, cellGradient, hiddenGradient]);
          const [dx, dCell, dHidden, dKernel, , , , dBias] = gradients;
          return [dx!, dCell!, dHidden!, dKernel!, dBias!];
        }),
    };
  });
}
