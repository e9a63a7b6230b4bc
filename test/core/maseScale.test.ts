import { describe, expect, it } from 'vitest';
import { maseScale } from '../../src/core/maseScale.js';

/** Two days; the second is 3 above the first, with a little sawtooth in both. */
const TWO_DAYS = Float64Array.from({ length: 576 }, (_, i) => (i < 288 ? 10 : 13) + (i % 4));

describe('maseScale', () => {
  it('is the mean distance to the day before, over the bins in sample', () => {
    expect(maseScale(TWO_DAYS, 576)).toEqual({ kind: 'scale', value: 3 });
    const later = Float64Array.from([...TWO_DAYS, ...TWO_DAYS.map((value) => value + 1000)]);
    expect(maseScale(later, 576)).toEqual({ kind: 'scale', value: 3 });
  });

  it('leaves out pairs of which one is unknown', () => {
    const holey = TWO_DAYS.slice();
    holey.fill(Number.NaN, 10, 60);
    holey[300] = 100;
    // Pairs 10 … 59 are gone; one of the others is |100 − 10| instead of 3, unless its partner is unknown, which it is not.
    const partner = TWO_DAYS[300 - 288]!;
    holey[12] = partner;
    expect(maseScale(holey, 576)).toEqual({
      kind: 'scale',
      value: (3 * (288 - 50) + Math.abs(100 - partner)) / (288 - 50 + 1),
    });
  });

  it('does not exist for a series that is young or stands still in sample', () => {
    expect(maseScale(TWO_DAYS, 399)).toMatchObject({ kind: 'none', reason: 'too little known before the origins' });
    expect(maseScale(TWO_DAYS, -5)).toMatchObject({ kind: 'none' });
    const still = new Float64Array(576).fill(7);
    expect(maseScale(still, 576)).toMatchObject({ kind: 'none', reason: 'almost constant before the origins' });
  });
});
