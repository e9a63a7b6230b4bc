import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../src/core/random.js';
import { INCIDENT_SIZE } from '../../../src/model/incident/contract.js';
import { HazardBranch } from '../../../src/model/incident/hazardBranch.js';
import { branchParameters, firstBranchWeights, IncidentHead } from '../../../src/model/incident/head.js';
import { FEATURES, goldenHead, readGoldenIncidents } from './support.js';

const features = fc
  .array(fc.float({ min: -3, max: 3, noNaN: true }), { minLength: FEATURES, maxLength: FEATURES })
  .map((values) => Float32Array.from(values));

describe('the incident head', () => {
  test('gives the probabilities of the reference', () => {
    const head = new IncidentHead(goldenHead());
    for (const golden of readGoldenIncidents()) {
      const out = new Float32Array(INCIDENT_SIZE);
      head.write(Float32Array.from(golden.features), 0, out, 0);
      golden.probability.forEach((expected, k) => {
        expect(Math.abs(out[k]! - expected), golden.name).toBeLessThan(1e-6);
      });
    }
  });

  test('never gives a longer horizon the smaller probability', () => {
    const head = new IncidentHead(goldenHead());
    fc.assert(
      fc.property(features, (values) => {
        const out = new Float32Array(INCIDENT_SIZE);
        head.write(values, 0, out, 0);
        expect([...out]).toEqual([...out].sort((a, b) => a - b));
        expect(out[0]).toBeGreaterThanOrEqual(0);
        expect(out[INCIDENT_SIZE - 1]).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('tells a ramp that was never there before: a week without a breach does not hold back what the forecast shows', () => {
    const weights = new Map([...goldenHead()].map(([name, values]) => [name, new Float32Array(values.length)]));
    // Hazards of 4.6 and about 0.01 at every horizon: 0.99 and 0.01.
    weights.get('all.2.bias')!.set([4.59, -20, -20, -20]);
    weights.get('breaches.2.bias')!.set([-4.6, -20, -20, -20]);
    const out = new Float32Array(INCIDENT_SIZE);
    new IncidentHead(weights).write(new Float32Array(FEATURES), 0, out, 0);
    for (const probability of out) expect(probability).toBeCloseTo(0.975, 3);
  });

  test('reads and writes where it is told to', () => {
    const head = new IncidentHead(goldenHead());
    const [first, second] = readGoldenIncidents();
    const out = new Float32Array(3 * INCIDENT_SIZE).fill(9);
    head.write(Float32Array.from([...first!.features, ...second!.features]), FEATURES, out, INCIDENT_SIZE);
    expect([...out.subarray(0, INCIDENT_SIZE), ...out.subarray(2 * INCIDENT_SIZE)]).toEqual(
      Array(2 * INCIDENT_SIZE).fill(9),
    );
    expect(out[INCIDENT_SIZE]).toBeCloseTo(second!.probability[0]!, 5);
  });
});

test('the gradient of a branch is that of small changes of its weights', () => {
  const spec = { name: 'tiny', sizes: [5, 4, 3, INCIDENT_SIZE] };
  const weights = firstBranchWeights(spec, 3);
  const random = seededRandom(8);
  const input = Float32Array.from({ length: 5 }, () => 2 * random() - 1);
  const byHazard = Float64Array.from({ length: INCIDENT_SIZE }, () => 2 * random() - 1);
  const loss = () => {
    const hazards = new HazardBranch(spec.name, spec.sizes, weights).run(input, 0);
    return hazards.reduce((sum, hazard, k) => sum + hazard * byHazard[k]!, 0);
  };
  const gradients = new Map([...weights].map(([name, values]) => [name, new Float32Array(values.length)]));
  const branch = new HazardBranch(spec.name, spec.sizes, weights);
  branch.run(input, 0);
  branch.backward(byHazard, gradients);
  for (const { name } of branchParameters(spec)) {
    const values = weights.get(name)!;
    values.forEach((value, i) => {
      values[i] = value + 1e-2;
      const [upper, up] = [values[i]!, loss()];
      values[i] = value - 1e-2;
      const slope = (up - loss()) / (upper - values[i]!);
      values[i] = value;
      expect(Math.abs(gradients.get(name)![i]! - slope), `${name}[${i}]`).toBeLessThan(2e-3 * (1 + Math.abs(slope)));
    });
  }
});
