import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { loadEngine } from '../../../src/model/engine/engine.js';
import { readModel, writeModel } from '../../../src/model/files/modelFolder.js';
import { type Hyperparameters, initialWeights } from '../../../src/model/network/parameters.js';
import { averageWeights } from '../../../src/model/training/average.js';
import { writeTraces } from '../../../src/simulator/csv.js';
import { createFleet } from '../../../src/simulator/fleet.js';
import { runHere } from '../fixtures/cli.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { hasNative } from '../fixtures/native.js';

const END = Date.UTC(2026, 5, 1) / 1000;
const DAYS = 12;

// Measuring takes its time on a machine that may have much else to do.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const folder = temporaryFolder();
const traces = path.join(folder, 'traces');
const [first, second, wide] = ['first', 'second', 'wide'].map((name) => path.join(folder, name)) as [
  string,
  string,
  string,
];

const PERCEPTRON: Hyperparameters = { network: 'perceptron', hidden: 8, heads: 1 };

/** A perceptron as a training of `steps` steps might have left it. */
async function writePart(out: string, seed: number, hyperparameters: Hyperparameters, command: string): Promise<void> {
  const datasets = [{ name: path.basename(out), servers: 1, series: 1, from: '2026-01-01', to: '2026-01-31' }];
  const training = { command, seed, steps: 100 * seed, validation_loss: 1, train_until: 0.7, datasets };
  const identity = { name: path.basename(out), created: '2026-01-01T00:00:00Z', linborg: '0', profiles: [] };
  const weights = initialWeights(hyperparameters, seed);
  await writeModel(out, { ...identity, hyperparameters, weights, training, accuracy: [] }, await loadEngine('auto'));
}

const averageArgs = (out: string, ...parts: string[]) =>
  ['train', '--from', 'csv', traces, '--average', ...parts, '--out', out] as const;

beforeAll(async () => {
  await writeTraces({
    fleet: createFleet({ servers: 1, seed: 1, scenariosPerServerWeek: 1 }),
    folder: traces,
    from: END - DAYS * 86_400,
    until: END,
  });
  await writePart(first, 1, PERCEPTRON, 'linborg simulate\nlinborg train first');
  await writePart(second, 2, { ...PERCEPTRON, notch: 8 }, 'linborg simulate\nlinborg train second');
  await writePart(wide, 3, { ...PERCEPTRON, hidden: 16 }, 'linborg train wide');
});

describe.skipIf(!hasNative)('train --average', () => {
  it('writes the mean of the weights, measured like any model, and the commands of the parts before its own', async () => {
    const out = path.join(folder, 'mean');
    const args = [...averageArgs(out, `${first}=1`, `${second}=3`), '--notch', '8'];
    const { code, stderr } = await runHere(...args);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/the mean of first \(1\), second \(3\)\nvalidation loss 0\.\d{4}\n/);
    const [a, b, mean] = [await readModel(first), await readModel(second), await readModel(out)];
    const expected = averageWeights([
      { weights: a.weights, share: 0.25 },
      { weights: b.weights, share: 0.75 },
    ]);
    expect(new Map(mean.weights)).toEqual(expected);
    const { training, hyperparameters, accuracy } = mean.manifest;
    expect(hyperparameters).toEqual({ ...PERCEPTRON, notch: 8 });
    expect(training.command).toBe(
      `linborg simulate\nlinborg train first\nlinborg train second\nlinborg ${args.join(' ')}`,
    );
    expect(training).toMatchObject({
      steps: 200,
      datasets: [{ name: 'first' }, { name: 'second' }],
      average: [
        { name: 'first', sha256: a.manifest.weights.sha256, share: 1 },
        { name: 'second', sha256: b.manifest.weights.sha256, share: 3 },
      ],
    });
    expect(accuracy).toMatchObject([{ dataset: 'traces', ratio: expect.any(Number) }]);
    const card = readFileSync(path.join(out, 'CARD.md'), 'utf8');
    expect(card).toContain(
      `The weights are a mean: 1 of first (SHA-256 \`${a.manifest.weights.sha256}\`), 3 of second`,
    );
    const report = readFileSync(path.join(out, 'report.html'), 'utf8');
    expect(report).toContain('The weights are the mean of first (1), second (3): validation loss');
  });

  it('refuses what has no mean, before anything is read', async () => {
    const out = path.join(folder, 'nothing');
    const refusal = async (...args: string[]) => (await runHere(...averageArgs(out, ...args))).stderr;
    expect(await refusal(`${first}=1`)).toMatch(/--average .*first=1 is one model; expected two or more/);
    expect(await refusal(first, `${second}=1`)).toMatch(/--average is ".*first"; expected DIR=SHARE/);
    expect(await refusal(`${first}=1`, `${second}=0`)).toMatch(/--average is 0; expected a number from/);
    expect(await refusal(`${first}=1`, `${wide}=1`)).toMatch(
      /cannot mix .*first \(hidden 8\) and .*wide \(hidden 16\); only networks of one kind and size have a mean/,
    );
    expect(await refusal(`${first}=1`, `${second}=1`)).toMatch(
      /the notch filters differ \(.*first has none, .*second has 8\); say which with --notch TOKENS/,
    );
    expect(await refusal(`${first}=1`, `${first}=1`, '--base', first)).toMatch(/learns nothing; leave --base out/);
    expect(existsSync(out)).toBe(false);
  });
});
