import { describe, expect, it } from 'vitest';
import { planTraining } from '../../../src/app/training/plan.js';

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
