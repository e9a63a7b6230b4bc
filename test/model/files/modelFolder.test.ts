import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { ModelError, WriteError } from '../../../src/core/errors.js';
import { loadEngine } from '../../../src/model/engine/engine.js';
import { goldenWindows } from '../../../src/model/files/golden.js';
import type { Manifest } from '../../../src/model/files/manifest.js';
import { createForecaster, readModel, type TrainedModel, writeModel } from '../../../src/model/files/modelFolder.js';
import { decodeSafetensors, encodeSafetensors } from '../../../src/model/files/safetensors.js';
import { largestDifference, livelyWeights, SMALL, SMALL_PERCEPTRON } from '../support.js';

const engine = await loadEngine('auto');
const root = mkdtempSync(join(tmpdir(), 'linborg-model-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const trained: TrainedModel = {
  name: 'tiny',
  created: '2025-01-06T12:00:00.000Z',
  linborg: '0.1.0',
  hyperparameters: SMALL,
  weights: livelyWeights(SMALL),
  training: {
    command: 'linborg train --from csv traces',
    seed: 1,
    steps: 400,
    validation_loss: 0.1234,
    train_until: 0.7,
    datasets: [{ name: 'traces', servers: 3, series: 42, from: '2024-12-01', to: '2024-12-31' }],
  },
  profiles: ['database', 'generic'],
  accuracy: [{ dataset: 'traces', series: 40, mase: 0.8, coverage: 0.79, wql: 0.05, baselines: { persistence: 1.2 } }],
};

let folder = '';
let count = 0;
beforeEach(async () => {
  folder = join(root, `model-${count++}`);
  await writeModel(folder, trained, engine);
});

const weightsPath = () => join(folder, 'weights.safetensors');
const manifestPath = () => join(folder, 'manifest.json');
const readManifest = () => JSON.parse(readFileSync(manifestPath(), 'utf8')) as Manifest;
const writeManifest = (manifest: unknown) => writeFileSync(manifestPath(), JSON.stringify(manifest));
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Replaces the weights and the checksum that goes with them. */
function rewriteWeights(bytes: Uint8Array): void {
  writeFileSync(weightsPath(), bytes);
  const manifest = readManifest();
  writeManifest({ ...manifest, weights: { ...manifest.weights, sha256: sha256(bytes) } });
}

/** The error that reading gives; a test fails if there is none or another kind. */
async function refusal(): Promise<string> {
  const error: unknown = await readModel(folder).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ModelError);
  return (error as ModelError).message;
}

