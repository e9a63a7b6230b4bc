import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { emptyState, readState, writeState } from '../../../src/app/retraining/learningState.js';
import { FIRST_STEP, stepAfter } from '../../../src/app/retraining/progressLines.js';
import { prune, removeLeftovers, trainingId } from '../../../src/app/retraining/trainedModels.js';
import { temporaryFolder } from '../fixtures/folder.js';

describe('the state file', () => {
  it('comes back as it was written, and is no error where it is missing', async () => {
    const file = path.join(temporaryFolder(), 'deep', 'learning.json');
    expect(await readState(file)).toBeUndefined();
    const record = { id: 'a', reason: 'drift', startedAt: 1, endedAt: 2, outcome: 'promoted', message: 'm' } as const;
    const evidence = { startedAt: 3, looks: 1, blocks: [{ block: 7, champion: 1.5, challenger: 1, pairs: 9 }] };
    const trial = { model: null, role: 'former', training: 'a', evidence } as const;
    const state = { ...emptyState('abc'), serving: 'a', records: [record], trial };
    await writeState(file, state);
    expect(await readState(file)).toEqual(state);
    expect(readdirSync(path.dirname(file))).toEqual(['learning.json']);
  });

  it('is refused with its name where it is broken', async () => {
    const file = path.join(temporaryFolder(), 'learning.json');
    for (const text of ['{', '{}', '{"format": 2}']) {
      writeFileSync(file, text);
      await expect(readState(file)).rejects.toThrow(`${file} cannot be used`);
    }
  });

  it('says what to do where it cannot be written', async () => {
    const file = path.join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    const state = emptyState('abc');
    await expect(writeState(path.join(file, 'learning.json'), state)).rejects.toThrow(/set data_dir to another folder/);
  });
});

describe('the folder of trained models', () => {
  it('names ascend with time', () => {
    expect(trainingId(Date.UTC(2026, 5, 1, 13, 45, 0) / 1000)).toBe('20260601T134500Z');
  });

  it('loses what was never finished, and old models that nobody uses, and nothing that is not its own', async () => {
    const folder = temporaryFolder();
    const ids = [1, 2, 3, 4, 5, 6].map((day) => trainingId(Date.UTC(2026, 0, day) / 1000));
    for (const name of [...ids, 'mine']) mkdirSync(path.join(folder, name));
    writeFileSync(path.join(folder, ids[5]!, 'checkpoint.safetensors'), '');
    for (const id of ids.slice(0, 5)) writeFileSync(path.join(folder, id, 'manifest.json'), '{}');
    expect(await removeLeftovers(folder)).toEqual([ids[5]]);
    await prune(folder, 2, new Set([ids[0]!]));
    expect(readdirSync(folder).sort()).toEqual([ids[0], ids[3], ids[4], 'mine']);
    expect(await removeLeftovers(path.join(folder, 'nowhere'))).toEqual([]);
  });

  it('keeps what a training of another process is about to write, and not what one that was killed has left', async () => {
    const folder = temporaryFolder();
    const [running, killed] = [1, 2].map((day) => trainingId(Date.UTC(2026, 0, day) / 1000));
    for (const id of [running!, killed!]) mkdirSync(path.join(folder, id));
    writeFileSync(path.join(folder, running!, 'lock'), `${process.ppid}`);
    // Beyond the largest number that Linux gives to a process.
    writeFileSync(path.join(folder, killed!, 'lock'), '4194305');
    expect(await removeLeftovers(folder)).toEqual([killed]);
    expect(readdirSync(path.join(folder, running!))).toEqual(['lock']);
  });
});

it('the lines of a training tell how far it is', () => {
  const lines = [
    'reading prometheus http://localhost:9090: 3 of 40 queries',
    'read 12 series that vary from prometheus',
    'step 20/1000  loss 0.4123  310 windows/s  ETA 4 min',
    'step 100/1000  loss 0.4  best validation 0.4  310 windows/s  ETA 3 min  validation 0.4',
    'warning: something',
    'measuring the accuracy of the model: 50 %',
  ];
  let step = FIRST_STEP;
  const phases = lines.map((line) => {
    step = stepAfter(step, line);
    return `${step.phase} ${step.step}/${step.totalSteps}`;
  });
  expect(phases).toEqual([
    'reading 0/0',
    'reading 0/0',
    'training 20/1000',
    'training 100/1000',
    'training 100/1000',
    'measuring 100/1000',
  ]);
});
