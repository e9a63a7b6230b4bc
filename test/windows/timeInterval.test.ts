import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isInInterval, spansOfIntervals } from '../../src/windows/timeInterval.js';
import { timeIntervalSchema } from '../../src/windows/timeIntervalOptions.js';

type Written = Parameters<typeof timeIntervalSchema.parse>[0];

const at = (time: string) => Date.parse(time) / 1000;
const interval = (written: Written) => timeIntervalSchema.parse(written);
const isIn = (written: Written, time: string) => isInInterval(interval(written), at(time));
const spansOf = (written: Written, from: string, to: string) =>
  spansOfIntervals([interval(written)], { from: at(from), to: at(to) }).map((span) =>
    [span.from, span.to].map((second) => new Date(second * 1000).toISOString().slice(0, 16)),
  );
const from2to4 = [{ start_time: '02:00', end_time: '04:00' }];

describe('an interval as Alertmanager describes it', () => {
  test('holds its start and not its end', () => {
    const times = [{ start_time: '09:00', end_time: '17:00' }];
    expect(isIn({ times }, '2026-06-01T08:59:59Z')).toBe(false);
    expect(isIn({ times }, '2026-06-01T09:00:00Z')).toBe(true);
    expect(isIn({ times }, '2026-06-01T16:59:59Z')).toBe(true);
    expect(isIn({ times }, '2026-06-01T17:00:00Z')).toBe(false);
  });

  test('needs every field to match, and in a field any entry', () => {
    // 2026-06-01 is a Monday.
    const written = { weekdays: ['monday:wednesday', 'saturday'], months: ['june', '8'], years: ['2026:2027'] };
    expect(isIn(written, '2026-06-01T00:00:00Z')).toBe(true);
    expect(isIn(written, '2026-06-03T23:59:00Z')).toBe(true);
    expect(isIn(written, '2026-06-04T12:00:00Z')).toBe(false);
    expect(isIn(written, '2026-06-06T12:00:00Z')).toBe(true);
    expect(isIn(written, '2026-07-06T12:00:00Z')).toBe(false);
    expect(isIn(written, '2028-06-05T12:00:00Z')).toBe(false);
    expect(isIn({}, '2031-01-01T00:00:00Z')).toBe(true);
  });

  test('counts days from both ends of the month', () => {
    expect(isIn({ days_of_month: [-1] }, '2028-02-29T12:00:00Z')).toBe(true);
    expect(isIn({ days_of_month: ['-1'] }, '2028-02-28T12:00:00Z')).toBe(false);
    expect(isIn({ days_of_month: ['25:-1'] }, '2026-02-25T12:00:00Z')).toBe(true);
    expect(isIn({ days_of_month: ['1:7', 15] }, '2026-02-15T12:00:00Z')).toBe(true);
    expect(isIn({ days_of_month: ['30:31'] }, '2026-02-28T12:00:00Z')).toBe(false);
    // Longer than the month: its first days, too.
    expect(isIn({ days_of_month: ['-31:-1'] }, '2026-02-01T12:00:00Z')).toBe(true);
  });

  test('may go over midnight, and then belongs to the day on which it starts', () => {
    const written = { times: [{ start_time: '22:00', end_time: '02:00' }], weekdays: ['friday'] };
    expect(spansOf(written, '2026-06-01T00:00Z', '2026-06-08T00:00Z')).toEqual([
      ['2026-06-05T22:00', '2026-06-06T02:00'],
    ]);
    const lastOfMonth = { times: [{ start_time: '23:00', end_time: '01:00' }], days_of_month: [-1] };
    expect(spansOf(lastOfMonth, '2026-02-01T01:00Z', '2026-04-01T12:00Z')).toEqual([
      ['2026-02-28T23:00', '2026-03-01T01:00'],
      ['2026-03-31T23:00', '2026-04-01T01:00'],
    ]);
  });

  test('goes over the end of a week or a year where its range does', () => {
    const weekend = { weekdays: ['friday:sunday'] };
    expect(spansOf(weekend, '2026-06-01T00:00Z', '2026-06-09T00:00Z')).toEqual([
      ['2026-06-05T00:00', '2026-06-08T00:00'],
    ]);
    expect(isIn({ months: ['november:february'] }, '2026-01-15T00:00:00Z')).toBe(true);
    expect(isIn({ months: ['november:february'] }, '2026-03-15T00:00:00Z')).toBe(false);
  });
});

describe('the clocks of a place', () => {
  const location = 'Europe/Berlin';

  test('rule the interval, in summer and in winter', () => {
    expect(spansOf({ times: from2to4, location }, '2026-01-10T00:00Z', '2026-01-11T00:00Z')).toEqual([
      ['2026-01-10T01:00', '2026-01-10T03:00'],
    ]);
    expect(spansOf({ times: from2to4, location }, '2026-07-10T00:00Z', '2026-07-11T00:00Z')).toEqual([
      ['2026-07-10T00:00', '2026-07-10T02:00'],
    ]);
  });

  test('shorten it in the night in which an hour is left out, and lengthen it in the one that has an hour twice', () => {
    expect(spansOf({ times: from2to4, location }, '2026-03-29T00:00Z', '2026-03-30T00:00Z')).toEqual([
      ['2026-03-29T01:00', '2026-03-29T02:00'],
    ]);
    expect(spansOf({ times: from2to4, location }, '2026-10-25T00:00Z', '2026-10-26T00:00Z')).toEqual([
      ['2026-10-25T00:00', '2026-10-25T03:00'],
    ]);
  });

  test('decide which day it is', () => {
    const sydney = { weekdays: ['monday'], location: 'Australia/Sydney' };
    expect(spansOf(sydney, '2026-06-06T00:00Z', '2026-06-10T00:00Z')).toEqual([
      ['2026-06-07T14:00', '2026-06-08T14:00'],
    ]);
    // Offsets need not be whole hours.
    const kathmandu = { times: from2to4, location: 'Asia/Kathmandu' };
    expect(spansOf(kathmandu, '2026-06-06T12:00Z', '2026-06-07T12:00Z')).toEqual([
      ['2026-06-06T20:15', '2026-06-06T22:15'],
    ]);
  });
});

test('the spans of intervals hold exactly the minutes that lie in one of them', () => {
  const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe');
  const time = fc.integer({ min: 0, max: 95 }).map((quarter) => {
    return `${String(Math.floor(quarter / 4)).padStart(2, '0')}:${String((quarter % 4) * 15).padStart(2, '0')}`;
  });
  const range = fc.tuple(time, time).filter(([start, end]) => start !== end);
  const start = fc.integer({ min: at('2026-01-01T00:00Z') / 60, max: at('2027-01-01T00:00Z') / 60 });
  fc.assert(
    fc.property(zone, range, fc.integer({ min: 0, max: 6 }), start, (location, [start_time, end_time], day, minute) => {
      const weekdays = [['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'][day]!];
      const one = interval({ times: [{ start_time, end_time }], weekdays, location });
      const spans = spansOfIntervals([one], { from: minute * 60, to: (minute + 2 * 1440) * 60 });
      for (let m = minute; m < minute + 2 * 1440; m += 13) {
        const isInside = spans.some(({ from, to }) => from <= m * 60 && m * 60 < to);
        expect(isInside).toBe(isInInterval(one, m * 60));
      }
    }),
    { numRuns: 30 },
  );
});
