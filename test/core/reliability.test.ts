import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ReliabilityTenths, type Tenth } from '../../src/core/reliability.js';

test('each tenth that holds a case tells its mean probability and what came, certainty in the last', () => {
  const tenths = new ReliabilityTenths();
  for (const [probability, came] of [
    [0.0625, 0],
    [0.03125, 1],
    [0.5, 1],
    [1, 1],
  ] as const)
    tenths.add(probability, came);
  expect(tenths.tenths()).toEqual([
    { tenth: 0, cases: 2, predicted: 0.046875, observed: 0.5 },
    { tenth: 5, cases: 1, predicted: 0.5, observed: 1 },
    { tenth: 9, cases: 1, predicted: 1, observed: 1 },
  ]);
});

test('without a case there is none', () => {
  expect(new ReliabilityTenths().tenths()).toEqual([]);
});

test('tenths counted apart and added are those of all cases together', () => {
  const cases = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 1)));
  fc.assert(
    fc.property(fc.array(cases, { maxLength: 5 }), (parts) => {
      const together = new ReliabilityTenths();
      const added = new ReliabilityTenths();
      for (const part of parts) {
        const own = new ReliabilityTenths();
        for (const [probability, came] of part) {
          own.add(probability, came);
          together.add(probability, came);
        }
        for (const tenth of own.tenths()) added.addAll(tenth);
      }
      const round = ({ tenth, cases, predicted, observed }: Tenth) => [
        ...[tenth, cases, predicted.toFixed(9), observed.toFixed(9)],
      ];
      expect(added.tenths().map(round)).toEqual(together.tenths().map(round));
    }),
  );
});
