import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { forTraining, loadEngine, setNativeThreads } from '../../../src/model/engine/engine.js';
import { nativeIfInstalled } from '../support.js';

const native = await nativeIfInstalled();
const checkout = fileURLToPath(new URL('../../../', import.meta.url));

describe('the engine', () => {
  test('asked for as "auto" is native where it is installed, else wasm, and computes', async () => {
    const engine = await loadEngine('auto');
    expect(engine.kind).toBe(native ? 'native' : 'wasm');
    expect(engine.version).toMatch(native ? /^TensorFlow \d+\.\d+/ : /^tfjs-wasm \d+\.\d+/);
    const { tf } = engine;
    expect([...tf.matMul([[1, 2]], [[3], [4]]).dataSync()]).toEqual([11]);
  });

  test('asked for as "wasm" is wasm, whatever is installed, and says why', async () => {
    const engine = await loadEngine('wasm');
    expect(engine).toMatchObject({ kind: 'wasm', reason: 'asked for by configuration' });
    expect(engine.version).toMatch(/^tfjs-wasm \d+\.\d+/);
    expect(engine.tf.getBackend()).toBe('wasm');
    expect([...engine.tf.matMul([[1, 2]], [[3], [4]]).dataSync()]).toEqual([11]);
  });

  test('for training keeps what the serving one releases at once', async () => {
    const engine = await loadEngine('wasm');
    const tensor = engine.tf.tensor1d([1]);
    forTraining(engine).free(tensor);
    expect(tensor.isDisposed).toBe(false);
    engine.free(tensor);
    expect(tensor.isDisposed).toBe(true);
  });

  test('gets its number of threads once: what the environment says stays', () => {
    const before = process.env['TF_NUM_INTRAOP_THREADS'];
    delete process.env['TF_NUM_INTRAOP_THREADS'];
    setNativeThreads(3);
    expect(process.env['TF_NUM_INTRAOP_THREADS']).toBe('3');
    setNativeThreads(5);
    expect(process.env['TF_NUM_INTRAOP_THREADS']).toBe('3');
    if (before !== undefined) process.env['TF_NUM_INTRAOP_THREADS'] = before;
  });

  test.skipIf(!native)('asked for as "native" runs on a Node without util.isNullOrUndefined', () => {
    const output = inNode(
      checkout,
      `import util from 'node:util';
       delete util.isNullOrUndefined;
       const { loadEngine } = await import('./dist/model/engine/engine.js');
       const { kind, tf } = await loadEngine('native');
       // Joining tensors is where the library calls it.
       console.log(kind, tf.concat([tf.tensor1d([1]), tf.tensor1d([2])]).dataSync().join());`,
    );
    expect(output).toBe('native 1,2');
  });
});

describe('without native TensorFlow', () => {
  // The built program beside every package that it needs, but for the native one.
  const folder = mkdtempSync(join(tmpdir(), 'linborg-engine-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  for (const room of ['core', 'model'])
    cpSync(join(checkout, 'dist', room), join(folder, 'dist', room), { recursive: true });
  mkdirSync(join(folder, 'node_modules/@tensorflow'), { recursive: true });
  for (const name of ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-wasm', 'zod']) {
    symlinkSync(join(checkout, 'node_modules', name), join(folder, 'node_modules', name));
  }

  test('"native" is refused with what is missing and what to do', () => {
    const output = inNode(
      folder,
      `const { loadEngine } = await import('./dist/model/engine/engine.js');
       await loadEngine('native').catch((error) => console.log(error.name, error.message, error.cause.code));`,
    );
    expect(output).toBe(
      `ModelError the native TensorFlow engine cannot be loaded (Cannot find module '@tensorflow/tfjs-node'); run "make setup", or set engine: wasm MODULE_NOT_FOUND`,
    );
  });

  test('"auto" falls back to wasm, says why, and computes', () => {
    const output = inNode(
      folder,
      `const { loadEngine } = await import('./dist/model/engine/engine.js');
       const { kind, reason, tf } = await loadEngine('auto');
       console.log(kind, tf.matMul([[1, 2]], [[3], [4]]).dataSync().join(), reason);`,
    );
    expect(output).toBe(
      `wasm 11 native TensorFlow is not installed (Cannot find module '@tensorflow/tfjs-node'); "make setup" installs it`,
    );
  });
});

/** What a Node process of its own prints; its place is in the given folder. */
function inNode(folder: string, source: string): string {
  return execFileSync(process.execPath, ['--input-type=module', '-e', source], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
}
