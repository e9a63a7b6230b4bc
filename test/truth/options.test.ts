import { expect, test } from 'vitest';
import { z } from 'zod';
import { truthFields, truthOptionsOf } from '../../src/truth/options.js';

const schema = z.strictObject(truthFields);

test('without a word about it the ledger runs hourly with a trailing window of a day', () => {
  expect(truthOptionsOf(schema.parse({}))).toEqual({
    isEnabled: true,
    isHindcasting: true,
    everySeconds: 3600,
    halfLifeSeconds: 86_400,
    maxSeries: 50_000,
  });
});

test('every key can be set', () => {
  const truth = { enabled: false, hindcast: false, every: '2h', half_life: '3d', max_series: 100 };
  expect(truthOptionsOf(schema.parse({ truth }))).toEqual({
    isEnabled: false,
    isHindcasting: false,
    everySeconds: 7200,
    halfLifeSeconds: 259_200,
    maxSeries: 100,
  });
});

test('an interval that overlaps too much or leaves holes, and a window shorter than it, are faults at their key', () => {
  const pathsOf = (truth: unknown) => schema.safeParse({ truth }).error?.issues.map(({ path }) => path.join('.'));
  expect(pathsOf({ every: '5m' })).toEqual(['truth.every']);
  expect(pathsOf({ every: '9h' })).toEqual(['truth.every']);
  expect(pathsOf({ every: '2h', half_life: '1h' })).toEqual(['truth.half_life']);
  expect(pathsOf({ frequency: '1h' })).toEqual(['truth']);
});