describe('a model folder', () => {
  test('gives back what was trained, and forecasts what it forecast when it was written', async () => {
    const model = await readModel(folder);
    expect(new Map(model.weights)).toEqual(trained.weights);
    expect(model.manifest).toMatchObject({
      format: 1,
      name: 'tiny',
      hyperparameters: { ...SMALL, network: 'tft' },
      training: trained.training,
      profiles: trained.profiles,
      accuracy: trained.accuracy,
    });
    const parameters = [...trained.weights.values()].reduce((sum, { length }) => sum + length, 0);
    expect(model.manifest.weights.parameters).toBe(parameters);
    const forecaster = createForecaster(engine, model);
    const { values } = forecaster.forecast(goldenWindows());
    forecaster.dispose();
    expect(largestDifference(values, model.manifest.golden.flat())).toBeLessThan(1e-4);
  });

  test('of a perceptron gives it back as well, and its card says what it is', async () => {
    const weights = livelyWeights(SMALL_PERCEPTRON);
    await writeModel(folder, { ...trained, hyperparameters: SMALL_PERCEPTRON, weights }, engine);
    const model = await readModel(folder);
    expect(model.manifest.hyperparameters).toEqual(SMALL_PERCEPTRON);
    expect(new Map(model.weights)).toEqual(weights);
    createForecaster(engine, model).dispose();
    expect(readFileSync(join(folder, 'CARD.md'), 'utf8')).toMatch(
      /\nA perceptron with .*parameters, hidden 8, notch filter over 8 tokens\n/s,
    );
  });

  test('of a fine-tuned model names its base, sets their errors side by side, and keeps the figures of the inputs', async () => {
    const accuracy = trained.accuracy.map((entry) => ({ ...entry, mase: 0.9, ratio: 1.1, ratio_geometric: 1.05 }));
    const base = { name: 'default', sha256: 'ab12', validation_loss: 0.2, outcome: 'gain' as const, accuracy };
    const trainingInputs = { names: ['level'], edges: { '*': [[1, 2, 3, 4, 5, 6, 7, 8, 9]] } };
    const tuned = { ...trained, training: { ...trained.training, base }, trainingInputs };
    await writeModel(folder, tuned, engine);
    const { manifest } = await readModel(folder);
    expect(manifest.training.base).toEqual(base);
    expect(manifest.training_inputs).toEqual(trainingInputs);
    const card = readFileSync(join(folder, 'CARD.md'), 'utf8');
    expect(card).toContain('Fine-tuned from default (SHA-256 `ab12`), whose validation loss here is 0.200.');
    expect(card).toContain('| traces | – | 40 | **0.800** | 0.900 |');
    const unchanged = { ...tuned.training, base: { ...base, outcome: 'no gain' as const } };
    await writeModel(folder, { ...tuned, training: unchanged }, engine);
    expect(readFileSync(join(folder, 'CARD.md'), 'utf8')).toContain('the weights are those of default');
  });

  test('with a weight that is no number is refused by its name, though the checksum agrees', async () => {
    // A row of an embedding that no golden window asks for.
    const tensors = decodeSafetensors(readFileSync(weightsPath()), 'weights');
    const embedding = tensors.get('static.profile')!.values;
    embedding[embedding.length - 1] = Number.NaN;
    rewriteWeights(encodeSafetensors(tensors));
    expect(await refusal()).toMatch(/weights\.safetensors: static\.profile holds NaN, expected finite numbers/);
  });

  test('is not written from weights that are no numbers: what was there stays', async () => {
    const weights = new Map(trained.weights);
    weights.set('head.lower.b', new Float32Array(weights.get('head.lower.b')!.length).fill(Number.POSITIVE_INFINITY));
    await expect(writeModel(folder, { ...trained, weights }, engine)).rejects.toThrow(
      /tiny.* head\.lower\.b holds Infinity, expected finite numbers/,
    );
    expect(new Map((await readModel(folder)).weights)).toEqual(trained.weights);
  });

  test('from before there was a choice of networks holds a TFT', async () => {
    const { hyperparameters, ...rest } = readManifest();
    const { network: _, ...older } = hyperparameters;
    writeManifest({ ...rest, hyperparameters: older });
    expect((await readModel(folder)).manifest.hyperparameters.network).toBe('tft');
  });

  test('consists of four files and nothing temporary', () => {
    expect(readdirSync(folder).sort()).toEqual([
      'CARD.md',
      'manifest.json',
      'training_info.json',
      'weights.safetensors',
    ]);
  });

  test('tells tooling of the older daemons which profiles it knows, as its manifest has them', () => {
    const manifest = readManifest();
    const text = readFileSync(join(folder, 'training_info.json'), 'utf8');
    // Greppable: one profile to a line.
    expect(text).toMatch(/"unique_profiles": \[\n {4}"/);
    expect(JSON.parse(text)).toMatchObject({
      model: manifest.name,
      unique_profiles: manifest.profiles,
      profile_count: manifest.profiles.length,
    });
  });

  test('is the same bytes when it is written again', async () => {
    const before = readdirSync(folder).map((file) => readFileSync(join(folder, file)));
    await writeModel(folder, trained, engine);
    expect(readdirSync(folder).map((file) => readFileSync(join(folder, file)))).toEqual(before);
  });

  test('has a card for people', async () => {
    const [hash] = readFileSync(join(folder, 'CARD.md'), 'utf8').match(/[0-9a-f]{64}/)!;
    const card = readFileSync(join(folder, 'CARD.md'), 'utf8').replace(hash, '<sha256>');
    expect(hash).toBe(sha256(readFileSync(weightsPath())));
    await expect(card).toMatchFileSnapshot('fixtures/CARD.md');
  });
});

describe('a model folder is refused, and the message says why and what to do,', () => {
  test('when there is none', async () => {
    folder = join(root, 'nowhere');
    expect(await refusal()).toMatch(
      /^cannot read .*nowhere\/manifest\.json \(ENOENT.*\); set "model:" to a model folder$/,
    );
  });

  test('when the manifest is no JSON', async () => {
    writeFileSync(manifestPath(), '{"format": 1,');
    expect(await refusal()).toMatch(/manifest\.json is no JSON \(.+\); restore the model folder$/);
  });

  test('when the manifest has another format, or lacks something', async () => {
    writeManifest({ ...readManifest(), format: 2 });
    expect(await refusal()).toMatch(/manifest\.json is not a model manifest of format 1:\n.*expected 1\n.*at format/s);
    const { weights: _, ...rest } = readManifest();
    writeManifest({ ...rest, format: 1 });
    expect(await refusal()).toMatch(/at weights/);
    writeManifest([]);
    expect(await refusal()).toMatch(/not a model manifest/);
  });

  test('when it wants other inputs than this linborg feeds', async () => {
    const manifest = readManifest();
    writeManifest({ ...manifest, input: { ...manifest.input, past_steps: 144 } });
    expect(await refusal()).toMatch(
      /manifest\.json: input\.past_steps is 144; this linborg feeds 288; train a model with/,
    );
  });

  test('when its hyper-parameters cannot make a network', async () => {
    for (const hyperparameters of [
      { hidden: 30, heads: 4 },
      { hidden: 0, heads: 1 },
      { hidden: 8, heads: 0 },
      { hidden: -8, heads: -2 },
      { hidden: 8, heads: 2, notch: 0 },
      { hidden: 8, heads: 2, notch: 33 },
    ]) {
      writeManifest({ ...readManifest(), hyperparameters });
      expect(await refusal()).toMatch(/at hyperparameters/);
    }
  });

  test('when the weights are missing, cut or from another training', async () => {
    const bytes = new Uint8Array(readFileSync(weightsPath()));
    writeFileSync(weightsPath(), bytes.subarray(0, 1000));
    expect(await refusal()).toMatch(
      /weights\.safetensors is not a usable safetensors file: .*; restore it or train again$/,
    );
    const changed = bytes.slice();
    changed[changed.length - 2]! ^= 1;
    writeFileSync(weightsPath(), changed);
    expect(await refusal()).toMatch(
      /weights\.safetensors has SHA-256 [0-9a-f]{12}…, the manifest says [0-9a-f]{12}…; the file is corrupt or from another training: restore both together$/,
    );
    rmSync(weightsPath());
    expect(await refusal()).toMatch(/^cannot read .*weights\.safetensors \(ENOENT/);
  });

  test('when a tensor is missing or has another shape, though the checksum is right', async () => {
    const tensors = decodeSafetensors(new Uint8Array(readFileSync(weightsPath())), 'weights');
    const { values } = tensors.get('encoder.kernel')!;
    rewriteWeights(encodeSafetensors(new Map(tensors).set('encoder.kernel', { shape: [32, 16], values })));
    expect(await refusal()).toMatch(
      /weights\.safetensors: encoder\.kernel has shape \[32,16\], expected \[16,32\]; train the model again$/,
    );
    tensors.delete('head.mixture.b');
    rewriteWeights(encodeSafetensors(tensors));
    expect(await refusal()).toMatch(/head\.mixture\.b has no such tensor, expected \[39\]; train the model again$/);
  });

  test.each([
    ['other forecasts', (golden: number[][]) => golden.map((row) => row.map((value) => value + 0.5))],
    ['fewer golden windows', (golden: number[][]) => golden.slice(1)],
    ['empty golden windows', (golden: number[][]) => golden.map(() => [])],
    ['shorter golden windows', (golden: number[][]) => golden.map((row) => row.slice(1))],
  ])('when the engine does not compute its golden forecasts: %s', async (_, change) => {
    const manifest = readManifest();
    writeManifest({ ...manifest, golden: change(manifest.golden) });
    const model = await readModel(folder);
    const { tf } = engine;
    const before = tf.memory().numTensors;
    expect(() => createForecaster(engine, model)).toThrow(
      /the (native|wasm) engine \(.+\) misses the golden forecasts by .*, expected at most 0\.001; /,
    );
    expect(tf.memory().numTensors).toBe(before);
  });

  test('when the weights were altered together with the checksum', async () => {
    const tensors = decodeSafetensors(new Uint8Array(readFileSync(weightsPath())), 'weights');
    tensors.get('decoder.bias')!.values[3]! += 1;
    rewriteWeights(encodeSafetensors(tensors));
    const model = await readModel(folder);
    expect(() => createForecaster(engine, model)).toThrow(ModelError);
  });

  test('when weights are so large that the forecasts are no numbers', async () => {
    const tensors = decodeSafetensors(new Uint8Array(readFileSync(weightsPath())), 'weights');
    tensors.get('head.correction.b')!.values.fill(3e38);
    rewriteWeights(encodeSafetensors(tensors));
    const model = await readModel(folder);
    expect(() => createForecaster(engine, model)).toThrow(ModelError);
  });
});

describe('a failed write', () => {
  const other: TrainedModel = { ...trained, name: 'other', weights: livelyWeights(SMALL, 6) };

  test.each(['weights.safetensors', 'CARD.md', 'training_info.json', 'manifest.json'])(
    'of %s (as on a full disk) leaves the model that was there usable',
    async (file) => {
      mkdirSync(join(folder, `${file}.tmp`));
      await expect(writeModel(folder, other, engine)).rejects.toThrow(WriteError);
      const model = await readModel(folder);
      expect(model.manifest.name).toBe('tiny');
      createForecaster(engine, model).dispose();
      expect(readFileSync(join(folder, 'CARD.md'), 'utf8')).toContain('# Model card: tiny');
    },
  );

  test('into a folder that cannot be made is told by its name', async () => {
    const file = join(root, 'a-file');
    writeFileSync(file, '');
    await expect(writeModel(join(file, 'model'), trained, engine)).rejects.toThrow(
      /^cannot make the folder .*a-file\/model \(ENOTDIR.*\); /,
    );
    await expect(writeModel(join(file, 'model'), trained, engine)).rejects.toThrow(WriteError);
  });
});
