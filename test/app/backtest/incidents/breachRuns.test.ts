import { describe, expect, it } from 'vitest';
import {
  BEYOND,
  findBreaches,
  joinBreaches,
  markBreaches,
  UNKNOWN,
  WITHIN,
} from '../../../../src/app/backtest/incidents/breachRuns.js';

/** `#` beyond, `.` within, `?` unknown. */
const marksOf = (text: string) => Uint8Array.from(text, (c) => (c === '#' ? BEYOND : c === '.' ? WITHIN : UNKNOWN));

describe('markBreaches', () => {
  it('counts a value exactly at the limit as beyond it, whichever way the metric is breached', () => {
    const limits = new Float64Array(3).fill(10.1);
    expect([...markBreaches(Float64Array.of(10, 10.1, 10.2), limits, 'above')]).toEqual([WITHIN, BEYOND, BEYOND]);
    expect([...markBreaches(Float64Array.of(10, 10.1, 10.2), limits, 'below')]).toEqual([BEYOND, BEYOND, WITHIN]);
  });

  it('does not judge a missing value or a missing limit', () => {
    const limits = Float64Array.of(90, Number.NaN);
    expect([...markBreaches(Float64Array.of(Number.NaN, 99), limits, 'above')]).toEqual([UNKNOWN, UNKNOWN]);
  });
});

describe('findBreaches', () => {
  it('takes fifteen minutes for a breach and ten for a flicker', () => {
    expect(findBreaches(marksOf('.##..###.'), 3)).toEqual([{ from: 5, to: 8, hasOnset: true }]);
  });

  it('does not know when a breach began that stands at the beginning or after a hole', () => {
    expect(findBreaches(marksOf('###.?####'), 3).map(({ hasOnset }) => hasOnset)).toEqual([false, false]);
  });
});

describe('joinBreaches', () => {
  it('makes one of two breaches less than half an hour apart, and two of those half an hour apart', () => {
    const joined = (text: string) => joinBreaches(findBreaches(marksOf(text), 3)).map(({ from, to }) => [from, to]);
    expect(joined('.###.....###.')).toEqual([[1, 12]]);
    expect(joined('.###......###.')).toEqual([
      [1, 4],
      [10, 13],
    ]);
  });
});
