import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { timestampOf } from '../../../src/feeders/mapping/timestamp.js';
import { conversionFactor, convertibleUnits } from '../../../src/feeders/mapping/units.js';

describe('units', () => {
  test.each([
    ['ratio', false, 'percent', 100],
    ['bytes_per_second', false, 'megabytes_per_second', 1e-6],
    ['mebibytes_per_second', false, 'megabytes_per_second', 1.048576],
    ['megabits_per_second', false, 'megabytes_per_second', 0.125],
    ['bytes', true, 'megabytes_per_second', 1e-6],
    ['seconds', true, 'percent', 100],
    ['jiffies', true, 'percent', 1],
    ['seconds', false, 'days', 1 / 86_400],
    ['count', false, 'load', 1],
  ] as const)('%s (rate: %s) become %s by a factor', (unit, isRate, target, factor) => {
    expect(conversionFactor(unit, isRate, target)).toBeCloseTo(factor, 12);
  });

  test('that measure something else are refused', () => {
    expect(conversionFactor('bytes', false, 'percent')).toBeUndefined();
    expect(conversionFactor('bytes', false, 'megabytes_per_second')).toBeUndefined();
    expect(convertibleUnits(false, 'percent')).toEqual(['ratio', 'percent']);
  });
});

describe('a timestamp', () => {
  const seconds = Date.UTC(2026, 10, 27, 20, 5, 7, 250) / 1000;

  test('is understood in every form that stores keep', () => {
    for (const value of [
      '2026-11-27T20:05:07.250Z',
      '2026-11-27 20:05:07,250',
      '2026-11-27T22:05:07.250+02:00',
      '2026-11-27T22:05:07.250+0200',
      '2026-11-27T20:05:07.250000000Z',
      seconds,
      seconds * 1000,
      String(seconds * 1e6),
      BigInt(seconds * 1000) * 1_000_000n,
      new Date(seconds * 1000),
    ])
      expect(timestampOf(value, 'auto'), String(value)).toBeCloseTo(seconds, 3);
  });

  test('is none where the text is no moment', () => {
    for (const value of ['yesterday', '', '27.11.2026', '2026-13-01T00:00:00Z', Number.NaN, null, {}, 'Nov 27'])
      expect(timestampOf(value, 'auto')).toBeUndefined();
    expect(timestampOf('2026-11-27', 'milliseconds')).toBeUndefined();
  });

  test('in any unit is guessed right for every moment from 1980 to 2200', () => {
    const moment = fc.integer({ min: Date.UTC(1980, 0) / 1000, max: Date.UTC(2200, 0) / 1000 });
    fc.assert(
      fc.property(moment, fc.constantFrom(1, 1e3, 1e6, 1e9), (at, perSecond) => {
        expect(timestampOf(at * perSecond, 'auto')).toBeCloseTo(at, 3);
      }),
    );
  });
});
