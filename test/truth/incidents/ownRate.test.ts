import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OwnRate } from '../../../src/truth/incidents/ownRate.js';

/** A rate that was taught `count` cases of one horizon. */
function taught(promised: number, came: number, count: number): OwnRate {
  const rate = new OwnRate(2016);
  for (let i = 0; i < count; i++) rate.add(2, 5000, { promised, came: i < came * count, weight: 1 });
  rate.settle();
  return rate;
}

describe('what is known of one server alone', () => {
  it('shifts nothing before anything came due, and nothing at the other horizons', () => {
    expect(new OwnRate(2016).shifts).toEqual([0, 0, 0, 0]);
    expect(taught(0.1, 0.5, 100).shifts.filter((shift) => shift !== 0)).toHaveLength(1);
  });

  it('takes effect with the next settling only', () => {
    const rate = new OwnRate(2016);
    rate.add(0, 5000, { promised: 0.1, came: true, weight: 1 });
    expect(rate.shifts[0]).toBe(0);
    rate.settle();
    expect(rate.shifts[0]).toBeGreaterThan(0);
  });

  it('is upwards where more came than was promised and downwards where less did, never further than that', () => {
    const share = fc.integer({ min: 1, max: 9 }).map((tenth) => tenth / 10);
    fc.assert(
      fc.property(share, share, fc.integer({ min: 1, max: 50 }), (promised, came, tens) => {
        const shift = taught(promised, came, 10 * tens).shifts[2]!;
        const whole = Math.log(came / promised);
        expect(Math.abs(shift)).toBeLessThanOrEqual(Math.abs(whole) + 1e-9);
        expect(shift * whole).toBeGreaterThanOrEqual(-1e-9);
      }),
    );
  });

  it('is half-way after eight breaches of its own', () => {
    expect(taught(0.1, 0.2, 80).shifts[2]).toBeCloseTo(Math.log((8 + 16) / (8 + 8)), 9);
  });
});
