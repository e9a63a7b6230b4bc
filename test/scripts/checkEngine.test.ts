import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);

test('the check of the engine multiplies with one that works here, and says which in one line', async () => {
  const { stdout } = await run(process.execPath, ['scripts/check-engine.mjs']);
  expect(stdout).toMatch(/^engine: (native TensorFlow \S+|wasm) \(Node [\d.]+, matrix product checked\).*\n$/);
});

test('asked for the native engine, it fails rather than be content with wasm', async () => {
  const alone = run(process.execPath, ['scripts/check-engine.mjs', '--native'], {
    // A Node that may not load addons is one without the native engine.
    env: { ...process.env, NODE_OPTIONS: '--no-addons' },
  });
  await expect(alone).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^native engine does not work: .+/),
  });
});

test('where no addon may be loaded, wasm does the work and the line says why it is not native', async () => {
  const { stdout } = await run(process.execPath, ['scripts/check-engine.mjs'], {
    env: { ...process.env, NODE_OPTIONS: '--no-addons' },
  });
  expect(stdout).toMatch(/^engine: wasm \(.*\); native engine does not work: .+\n$/);
});
