import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { recordLeftOut } from '../../../src/app/commands/leftOut.js';
import { readModel } from '../../../src/model/files/modelFolder.js';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'left-out-'));
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
});

afterEach(async () => {
  vi.restoreAllMocks();
  await rm(dir, { recursive: true });
});

/** A copy of the yardstick that was trained on all but one of the data sets. */
async function copyWithout(left: string | undefined, name: string): Promise<string> {
  const path = join(dir, name);
  await cp('models/perceptron', path, { recursive: true });
  const file = join(path, 'manifest.json');
  const manifest = JSON.parse(await readFile(file, 'utf8'));
  manifest.accuracy = manifest.accuracy.map((entry: { dataset: string }) => ({
    ...entry,
    trained_on: entry.dataset !== left && entry.dataset !== 'bitbrains',
    ratio: entry.dataset === left ? 0.75 : 0.95,
  }));
  manifest.training.command = `train without ${left}`;
  await writeFile(file, JSON.stringify(manifest));
  return path;
}

test('a card says how models fare on the data sets that they were not trained on, and the model itself on what it never saw', async () => {
  const model = await copyWithout(undefined, 'shipped');
  const before = await readFile(join(model, 'weights.safetensors'));
  await recordLeftOut(model, [await copyWithout('nab', 'a'), await copyWithout('smd', 'b')]);
  const { manifest } = await readModel(model);
  expect(manifest.left_out!.map(({ accuracy: { dataset, ratio } }) => [dataset, ratio])).toEqual([
    ['nab', 0.75],
    ['smd', 0.75],
    ['bitbrains', 0.95],
  ]);
  const card = await readFile(join(model, 'CARD.md'), 'utf8');
  expect(card).toContain('Mean ratio 0.817.');
  expect(card).toContain('train without nab\ntrain without smd\n');
  expect(await readFile(join(model, 'weights.safetensors'))).toEqual(before);
});

test('a folder that left nothing out is refused, and the card stays', async () => {
  const model = await copyWithout(undefined, 'shipped');
  const card = await readFile(join(model, 'CARD.md'), 'utf8');
  await expect(recordLeftOut(model, [await copyWithout('bitbrains', 'a')])).rejects.toThrow(
    /was not measured on a data set that it left out; train it with --evaluate/,
  );
  expect(await readFile(join(model, 'CARD.md'), 'utf8')).toBe(card);
});
