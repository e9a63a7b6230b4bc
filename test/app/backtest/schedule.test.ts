import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ScheduleSettings, scheduleStops, testStart } from '../../../src/app/backtest/schedule.js';

const SETTINGS: ScheduleSettings = { origins: 30, last: 0.3, startAt: undefined, risk: false };
/** An absolute bin at a full hour. */
const FIRST = 12 * 400_000;

function spanOf(length: number, first = FIRST) {
  return { first, length, stepSeconds: 300 };
}

function originsOf(length: number, settings: Partial<ScheduleSettings> = {}, first = FIRST): number[] {
  return scheduleStops(spanOf(length, first), { ...SETTINGS, ...settings })
    .filter(({ originIndex }) => originIndex !== undefined)
    .map(({ bin }) => bin);
}

describe('scheduleStops', () => {
  it('spreads the origins evenly from the last 30 % to the last bin with a whole horizon after it', () => {
    // low = floor(0.7 · 2000) = 1400, high = 2000 − 96 = 1904
    expect(originsOf(2000, { origins: 4 })).toEqual([1400, 1568, 1736, 1904]);
    expect(originsOf(2000)).toHaveLength(30);
  });

  it('gives an origin 300 bins of history, and goes back at most 70 days', () => {
    expect(originsOf(400, { origins: 2 })).toEqual([300, 304]);
    expect(originsOf(100_000, { origins: 2 })).toEqual([100_000 - 70 * 288, 99_904]);
  });

  it('names no origin twice where there are fewer bins than origins', () => {
    expect(originsOf(400)).toEqual([300, 301, 302, 303, 304]);
    expect(originsOf(2000, { origins: 1 })).toEqual([1400]);
  });

  it('has no stop at all where not one origin has its whole horizon', () => {
    expect(scheduleStops(spanOf(395), SETTINGS)).toEqual([]);
  });

  it('begins at the bin of --start-at, the next one if that is within a bin', () => {
    const startAt = (FIRST + 500) * 300;
    expect(originsOf(2000, { origins: 2, startAt })).toEqual([500, 1904]);
    expect(testStart(spanOf(2000), { ...SETTINGS, startAt: startAt + 1 })).toBe(501);
    expect(originsOf(2000, { startAt: (FIRST + 1905) * 300 })).toEqual([]);
  });

  it('lets the ledger tick every full hour, from seven days before the first origin on', () => {
    const stops = scheduleStops(spanOf(10_000, FIRST + 5), { ...SETTINGS, origins: 2 });
    const ticks = stops.filter(({ isTick }) => isTick).map(({ bin }) => bin);
    expect(ticks[0]).toBe(7000 - 2016 + 3);
    expect(ticks.every((bin) => (FIRST + 5 + bin) % 12 === 0)).toBe(true);
    expect(ticks.at(-1)).toBe(9895);
    expect(new Set(ticks.slice(1).map((bin, i) => bin - ticks[i]!))).toEqual(new Set([12]));
  });

  it('stops every 15 minutes to the end of the trace for the risk, if that is wanted', () => {
    const risks = scheduleStops(spanOf(2000), { ...SETTINGS, risk: true }).filter(({ isRisk }) => isRisk);
    expect(risks.map(({ bin }) => bin)).toEqual(Array.from({ length: 200 }, (_, i) => 1401 + 3 * i));
    expect(scheduleStops(spanOf(2000), SETTINGS).some(({ isRisk }) => isRisk)).toBe(false);
  });

  it('stops once at a bin, in ascending order, never after the trace', () => {
    const anySpan = fc.record({ length: fc.nat(5000), first: fc.nat(1e6), origins: fc.integer({ min: 1, max: 50 }) });
    fc.assert(
      fc.property(anySpan, fc.boolean(), ({ length, first, origins }, risk) => {
        const bins = scheduleStops(spanOf(length, first), { ...SETTINGS, origins, risk }).map(({ bin }) => bin);
        expect(bins).toEqual([...new Set(bins)].sort((a, b) => a - b));
        expect(bins.every((bin) => bin > 0 && bin <= length)).toBe(true);
      }),
    );
  });
});
