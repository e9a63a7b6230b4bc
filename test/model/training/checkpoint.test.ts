import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { ModelError } from '../../../src/core/errors.js';
import { decodeSafetensors, encodeSafetensors, safetensorsMetadata } from '../../../src/model/files/safetensors.js';
import { parameterSpecs } from '../../../src/model/network/parameters.js';
import { adamStep, startState } from '../../../src/model/training/adam.js';
import { readCheckpoint, writeCheckpoint } from '../../../src/model/training/checkpoint.js';
import { type Checkpoint, DEFAULT_TRAINING } from '../../../src/model/training/trainer.js';
import { livelyWeights, SMALL } from '../support.js';

const folder = mkdtempSync(join(tmpdir(), 'linborg-checkpoint-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const path = join(folder, 'checkpoint.safetensors');
const identity = { hyperparameters: SMALL, seed: 7 };

/** Two steps into a training, so that no array equals another. */
function someCheckpoint(): Checkpoint {
  const state = startState(livelyWeights(SMALL, 1));
  for (const seed of [2, 3]) adamStep(state, parameterSpecs(SMALL), livelyWeights(SMALL, seed), DEFAULT_TRAINING.adam);
  return { state, best: { step: 1, loss: 0.1 + 0.2, weights: livelyWeights(SMALL, 4) }, stale: 3 };
}

describe('a checkpoint', () => {
  beforeEach(() => writeCheckpoint(path, someCheckpoint(), identity));

  test('is read as it was written, to the last bit', async () => {
    expect(await readCheckpoint(path, identity)).toEqual({ ...someCheckpoint(), history: [] });
  });

  test('keeps the losses up to it, with those that were not computed', async () => {
    const history = [
      { step: 20, loss: 0.25 },
      { step: 21, loss: Number.NaN, validationLoss: 0.5 },
    ];
    await writeCheckpoint(path, someCheckpoint(), identity, history);
    expect((await readCheckpoint(path, identity)).history).toEqual(history);
  });

  test('before the first validation has no best', async () => {
    await writeCheckpoint(path, { ...someCheckpoint(), best: undefined }, identity);
    expect((await readCheckpoint(path, identity)).best).toBeUndefined();
  });

  test('of another seed or width is refused with what to do', async () => {
    await expect(readCheckpoint(path, { ...identity, seed: 8 })).rejects.toThrow(
      /belongs to another training \(.*"seed":7.*\), this one is .*"seed":8.*; use the same --network, --hidden, --seed and --base, or start without --resume$/,
    );
    await expect(readCheckpoint(path, { ...identity, hyperparameters: { hidden: 16, heads: 2 } })).rejects.toThrow(
      ModelError,
    );
  });

  test('that is missing, cut or lacks a tensor is refused with what to do', async () => {
    await expect(readCheckpoint(join(folder, 'none'), identity)).rejects.toThrow(
      /^cannot resume from .*none \(ENOENT.*\); start without --resume$/,
    );
    const bytes = new Uint8Array(readFileSync(path));
    const tensors = decodeSafetensors(bytes, path);
    tensors.delete('average/decoder.bias');
    writeFileSync(path, encodeSafetensors(tensors, safetensorsMetadata(bytes)));
    await expect(readCheckpoint(path, identity)).rejects.toThrow(
      /lacks average\/decoder\.bias; start without --resume$/,
    );
    writeFileSync(path, bytes.subarray(0, bytes.length - 100));
    await expect(readCheckpoint(path, identity)).rejects.toThrow(ModelError);
  });
});
