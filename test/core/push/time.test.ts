import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTimestamp } from '../../../src/core/push/time.js';

const NOON = Date.UTC(2026, 0, 1, 12) / 1000;

describe('the time of a record', () => {
  it('is UTC where it names no zone', () => {
    expect(parseTimestamp('2026-01-01T12:00:00')).toBe(NOON);
    expect(parseTimestamp('2026-01-01 12:00')).toBe(NOON);
  });

  it('may have a zone in each of the ways that languages write one', () => {
    for (const zone of ['Z', 'z', '+00:00', '-0000', '+00'])
      expect(parseTimestamp(`2026-01-01T12:00:00${zone}`)).toBe(NOON);
    expect(parseTimestamp('2026-01-01T14:30:00+02:30')).toBe(NOON);
    expect(parseTimestamp('2026-01-01T07:00:00-05')).toBe(NOON);
  });

  it('keeps milliseconds and takes microseconds and nanoseconds', () => {
    expect(parseTimestamp('2026-01-01T12:00:00.250')).toBe(NOON + 0.25);
    expect(parseTimestamp('2026-01-01T12:00:00.250999')).toBe(NOON + 0.25);
    expect(parseTimestamp('2026-01-01T12:00:00,25')).toBe(NOON + 0.25);
    expect(parseTimestamp('2026-01-01T12:00:00.123456789Z')).toBe(NOON + 0.123);
  });

  it.each([
    'now',
    '',
    '2026-01-01',
    '1767268800',
    '2026-02-30T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-01T25:00:00Z',
    '2026-01-01T12:00:61Z',
    '2026-01-01T12:00:00+24:00',
    '01/01/2026 12:00',
    '2026-01-01T12:00:00Z\n',
  ])('is not %j', (text) => {
    expect(parseTimestamp(text)).toBeUndefined();
  });

  it('knows leap years', () => {
    expect(parseTimestamp('2028-02-29T00:00:00Z')).toBe(Date.UTC(2028, 1, 29) / 1000);
    expect(parseTimestamp('2026-02-29T00:00:00Z')).toBeUndefined();
    expect(parseTimestamp('2100-02-29T00:00:00Z')).toBeUndefined();
    expect(parseTimestamp('2000-02-29T00:00:00Z')).toBe(Date.UTC(2000, 1, 29) / 1000);
  });

  it('takes ancient times for what they are', () => {
    expect(parseTimestamp('0001-01-01T00:00:00Z')).toBeLessThan(0);
  });

  it('reads back whatever a clock writes', () => {
    const date = fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
    fc.assert(fc.property(date, (at) => parseTimestamp(at.toISOString()) === at.getTime() / 1000));
  });
});
