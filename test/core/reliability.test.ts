import { expect, test } from 'vitest';
import { ReliabilityTenths } from '../../src/core/reliability.js';

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
