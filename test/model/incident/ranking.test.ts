import fc from 'fast-check';
import { expect, test } from 'vitest';
import { auroc, reliability } from '../../../src/model/incident/ranking.js';

const outcomes = fc.array(fc.record({ score: fc.integer({ min: 0, max: 6 }), label: fc.integer({ min: 0, max: 1 }) }), {
  minLength: 1,
  maxLength: 60,
});

test('the area is the share of pairs of outcomes that the scores order right, ties half', () => {
  fc.assert(
    fc.property(outcomes, (cases) => {
      const hits = cases.filter(({ label }) => label === 1);
      const others = cases.filter(({ label }) => label === 0);
      const area = auroc(
        Float32Array.from(cases, ({ score }) => score),
        Uint8Array.from(cases, ({ label }) => label),
      );
      if (hits.length === 0 || others.length === 0) {
        expect(area).toBeUndefined();
        return;
      }
      const points = hits.flatMap((hit) => others.map(({ score }) => 0.5 + 0.5 * Math.sign(hit.score - score)));
      expect(area).toBeCloseTo(points.reduce((sum, point) => sum + point, 0) / points.length, 10);
    }),
  );
});

test('each tenth that holds a case tells its mean probability and what came', () => {
  const bins = reliability(Float32Array.from([0.0625, 0.03125, 0.5, 1]), Uint8Array.from([0, 1, 1, 1]));
  expect(bins).toEqual([
    { cases: 2, predicted: 0.046875, observed: 0.5 },
    { cases: 1, predicted: 0.5, observed: 1 },
    { cases: 1, predicted: 1, observed: 1 },
  ]);
});
