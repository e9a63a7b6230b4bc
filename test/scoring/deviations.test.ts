import { describe, expect, it } from 'vitest';
import type { Frame } from '../../src/core/flow.js';
import { DEVIATION_LEAD_STEPS, DeviationMemory } from '../../src/scoring/deviations.js';
import { flat, frameOf, NEWEST } from './support.js';

/** A frame as it is `steps` buckets later; its values are of a function of the bucket. */
function later(steps: number, sampleOf: (bucket: number) => number, metric = 'mem_used_pct'): Frame {
  const newest = NEWEST + steps;
  const values = new Float32Array(2304);
  for (let bucket = newest - 2303; bucket <= newest; bucket++) values[bucket % 2304] = sampleOf(bucket);
  return { ...frameOf({ [metric]: 0 }), newest, values };
}

function judged(sample: number): DeviationMemory {
  const memory = new DeviationMemory();
  memory.remember(frameOf({ mem_used_pct: 50 }), [flat('mem_used_pct', 48, 50, 54)]);
  memory.judge(later(DEVIATION_LEAD_STEPS, () => sample));
  return memory;
}

const at = (memory: DeviationMemory, bucket = NEWEST + DEVIATION_LEAD_STEPS, metric = 'mem_used_pct') =>
  memory.at('web01', metric, bucket);

describe('deviations', () => {
  it.each([
    [50, 0],
    [54, 1],
    [58, 2],
    [48, -1],
    [45, -2.5],
    [100, 12.5],
  ])('a sample of %s, forecast an hour before as 50 between 48 and 54, is %s half-widths away', (sample, expected) => {
    expect(at(judged(sample))).toBeCloseTo(expected, 5);
  });

  it('of a ratio are those of the same percentage', () => {
    const deviationAs = (metric: string, unit: number) => {
      const memory = new DeviationMemory();
      memory.remember(frameOf({ [metric]: 0.2 * unit }), [flat(metric, 0.199 * unit, 0.2 * unit, 0.201 * unit)]);
      memory.judge(later(DEVIATION_LEAD_STEPS, () => 0.21 * unit, metric));
      return at(memory, NEWEST + DEVIATION_LEAD_STEPS, metric);
    };
    // The interval is narrower than half a point, which is finer than what matters.
    expect(deviationAs('errors_pct', 100)).toBeCloseTo(2, 4);
    expect(deviationAs('errors_ratio', 1)).toBeCloseTo(2, 4);
  });

  it('are not known for what was not forecast, not sampled or long over', () => {
    expect(at(new DeviationMemory())).toBeNaN();
    expect(at(judged(Number.NaN))).toBeNaN();
    const memory = judged(60);
    expect(at(memory, NEWEST + DEVIATION_LEAD_STEPS, 'swap_used_pct')).toBeNaN();
    expect(at(memory, NEWEST + DEVIATION_LEAD_STEPS - 1)).toBeNaN();
    memory.judge(later(DEVIATION_LEAD_STEPS + 24, () => 60));
    expect(at(memory)).toBeNaN();
  });

  it('of a partial bucket are mended once it is whole', () => {
    const memory = judged(58);
    memory.judge(later(DEVIATION_LEAD_STEPS + 1, () => 54));
    expect(at(memory)).toBeCloseTo(1, 5);
  });

  it('of an interval without a width count half points of a percentage, and hundredths of an amount', () => {
    for (const [metric, expected] of [
      ['mem_used_pct', 4],
      ['load_average', 2],
    ] as const) {
      const memory = new DeviationMemory();
      memory.remember(frameOf({ [metric]: 100 }), [flat(metric, 96, 96, 96)]);
      memory.judge(later(DEVIATION_LEAD_STEPS, () => (metric === 'mem_used_pct' ? 98 : 97.92), metric));
      expect(at(memory, NEWEST + DEVIATION_LEAD_STEPS, metric)).toBeCloseTo(expected, 3);
    }
  });

  it('are kept when a metric appears', () => {
    const memory = judged(58);
    const wider = frameOf({ mem_used_pct: 58, swap_used_pct: 3 });
    memory.judge({ ...wider, newest: NEWEST + DEVIATION_LEAD_STEPS });
    expect(at(memory)).toBeCloseTo(2, 5);
  });

  it('of a server that is forgotten are gone', () => {
    const memory = judged(58);
    memory.forget('web01');
    expect(at(memory)).toBeNaN();
  });
});
