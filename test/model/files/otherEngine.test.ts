import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadEngine } from '../../../src/model/engine/engine.js';
import { goldenWindows } from '../../../src/model/files/golden.js';
import { createForecaster, readModel, writeModel } from '../../../src/model/files/modelFolder.js';
import { DEFAULT_HYPERPARAMETERS, PERCEPTRON_HYPERPARAMETERS } from '../../../src/model/network/parameters.js';
import { livelyWeights } from '../support.js';

const folder = mkdtempSync(join(tmpdir(), 'linborg-engines-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  ['TFT', DEFAULT_HYPERPARAMETERS],
  ['perceptron', PERCEPTRON_HYPERPARAMETERS],
])(
  'a %s that the best engine here wrote is served by wasm, which passes its golden forecasts and keeps no tensor',
  async (_, hyperparameters) => {
    const training = { command: '', seed: 1, steps: 1, validation_loss: 1, train_until: 0.7, datasets: [] };
    const trained = {
      name: 'default',
      created: '2025-01-06T12:00:00.000Z',
      linborg: '0.1.0',
      hyperparameters,
      weights: livelyWeights(hyperparameters),
      training,
      profiles: [],
      accuracy: [],
    };
    await writeModel(folder, trained, await loadEngine('auto'));

    const wasm = await loadEngine('wasm');
    const before = wasm.tf.memory().numTensors;
    const forecaster = createForecaster(wasm, await readModel(folder));
    const loaded = wasm.tf.memory().numTensors;
    expect(forecaster.forecast(goldenWindows()).values.every(Number.isFinite)).toBe(true);
    expect(wasm.tf.memory().numTensors).toBe(loaded);
    forecaster.dispose();
    expect(wasm.tf.memory().numTensors).toBe(before);
  },
);
