import { describe, expect, it } from 'vitest';
import { NaiveQuantiles } from '../../../../src/app/backtest/scores/naiveQuantiles.js';

const FLAT = new Float32Array(96).fill(50);

/** Hourly forecasts of 50 for `hours`, while the value is 50 + error(bin); resolved up to the last bin. */
function learnt(hours: number, error: (bin: number) => number): NaiveQuantiles {
  const quantiles = new NaiveQuantiles(1);
  for (let hour = 0; hour < hours; hour++) {
    quantiles.resolve(hour * 12, (bin) => 50 + error(bin));
    quantiles.record(hour * 12, [FLAT]);
  }
  quantiles.resolve(hours * 12, (bin) => 50 + error(bin));
  return quantiles;
}

describe('NaiveQuantiles', () => {
  it('has none before enough errors are known, and sooner for what comes sooner', () => {
    const few = learnt(6, () => 1).around(0, FLAT, 100);
    expect(few[0]).toBeNaN();
    expect(few[1]).toBe(50);
    const more = learnt(10, () => 1).around(0, FLAT, 100);
    expect(more[0]).toBe(50);
    expect(more[95 * 3]).toBeNaN();
  });

  it('lays the percentiles of past errors around the line, and keeps the line', () => {
    // Errors −2 and +6, changing every hour.
    const quantiles = learnt(100, (bin) => (Math.floor(bin / 12) % 2 === 0 ? -2 : 6)).around(0, FLAT, 100);
    expect([...quantiles.subarray(0, 3)]).toEqual([48, 50, 56]);
    expect([...quantiles.subarray(285, 288)]).toEqual([48, 50, 56]);
  });

  it('keeps the levels in order and within the bounds', () => {
    const rising = learnt(100, () => 60).around(0, FLAT, 100);
    expect([...rising.subarray(0, 3)]).toEqual([50, 50, 100]);
  });

  it('looks at no bin that has not come', () => {
    const quantiles = new NaiveQuantiles(1);
    quantiles.record(100, [FLAT]);
    const asked: number[] = [];
    quantiles.resolve(110, (bin) => asked.push(bin));
    expect(asked).toEqual([101, 103, 106, 107]);
    quantiles.resolve(110, (bin) => asked.push(bin));
    expect(asked).toHaveLength(4);
  });

  it('forgets errors that are older than a week', () => {
    const quantiles = learnt(24 * 30, (bin) => (bin < 12 * 24 * 20 ? -40 : 5)).around(0, FLAT, 100);
    expect([...quantiles.subarray(0, 3)]).toEqual([50, 50, 55]);
  });
});
