/** The numeric engine: TensorFlow's native library where it is installed, else WebAssembly. */
import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import util from 'node:util';
import { ModelError } from '../../core/errors.js';
import { lstmFused } from './lstmFused.js';
import { lstmLoop } from './lstmLoop.js';
import { perVariableLoop } from './perVariableLoop.js';
import type { Engine, EngineKind, Tf } from './types.js';

const require = createRequire(import.meta.url);

/**
 * Loads an engine; `auto` takes native and falls back to wasm.
 * @param threads  threads of native operations; takes effect for the first native engine of the process only, and must be
 *                 set in the main thread before any worker loads one
 * @throws ModelError if `native` is asked for and cannot be loaded
 */
export async function loadEngine(wanted: EngineKind | 'auto', threads = 1): Promise<Engine> {
  if (wanted === 'wasm') return loadWasm('asked for by configuration');
  setNativeThreads(threads);
  try {
    return loadNative();
  } catch (cause) {
    const why = (cause as Error).message.split('\n')[0]!;
    if (wanted === 'native') {
      throw new ModelError(
        `the native TensorFlow engine cannot be loaded (${why}); run "make setup", or set engine: wasm`,
        {
          cause,
        },
      );
    }
    return loadWasm(`native TensorFlow is not installed (${why}); "make setup" installs it`);
  }
}

/** Limits the native library's own threads; call it in the main thread before workers start. */
export function setNativeThreads(threads: number): void {
  process.env['TF_NUM_INTRAOP_THREADS'] ??= String(threads);
  process.env['TF_NUM_INTEROP_THREADS'] ??= '1';
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
}

function loadNative(): Engine {
  // tfjs-node 4.22 calls util.isNullOrUndefined, which Node 23 removed.
  const legacy = util as unknown as { isNullOrUndefined?: (value: unknown) => boolean };
  legacy.isNullOrUndefined ??= (value) => value === null || value === undefined;
  const tf = require('@tensorflow/tfjs-core') as Tf;
  const native = require('@tensorflow/tfjs-node') as { version: { 'tfjs-node'?: string } };
  if (tf.getBackend() !== 'tensorflow') throw new Error(`backend is ${tf.getBackend()}, expected tensorflow`);
  const backend = tf.backend() as unknown as { binding: { TF_Version: string } };
  return {
    kind: 'native',
    version: `TensorFlow ${backend.binding.TF_Version}`,
    reason: `tfjs-node ${native.version['tfjs-node'] ?? ''}`.trim(),
    tf,
    lstm: lstmFused(tf),
    perVariable: (x, stacks) => stacks.map((stack) => tf.matMul(x, stack)),
    free: freeAtOnce,
  };
}

async function loadWasm(reason: string): Promise<Engine> {
  const tf = require('@tensorflow/tfjs-core') as Tf;
  const wasm = require('@tensorflow/tfjs-backend-wasm') as {
    setWasmPaths(prefix: string): void;
    version_wasm: string;
  };
  wasm.setWasmPaths(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')) + sep);
  if (!(await tf.setBackend('wasm'))) {
    throw new ModelError('the WebAssembly engine cannot be started; reinstall with "npm ci"');
  }
  await tf.ready();
  return {
    kind: 'wasm',
    version: `tfjs-wasm ${wasm.version_wasm}`,
    reason,
    tf,
    lstm: lstmLoop(tf),
    perVariable: perVariableLoop(tf),
    free: freeAtOnce,
  };
}

function freeAtOnce(...tensors: readonly { dispose(): void }[]): void {
  for (const tensor of tensors) tensor.dispose();
}

/** The same engine for training: intermediates stay, since gradients need them; `tf.tidy` ends them. */
export function forTraining(engine: Engine): Engine {
  return { ...engine, free: () => {} };
}
