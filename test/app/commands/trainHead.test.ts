import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { loadEngine } from '../../../src/model/engine/engine.js';
import { readModel, writeModel } from '../../../src/model/files/modelFolder.js';
import { initialWeights } from '../../../src/model/network/parameters.js';
import { writeTraces } from '../../../src/simulator/csv.js';
import { createFleet } from '../../../src/simulator/fleet.js';
import { runHere } from '../fixtures/cli.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { hasNative } from '../fixtures/native.js';

const DAYS = 16;
const END = Date.UTC(2026, 5, 1) / 1000;

// Whole trainings, on a machine that may have much else to do.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const folder = temporaryFolder();
const traces = path.join(folder, 'traces');
const base = path.join(folder, 'base');

/** A perceptron with random weights and no head. */
async function writeUntrained(): Promise<void> {
  const hyperparameters = { network: 'perceptron', hidden: 8, heads: 1 } as const;
  const training = { command: 'made', seed: 1, steps: 0, validation_loss: 1, train_until: 0.7, datasets: [] };
  const identity = { name: 'base', created: '2026-01-01T00:00:00Z', linborg: '0', profiles: [], accuracy: [] };
  const weights = initialWeights(hyperparameters, 1);
  await writeModel(base, { ...identity, hyperparameters, weights, training }, await loadEngine('auto'));
}

const headArgs = (out: string, ...more: string[]) => {
  return ['train', '--from', 'csv', traces, '--base', base, '--only', 'incident-head', '--out', out, ...more];
};

describe.skipIf(!hasNative)('train --only incident-head', () => {
  beforeAll(async () => {
    const fleet = createFleet({ servers: 2, seed: 1, scenariosPerServerWeek: 3 });
    await writeTraces({ fleet, folder: traces, from: END - DAYS * 86_400, until: END });
    await writeUntrained();
  });

  it('gives the base a head, says in the card how it came about, and leaves its network as it is', async () => {
    const out = path.join(folder, 'with-head');
    const { code, stderr } = await runHere(...headArgs(out));
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/incident head trained: \d+ cases, log-loss 0\.\d+ on \d+ others/);
    const [before, after] = [await readModel(base), await readModel(out)];
    expect(after.weights).toEqual(before.weights);
    expect(after.manifest.training).toEqual(before.manifest.training);
    const command = `linborg ${headArgs(out).join(' ')}`;
    expect(after.manifest.incident).toMatchObject({ outcome: 'trained', seed: 1, command });
    expect(readFileSync(path.join(out, 'CARD.md'), 'utf8')).toContain(command);
  });
});

describe('train --only', () => {
  it.skipIf(!hasNative)('writes nothing where the series hold too little for a head', async () => {
    const few = path.join(folder, 'few');
    const fleet = createFleet({ servers: 1, seed: 1, scenariosPerServerWeek: 0 });
    await writeTraces({ fleet, folder: few, from: END - 4 * 86_400, until: END });
    const out = path.join(folder, 'nothing');
    const { code, stderr } = await runHere('train', '--from', 'csv', few, ...headArgs(out).slice(4));
    expect(code).toBe(1);
    expect(stderr).toMatch(/few: a head needs more than these series hold; give it more days or servers/);
    expect(existsSync(out)).toBe(false);
  });

  it('says which parts there are, and that a head needs a network', async () => {
    const wrong = await runHere('train', '--from', 'csv', traces, '--base', 'models/default', '--only', 'head');
    expect(wrong).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--only is "head"; expected incident-head'),
    });
    const alone = await runHere('train', '--from', 'csv', traces, '--only', 'incident-head');
    expect(alone.stderr).toContain('--only incident-head needs a network; add --base DIR');
  });
});
