/** What an engine is, whichever runs. */
import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';

export interface LstmWeights {
  /** [I + H, 4H]: input rows, then recurrent rows; columns are the gates i, f, g, o. */
  readonly kernel: Tensor2D;
  /** [4H] */
  readonly bias: Tensor1D;
}

export interface LstmState {
  readonly hidden: Tensor2D; // [B, H]
  readonly cell: Tensor2D; // [B, H]
}

/**
 * Runs an LSTM over time.
 * @param input  [T, B, I]
 * @param state  hidden and cell before the first step
 * @returns outputs [T, B, H] and the state after the last step; the caller releases all three
 */
export type Lstm = (input: Tensor3D, weights: LstmWeights, state: LstmState) => { outputs: Tensor3D; state: LstmState };

export type Tf = typeof import('@tensorflow/tfjs-core');

export type EngineKind = 'native' | 'wasm';

export interface Engine {
  readonly kind: EngineKind;
  /** Version of the library underneath, e.g. `TensorFlow 2.15.1`. */
  readonly version: string;
  /** Why it is this engine, for one line at start. */
  readonly reason: string;
  readonly tf: Tf;
  readonly lstm: Lstm;
  /** One product per variable with each of several stacks of matrices: [V, N, I] @ [V, I, O] → [V, N, O]. */
  readonly perVariable: (x: Tensor3D, stacks: readonly Tensor3D[]) => Tensor3D[];
  /** Releases tensors at once where no gradient needs them; memory that is reused hot is several times faster. */
  readonly free: (...tensors: readonly { dispose(): void }[]) => void;
}
