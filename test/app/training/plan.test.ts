import { describe, expect, it } from 'vitest';
import { planTraining } from '../../../src/app/training/plan.js';
import { NO_AUGMENTATION, TRAINING_AUGMENTATION } from '../../../src/model/training/sampler.js';

const FLAGS = { seed: '1', holdOut: '0.3' };

describe('how long a training waits for a better validation', () => {
  it('is eight validations, four where it starts from a base, and what --patience says where that is given', async () => {
    const patienceOf = async (flags: object) => (await planTraining({ ...FLAGS, ...flags })).settings.patience;
    expect(await patienceOf({})).toBe(8);
    expect(await patienceOf({ base: 'models/default' })).toBe(4);
    expect(await patienceOf({ base: 'models/default', patience: '15' })).toBe(15);
    expect(await patienceOf({ patience: '2' })).toBe(2);
  });
});

describe('the notch filter of a training', () => {
  const notchOf = async (flags: object) => (await planTraining({ ...FLAGS, ...flags })).hyperparameters.notch;

  it('is over eight tokens from scratch, what --notch says where that is given, and none for 0', async () => {
    expect(await notchOf({})).toBe(8);
    expect(await notchOf({ network: 'perceptron' })).toBe(8);
    expect(await notchOf({ notch: '4' })).toBe(4);
    expect(await notchOf({ notch: '0' })).toBeUndefined();
  });

  it('is that of the base unless --notch says otherwise, since no weight depends on it', async () => {
    expect(await notchOf({ base: 'models/perceptron' })).toBeUndefined();
    expect(await notchOf({ base: 'models/perceptron', notch: '8' })).toBe(8);
  });

  it('must leave a network alone that --only keeps, and be no longer than a forecast', async () => {
    const flags = { base: 'models/default', only: 'incident-head', notch: '8' };
    await expect(planTraining({ ...FLAGS, ...flags })).rejects.toThrow(/--notch changes the network/);
    await expect(planTraining({ ...FLAGS, notch: '33' })).rejects.toThrow(/--notch is 33/);
  });
});

describe('level shifts of any age', () => {
  it('are laid over as many windows as --augment-shifts says, and validate, too; without it nothing changes for anybody', async () => {
    const settingsOf = async (flags: object) => (await planTraining({ ...FLAGS, ...flags })).settings;
    for (const start of [{}, { base: 'models/default' }]) {
      const plain = await settingsOf(start);
      expect(plain.augmentation).toEqual(TRAINING_AUGMENTATION);
      expect(plain.validationAugmentation).toEqual(NO_AUGMENTATION);
      const shifted = await settingsOf({ ...start, augmentShifts: '0.08' });
      expect(shifted.augmentation).toEqual({ ...TRAINING_AUGMENTATION, shift: 0.08, shiftsOfAnyAge: true });
      expect(shifted.validationAugmentation).toEqual({ ...shifted.augmentation, shortHistory: 0, hiddenIdentity: 0 });
    }
  });

  it('cannot be in more than all windows', async () => {
    await expect(planTraining({ ...FLAGS, augmentShifts: '2' })).rejects.toThrow(/--augment-shifts is 2; expected/);
  });
});
