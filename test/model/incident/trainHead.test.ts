import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../src/core/random.js';
import { auroc } from '../../../src/core/ranking.js';
import { chooseHead } from '../../../src/model/incident/chooseHead.js';
import { INCIDENT_SIZE } from '../../../src/model/incident/contract.js';
import { IncidentHead } from '../../../src/model/incident/head.js';
import { headLoss, type IncidentRows, trainHead } from '../../../src/model/incident/trainHead.js';
import { FEATURES, learnableRows } from './support.js';

const hooks = { onProgress: () => {} };
const quick = { seed: 1, steps: 150, batchSize: 128, learningRate: 5e-3 };
const training = learnableRows(1500, seededRandom(1));
const validation = learnableRows(800, seededRandom(2));
const none: IncidentRows = { count: 0, features: new Float32Array(), labels: new Uint8Array() };

function longest(weights: ReadonlyMap<string, Float32Array>, rows: IncidentRows) {
  const head = new IncidentHead(weights);
  const out = new Float32Array(INCIDENT_SIZE);
  const probabilities = Float32Array.from({ length: rows.count }, (_, row) => {
    head.write(rows.features, row * FEATURES, out, 0);
    return out[INCIDENT_SIZE - 1]!;
  });
  return {
    probabilities,
    labels: Uint8Array.from(probabilities, (_, row) => rows.labels[(row + 1) * INCIDENT_SIZE - 1]!),
  };
}

describe('a head that is trained', () => {
  test('ranks what it has not seen, and its probabilities are true on average', async () => {
    const weights = await trainHead(training, quick, hooks);
    const { probabilities, labels } = longest(weights, validation);
    // Nothing ranks better than the one feature that breaches depend on.
    const best = auroc(
      Float32Array.from(labels, (_, row) => validation.features[row * FEATURES]!),
      labels,
    )!;
    expect(best).toBeGreaterThan(0.85);
    expect(auroc(probabilities, labels)).toBeGreaterThan(best - 0.03);
    const rate = labels.reduce((sum, label) => sum + label, 0) / labels.length;
    const mean = probabilities.reduce((sum, probability) => sum + probability, 0) / labels.length;
    expect(Math.abs(mean - rate)).toBeLessThan(0.05);
  });

  test('is the same for the same rows and seed, and another one for another seed', async () => {
    const short = { ...quick, steps: 20 };
    const first = await trainHead(training, short, hooks);
    expect(await trainHead(training, short, hooks)).toEqual(first);
    expect(await trainHead(training, { ...short, seed: 2 }, hooks)).not.toEqual(first);
  });

  test('goes on from the weights that it is given, and leaves them as they are', async () => {
    const start = await trainHead(training, quick, hooks);
    const kept = new Map([...start].map(([name, values]) => [name, values.slice()]));
    const further = await trainHead(training, { ...quick, steps: 5, learningRate: 1e-4 }, { ...hooks, start });
    expect(start).toEqual(kept);
    expect(further).not.toEqual(start);
    expect(Math.abs(headLoss(further, validation) - headLoss(start, validation))).toBeLessThan(0.01);
  });
});

describe('the head that a model gets', () => {
  const few = learnableRows(60, seededRandom(3));

  test('is none where there are too few breaches to learn from and no base', async () => {
    expect(await chooseHead({ training: few, validation: none }, undefined, 1, hooks.onProgress)).toBeUndefined();
  });

  test("is the base's as it is where the fleet has too few breaches", async () => {
    const base = await trainHead(training, { ...quick, steps: 5 }, hooks);
    const chosen = await chooseHead({ training: few, validation }, base, 1, hooks.onProgress);
    expect(chosen).toMatchObject({ outcome: 'kept', weights: base });
    expect((await chooseHead({ training, validation: none }, base, 1, hooks.onProgress))!.outcome).toBe('kept');
  });

  test("is the base's made to fit, if that is better on the rows that validate", async () => {
    const base = await trainHead(training, { ...quick, steps: 5 }, hooks);
    const chosen = (await chooseHead(
      { training: learnableRows(1500, seededRandom(5)), validation },
      base,
      1,
      hooks.onProgress,
    ))!;
    expect(chosen.outcome).toBe('fine-tuned');
    expect(chosen.validationLoss).toBeLessThan(headLoss(base, validation));
  });
});
