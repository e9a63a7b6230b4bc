import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { loadEngine } from '../../../src/model/engine/engine.js';
import type { Manifest } from '../../../src/model/files/manifest.js';
import { readModel, type TrainedHead, type TrainedModel, writeModel } from '../../../src/model/files/modelFolder.js';
import { encodeSafetensors } from '../../../src/model/files/safetensors.js';
import { INCIDENT_SIZE, RISE_FEATURES } from '../../../src/model/incident/contract.js';
import { IncidentHead, incidentParameters } from '../../../src/model/incident/head.js';
import type { WeightValues } from '../../../src/model/network/parameters.js';
import { goldenHead } from '../incident/support.js';
import { livelyWeights, SMALL } from '../support.js';

const engine = await loadEngine('auto');
const root = mkdtempSync(join(tmpdir(), 'linborg-incident-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const figures = [0.5, 0.75, 0.875, null];
const incident: TrainedHead = {
  weights: goldenHead(),
  about: {
    ...{ command: 'linborg train --only incident-head', seed: 1, outcome: 'trained', rows: 900, validation_rows: 100 },
    validation_log_loss: 0.0625,
    accuracy: [
      {
        ...{ dataset: 'traces', metric: 'cpu_idle_pct', threshold: 10, servers: 3, cases: 200, trained_on: false },
        ...{ onsets: [1, 2, 4, 200], log_loss: 0.1, auroc: figures, auroc_within_servers: figures },
        auroc_past_share: figures,
        reliability: Array(4).fill([{ cases: 200, predicted: 0.25, observed: 0.125 }]),
      },
    ],
  },
};
const model: TrainedModel = {
  ...{ name: 'tiny', created: '2025-01-06T12:00:00.000Z', linborg: '0.1.0', hyperparameters: SMALL },
  weights: livelyWeights(SMALL),
  training: { command: 'linborg train', seed: 1, steps: 4, validation_loss: 0.1, train_until: 0.7, datasets: [] },
  ...{ profiles: ['generic'], accuracy: [], incident },
};

const written = join(root, 'written');
await writeModel(written, model, engine);
let folder = '';
let count = 0;
beforeEach(() => {
  folder = join(root, `model-${count++}`);
  cpSync(written, folder, { recursive: true });
});
const manifest = () => JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest;
const rewrite = (changed: unknown) => writeFileSync(join(folder, 'manifest.json'), JSON.stringify(changed));

describe('a model folder with an incident head', () => {
  test('is read back as it was written', async () => {
    const read = await readModel(folder);
    expect(read.incident).toEqual(incident.weights);
    expect(read.manifest.incident).toMatchObject({ ...incident.about, parameters: 2256, sustained_steps: 3 });
    expect(read.manifest.incident!.horizon_steps).toEqual([6, 12, 48, 96]);
  });

  test('says in its card how well the head ranks and how true it is', () => {
    const card = readFileSync(join(folder, 'CARD.md'), 'utf8');
    expect(card).toContain('## Incident head');
    expect(card).toContain('| traces | no | cpu_idle_pct 10 | 3 | 200 | 4 h | 4 | 0.875 | 0.875 | 0.875 |');
    expect(card).toContain('| traces | cpu_idle_pct 10 | 0.25 → 0.13 (200) |');
  });

  test('is valid without the head', async () => {
    const { incident: _, ...rest } = manifest();
    rewrite(rest);
    expect((await readModel(folder)).incident).toBeUndefined();
  });

  test('is read with a head from before the last features came, which answers as it did', async () => {
    const { incident: about, ...rest } = manifest();
    const known = about!.features.length - RISE_FEATURES.length;
    const weights = new Map(incident.weights);
    const first = incidentParameters(known)[0]!;
    weights.set(first.name, weights.get(first.name)!.slice(0, known * first.shape[1]!));
    const tensors = incidentParameters(known).map(
      ({ name, shape }) => [name, { shape, values: weights.get(name)! }] as const,
    );
    const bytes = encodeSafetensors(new Map(tensors), { format: '1', name: 'tiny' });
    writeFileSync(join(folder, 'incident.safetensors'), bytes);
    const sum = createHash('sha256').update(bytes).digest('hex');
    rewrite({ ...rest, incident: { ...about!, features: about!.features.slice(0, known), sha256: sum } });
    const read = (await readModel(folder)).incident!;
    const answer = (head: WeightValues, later: number) => {
      const features = Float32Array.from({ length: known + RISE_FEATURES.length }, (_, i) => (i < known ? 0.3 : later));
      const out = new Float32Array(INCIDENT_SIZE);
      new IncidentHead(head).write(features, 0, out, 0);
      return [...out];
    };
    expect(answer(read, 0.9)).toEqual(answer(read, 0));
    expect(answer(read, 0.9)).toEqual(answer(incident.weights, 0));
    expect(answer(incident.weights, 0.9)).not.toEqual(answer(incident.weights, 0));
  });

  test('is refused with a head whose features this linborg does not feed', async () => {
    const { incident: about, ...rest } = manifest();
    rewrite({ ...rest, incident: { ...about!, features: about!.features.toReversed() } });
    await expect(readModel(folder)).rejects.toThrow(/incident\.features is \["straightness_24h".*train the head again/);
  });

  test.each([
    ['none', (features: string[]) => features.slice(0, 0)],
    ['only the past breaches', (features: string[]) => features.slice(0, 14)],
    ['one too many', (features: string[]) => [...features, 'moon_phase']],
  ])('is refused with a head whose features are %s', async (_, change) => {
    const { incident: about, ...rest } = manifest();
    rewrite({ ...rest, incident: { ...about!, features: change(about!.features) } });
    await expect(readModel(folder)).rejects.toThrow(/incident\.features is .*train the head again/);
  });

  test('is refused with a head from elsewhere, or none where the manifest tells of one', async () => {
    const path = join(folder, 'incident.safetensors');
    const bytes = readFileSync(path);
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(path, bytes);
    await expect(readModel(folder)).rejects.toThrow(/incident\.safetensors has SHA-256 .*the manifest says/);
    rmSync(path);
    await expect(readModel(folder)).rejects.toThrow(/cannot read .*incident\.safetensors/);
  });
});
