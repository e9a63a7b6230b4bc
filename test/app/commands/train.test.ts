import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { loadEngine } from '../../../src/model/engine/engine.js';
import type { Manifest } from '../../../src/model/files/manifest.js';
import { readModel, writeModel } from '../../../src/model/files/modelFolder.js';
import { type Hyperparameters, initialWeights } from '../../../src/model/network/parameters.js';
import { writeTraces } from '../../../src/simulator/csv.js';
import { createFleet } from '../../../src/simulator/fleet.js';
import { runCli, runHere, startCli } from '../fixtures/cli.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { hasNative } from '../fixtures/native.js';

const DAYS = 12;
const END = Date.UTC(2026, 5, 1) / 1000;
const WITHOUT_NATIVE = path.join(import.meta.dirname, '../fixtures/withoutNative.cjs');

// Whole trainings, on a machine that may have much else to do.
vi.setConfig({ testTimeout: 120_000 });

const folder = temporaryFolder();
const traces = path.join(folder, 'traces');

beforeAll(async () => {
  const fleet = createFleet({ servers: 2, seed: 1, scenariosPerServerWeek: 1 });
  await writeTraces({ fleet, folder: traces, from: END - DAYS * 86_400, until: END });
});

function trainArgs(out: string, steps: number): string[] {
  return ['train', '--from', 'csv', traces, '--hidden', '8', '--steps', String(steps), '--out', out];
}

/** A perceptron with random weights. */
async function writeUntrained(out: string): Promise<Manifest> {
  const hyperparameters: Hyperparameters = { network: 'perceptron', hidden: 8, heads: 1 };
  const training = { command: '', seed: 1, steps: 0, validation_loss: 1, train_until: 0.7, datasets: [] };
  const identity = { name: path.basename(out), created: '2026-01-01T00:00:00Z', linborg: '0', profiles: [] };
  const weights = initialWeights(hyperparameters, 1);
  const engine = await loadEngine('auto');
  return writeModel(out, { ...identity, hyperparameters, weights, training, accuracy: [] }, engine);
}

