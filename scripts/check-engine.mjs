/**
 * Proves which TensorFlow engine runs here by multiplying two matrices with it, and says it in one line.
 *
 * usage: node scripts/check-engine.mjs [--native]
 * exit code: 0 = an engine works (with --native: the native one); 1 = none does, with the reason
 */
import { createRequire } from 'node:module';
import util from 'node:util';

const require = createRequire(import.meta.url);
process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';

const native = multiplied(tryNative);
if (process.argv.includes('--native')) finish(native);
else finish(native.works ? native : await wasmInstead(native));

function finish({ works, line }) {
  (works ? process.stdout : process.stderr).write(`${line}\n`);
  process.exit(works ? 0 : 1);
}

/** The native engine; Node ≥ 23 lacks a function that it calls when it runs an operation. */
function tryNative() {
  util.isNullOrUndefined ??= (value) => value === null || value === undefined;
  const tf = require('@tensorflow/tfjs-node');
  return { tf, backend: 'tensorflow', name: `native TensorFlow ${tf.backend().binding.TF_Version}` };
}

async function wasmInstead(native) {
  try {
    const tf = require('@tensorflow/tfjs-core');
    require('@tensorflow/tfjs-backend-wasm');
    await tf.setBackend('wasm');
    const wasm = multiplied(() => ({ tf, backend: 'wasm', name: 'wasm' }));
    return { works: wasm.works, line: `${wasm.line}; ${native.line}` };
  } catch (error) {
    return { works: false, line: `wasm engine does not work: ${firstLine(error)}; ${native.line}` };
  }
}

/** [[1, 2], [3, 4]] × [[5, 6], [7, 8]] = [[19, 22], [43, 50]], worked out by hand. */
function multiplied(load) {
  try {
    const { tf, backend, name } = load();
    const product = tf.matMul(tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.tensor2d([5, 6, 7, 8], [2, 2]));
    const values = product.dataSync().join();
    if (tf.getBackend() !== backend) return { works: false, line: `engine is ${tf.getBackend()}, expected ${backend}` };
    if (values !== '19,22,43,50') return { works: false, line: `${name} multiplies wrongly: ${values}` };
    return { works: true, line: `engine: ${name} (Node ${process.versions.node}, matrix product checked)` };
  } catch (error) {
    return { works: false, line: `native engine does not work: ${firstLine(error)}` };
  }
}

function firstLine(error) {
  return String(error?.message ?? error).split('\n')[0];
}