describe.skipIf(!hasNative)('train --from csv', () => {
  it('writes a model folder that can be loaded, with a card that says how it came about', async () => {
    const out = path.join(folder, 'whole');
    const { code, stderr } = await runHere(...trainArgs(out, 30));
    expect(code, stderr).toBe(0);
    expect(readdirSync(out).sort()).toEqual([
      'CARD.md',
      'manifest.json',
      'report.html',
      'training_info.json',
      'weights.safetensors',
    ]);
    const { manifest } = await readModel(out);
    expect(manifest).toMatchObject({ name: 'whole', hyperparameters: { hidden: 8 } });
    expect(manifest.training).toMatchObject({ seed: 1, steps: 30, datasets: [{ name: 'traces', servers: 2 }] });
    expect(manifest.accuracy).toMatchObject([{ dataset: 'traces' }]);
    const card = readFileSync(path.join(out, 'CARD.md'), 'utf8');
    expect(card).toContain(`linborg ${trainArgs(out, 30).join(' ')}`);
    expect(card).toContain(`traces | 2 | ${manifest.training.datasets[0]!.series} | 2026-05-20 | 2026-05-31`);
    const report = readFileSync(path.join(out, 'report.html'), 'utf8');
    expect(report).toContain(`validation loss ${manifest.training.validation_loss.toFixed(4)}`);
    expect(report).toMatch(new RegExp(`<td class="number[ \\w]*">${manifest.accuracy[0]!.mase.toFixed(3)}</td>`));
    expect(report).toContain(`<title>validation at step 30: ${manifest.training.validation_loss.toFixed(4)}</title>`);
    expect(stderr).toMatch(/step 20\/30 {2}loss 0\.\d+ .*windows\/s/);
    expect(stderr).toMatch(/traces: the model has median MASE \d\.\d+, best by hand \d\.\d+ \(\w+\), ratio \d\.\d+/);
  });

  it('fine-tunes the model that --base names, and says in manifest and card what it started from', async () => {
    const base = path.join(folder, 'base');
    const manifest = await writeUntrained(base);
    const out = path.join(folder, 'tuned');
    const exclude = path.join(folder, 'exclude.csv');
    writeFileSync(exclude, `server,from,to,reason\n*,${END - 2 * 86_400},${END - 86_400},maintenance\n`);
    const flags = ['--from', 'csv', traces, '--base', base, '--steps', '40', '--exclude', exclude, '--out', out];
    const { code, stderr } = await runHere('train', ...flags);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/^1 spans of .*exclude\.csv exclude parts of \d\d series$/m);
    const tuned = (await readModel(out)).manifest;
    expect(tuned.hyperparameters).toEqual(manifest.hyperparameters);
    const { sha256 } = manifest.weights;
    expect(tuned.training.base).toMatchObject({ name: 'base', sha256, outcome: 'gain' });
    expect(tuned.training.validation_loss).toBeLessThan(tuned.training.base!.validation_loss);
    expect(tuned.accuracy).toMatchObject([{ dataset: 'traces', trained_on: true, ratio: expect.any(Number) }]);
    expect(tuned.training_inputs!.names).toContain('scaled_value');
    expect(readFileSync(path.join(out, 'CARD.md'), 'utf8')).toContain(`Fine-tuned from base (SHA-256 \`${sha256}\`)`);
    const refused = await runHere('train', ...flags, '--network', 'tft');
    expect(refused.stderr).toMatch(/--network is tft, but --base .+base has perceptron; leave --network out/);
  });

  it('with --leave-out measures on a data set that it did not train on, and says so; --minutes ends it in time', async () => {
    const other = path.join(folder, 'other');
    cpSync(traces, other, { recursive: true });
    const out = path.join(folder, 'without');
    const flags = ['--leave-out', 'other', '--minutes', '0.02', '--network', 'perceptron'];
    const all = ['train', '--from', 'csv', traces, other, '--hidden', '8', '--steps', '100000', '--out', out];
    const { code, stderr } = await runHere(...all, ...flags);
    expect(code, stderr).toBe(0);
    const { manifest } = await readModel(out);
    expect(manifest.training.datasets.map(({ name }) => name)).toEqual(['traces']);
    expect(manifest.accuracy).toMatchObject([
      { dataset: 'traces', trained_on: true },
      { dataset: 'other', trained_on: false },
    ]);
    expect(manifest.training.steps).toBeLessThan(100_000);
    expect(existsSync(path.join(out, 'checkpoint.safetensors'))).toBe(false);
  });

  it('keeps the best weights at Ctrl-C, and goes on from there with --resume', async () => {
    const out = path.join(folder, 'stopped');
    const training = startCli(trainArgs(out, 100_000));
    await training.says(/step 20\/100000/);
    training.send('SIGINT');
    const { code, stderr } = await training.finished();
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('go on with the same command and --resume');
    const { manifest } = await readModel(out);
    const stoppedAt = manifest.training.steps;
    expect(stoppedAt).toBeGreaterThanOrEqual(20);

    const resumed = await runHere(...trainArgs(out, stoppedAt + 5), '--resume');
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.stderr).toContain(`going on from step ${stoppedAt}\n`);
    expect(resumed.stderr).toMatch(new RegExp(`step ${stoppedAt + 5}/${stoppedAt + 5} `));
    expect(existsSync(path.join(out, 'checkpoint.safetensors'))).toBe(false);
    await readModel(out);
    const report = readFileSync(path.join(out, 'report.html'), 'utf8');
    expect(report).toContain(`<title>validation at step ${stoppedAt + 5}: `);
    expect(report, 'the curves go through the resume').not.toContain('The curves begin');
  });

  it('brings the model to safety when the disk is full, and says where it lies', async () => {
    const out = path.join(folder, 'full');
    mkdirSync(out);
    for (const file of ['checkpoint', 'weights']) symlinkSync('/dev/full', path.join(out, `${file}.safetensors.tmp`));
    const { code, stderr } = await runHere(...trainArgs(out, 2));
    expect(code).toBe(1);
    expect(stderr).toMatch(/warning: cannot write checkpoint\.safetensors \(ENOSPC.+training goes on with the best/);
    const [, rescue] =
      /^linborg: .*weights\.safetensors \(ENOSPC.+the model was written to (\S+) instead/m.exec(stderr) ?? [];
    expect(rescue, stderr).toBeDefined();
    try {
      expect((await readModel(rescue!)).manifest.training.steps).toBe(2);
    } finally {
      rmSync(rescue!, { recursive: true });
    }
    expect(existsSync(path.join(out, 'manifest.json'))).toBe(false);
  });

  it('learns from a fleet of which one metric was hardly ever there', async () => {
    const sparse = path.join(folder, 'sparse');
    mkdirSync(sparse);
    for (const file of readdirSync(traces).filter((name) => name.endsWith('.gz'))) {
      const text = gunzipSync(readFileSync(path.join(traces, file))).toString();
      const [header, ...rows] = text.trimEnd().split('\n');
      const column = header!.split(',').indexOf('load_average');
      const thinned = rows.map((row, i) =>
        row
          .split(',')
          .with(column, i % 200 === 0 ? String(i) : '')
          .join(','),
      );
      writeFileSync(path.join(sparse, file.replace('.gz', '')), [header, ...thinned, ''].join('\n'));
    }
    const out = path.join(folder, 'of-sparse');
    const flags = ['--network', 'perceptron', '--hidden', '8', '--steps', '2', '--out', out];
    const { code, stderr } = await runHere('train', '--from', 'csv', sparse, ...flags);
    expect(code, stderr).toBe(0);
    const { edges } = (await readModel(out)).manifest.training_inputs!;
    expect(Object.keys(edges)).toContain('cpu_user_pct');
    expect(Object.keys(edges)).not.toContain('load_average');
  });

  it('refuses to resume where there is no checkpoint', async () => {
    const { code, stderr } = await runHere(...trainArgs(path.join(folder, 'new'), 5), '--resume');
    expect(code).toBe(1);
    expect(stderr).toMatch(/cannot resume from .+new\/checkpoint\.safetensors \(ENOENT.+start without --resume/);
  });

  it('says that the traces are too short to learn from', async () => {
    const short = path.join(folder, 'short');
    const fleet = createFleet({ servers: 1, seed: 1, scenariosPerServerWeek: 0 });
    await writeTraces({ fleet, folder: short, from: END - 0.5 * 86_400, until: END });
    const out = path.join(folder, 'none');
    const { code, stderr } = await runHere('train', '--from', 'csv', short, '--out', out, '--steps', '5');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^linborg: csv .+short: no series is long enough to train on; .*2\.2 days/m);
    expect(existsSync(out)).toBe(false);
  });
});

describe('train', () => {
  it.skipIf(!hasNative).each([
    { flags: ['--from', 'excel'], said: '--from is "excel"; expected "csv DIR [DIR…]" or "prometheus"' },
    { flags: ['--from', 'csv'], said: '--from is "csv"; expected "csv DIR' },
    { flags: ['--from', 'csv', '/nowhere'], said: 'trace folder /nowhere cannot be read (ENOENT)' },
    { flags: ['--from', 'csv', traces, '--steps', '0'], said: '--steps is 0; expected a whole number from 1' },
    { flags: ['--from', 'csv', traces, '--patience', '0'], said: '--patience is 0; expected a whole number from 1' },
    { flags: ['--from', 'csv', traces, '--hidden', '2'], said: '--hidden is 2; expected a whole number from 4 to 256' },
    { flags: ['--from', 'csv', traces, '--network', 'gru'], said: '--network is "gru"; expected tft or perceptron' },
    { flags: ['--from', 'csv', traces, '--hold-out', '1'], said: '--hold-out is 1; expected a number from 0 to 0.9' },
    { flags: ['--from', 'csv', traces, '--base', '/nowhere'], said: 'cannot read /nowhere/manifest.json (ENOENT' },
    {
      flags: ['--from', 'csv', traces, '--leave-out', 'x'],
      said: '--leave-out x is no data set of --from; expected one',
    },
    {
      flags: ['--from', 'csv', traces, '--leave-out', 'traces'],
      said: '--leave-out traces leaves nothing to train on',
    },
  ])('refuses $flags and says what it expects', async ({ flags, said }) => {
    const { code, stderr } = await runHere('train', ...flags, '--out', path.join(folder, 'refused'));
    expect(code).toBe(1);
    expect(stderr).toContain(`linborg: ${said}`);
  });

  it.skipIf(!hasNative)('refuses a folder that cannot be made, before it reads anything', async () => {
    const file = path.join(folder, 'file');
    writeFileSync(file, '');
    const { code, stderr } = await runHere(...trainArgs(path.join(file, 'model'), 5));
    expect(code).toBe(1);
    expect(stderr).toMatch(/^linborg: --out .+file\/model cannot be made \(ENOTDIR.+choose another folder\n$/);
  });

  it('says that it needs the native engine on a machine that has none', async () => {
    const env = { NODE_OPTIONS: `--require ${WITHOUT_NATIVE}` };
    const { code, stderr } = await runCli(trainArgs(path.join(folder, 'wasm'), 5), { env });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^linborg: training needs the native engine \(.*make setup.*\); everything else runs without/,
    );
    const version = await runCli(['version'], { env });
    expect(version.stdout).toMatch(/^engine wasm: tfjs-wasm \S+ \(native TensorFlow is not installed/m);
  });
});
