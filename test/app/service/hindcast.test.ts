import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTruth } from '../../../src/app/fleetTruth.js';
import type { ForecastRows } from '../../../src/app/forecasting/forecastFrames.js';
import { type HindcastParts, hindcast, rewind } from '../../../src/app/service/hindcast.js';
import type { Frame } from '../../../src/core/flow.js';
import { METRIC_NAMES } from '../../../src/core/metrics.js';
import { thresholdsSchema } from '../../../src/scoring/options.js';
import { DriftMonitor } from '../../../src/truth/drift.js';
import type { TruthOptions } from '../../../src/truth/options.js';
import { simulatedFrames } from '../fixtures/frames.js';
import { forecasterOf } from './lastValue.js';

const OPTIONS: TruthOptions = {
  isEnabled: true,
  isHindcasting: true,
  everySeconds: 3600,
  halfLifeSeconds: 86_400,
  maxSeries: 1000,
};
const HOUR_STEPS = 12;

function partsOf(frames: readonly Frame[], forecastRows: ForecastRows): HindcastParts {
  return {
    truth: createTruth('tft', { options: OPTIONS, stepSeconds: 300, isSpread: true }),
    thresholds: thresholdsSchema.parse({}),
    stepSeconds: 300,
    drift: new DriftMonitor(),
    model: 'tft',
    everySteps: HOUR_STEPS,
    forecastRows,
    frames: () => frames,
    signal: new AbortController().signal,
  };
}

/** A frame of a ring whose slots hold `values`, row by row. */
function ringOf(values: Float32Array, newest: number, metrics: readonly string[], server = 'a'): Frame {
  const quality = { coverageRatio: 1, historyDays: 8, warmupRatio: 1, lastSampleAt: newest * 300 };
  const capacity = values.length / metrics.length;
  return { server, profile: 'generic', stepSeconds: 300, newest, capacity, metrics, values, state: 'ok', quality };
}

describe('a frame as it was', () => {
  const frames = fc
    .record({ capacity: fc.integer({ min: 1, max: 30 }), rows: fc.integer({ min: 1, max: 3 }) })
    .chain(({ capacity, rows }) =>
      fc.record({
        values: fc.float32Array({ minLength: capacity * rows, maxLength: capacity * rows }),
        // Buckets count from the epoch: none is negative.
        newest: fc.integer({ min: 2 * capacity + 3, max: 10_000 }),
        metrics: fc.constant(METRIC_NAMES.slice(0, rows)),
        back: fc.integer({ min: 1, max: capacity + 3 }),
      }),
    );

  it('is a copy in which everything later is absent and all else is the same', () => {
    fc.assert(
      fc.property(frames, ({ values, newest, metrics, back }) => {
        const frame = ringOf(values, newest, metrics);
        const before = values.slice();
        const past = rewind(frame, newest - back);
        expect({ ...past, newest, values: frame.values }).toEqual(frame);
        expect(past.newest).toBe(newest - back);
        for (let row = 0; row < metrics.length; row++) {
          for (let i = newest - frame.capacity + 1; i <= newest; i++) {
            const slot = row * frame.capacity + (i % frame.capacity);
            expect(past.values[slot]).toBe(i <= past.newest ? before[slot] : Number.NaN);
          }
        }
        expect(frame.values).toEqual(before);
      }),
    );
  });

  it('is the frame itself when nothing is later', () => {
    const [frame] = simulatedFrames({ servers: 1 });
    expect(rewind(frame!, frame!.newest)).toBe(frame);
  });
});

/** What was asked and answered at each moment, in order. */
interface Told {
  readonly newest: number;
  /** Fingerprints: a difference among thousands of numbers is nothing to print. */
  readonly plans: string;
  readonly values: string;
}

/** Looks at all that a ring holds, its future too if there is one. */
const sumOfAll = forecasterOf((row) => row.reduce((sum, value) => sum + (Number.isNaN(value) ? 0 : value), 0) / 2000);

function hashOf(numbers: Float32Array | undefined): string {
  return createHash('sha256')
    .update(new Float32Array(numbers ?? []))
    .digest('hex');
}

async function tell(frames: readonly Frame[]): Promise<Told[]> {
  const told: Told[] = [];
  const parts = partsOf(frames, async (job) => {
    const block = await sumOfAll(job);
    told.push({ newest: job.servers[0]!.newest, plans: hashOf(job.plans), values: hashOf(block.values) });
    return block;
  });
  await hindcast(parts);
  return told;
}

describe('hindcasts', () => {
  const metrics = ['cpu_user_pct', 'mem_used_pct'];
  const frames = simulatedFrames({ servers: 2, steps: 2304, metrics });
  const newest = frames[0]!.newest;

  it('are made hourly over two days, and teach the ledger how to serve', async () => {
    const parts = partsOf(
      frames,
      forecasterOf((row, at) => row[at % row.length]!, 2),
    );
    expect(await hindcast(parts)).toBe(48 * 4);
    const report = parts.truth.report(newest * 300);
    expect(report.judgedAtStart.hindcasts).toBeGreaterThan(1000);
    expect(report.judged).toBe(0);
    // Nobody saw them: they say nothing of what was served.
    expect(report.accuracy.filter(({ forecasts }) => forecasts > 0)).toEqual([]);
    const [{ server, profile }] = frames as [Frame];
    const [ownMedian] = parts.truth.plan(server, 'mem_used_pct', profile);
    // A model that is wrong by a factor of two loses its weight to candidates that are right.
    expect(ownMedian).toBeLessThan(0.2);
  });

  it('read nothing that came after their moment: neither forecasts nor plans know of it', async () => {
    const split = newest - 20 * HOUR_STEPS;
    const scrambled = frames.map((frame) => {
      const values = frame.values.slice();
      for (let row = 0; row < metrics.length; row++) {
        for (let i = split + 1; i <= newest; i++) values[row * frame.capacity + (i % frame.capacity)] = (i * 37) % 100;
      }
      return { ...frame, values };
    });
    const [told, toldScrambled] = [await tell(frames), await tell(scrambled)];
    const until = (all: Told[]) => all.filter((one) => one.newest <= split);
    expect(until(told)).toHaveLength(29);
    expect(until(toldScrambled)).toEqual(until(told));
    expect(toldScrambled.at(-1)).not.toEqual(told.at(-1));
  });

  it('are as far apart as the ledger records', async () => {
    const parts = partsOf(frames, sumOfAll);
    expect(await hindcast({ ...parts, everySteps: 96 })).toBe(6 * 4);
    expect(await hindcast({ ...partsOf(frames, sumOfAll), everySteps: 2 })).toBe(48 * 4);
  });

  it('end when linborg stops', async () => {
    const parts = partsOf(frames, sumOfAll);
    expect(await hindcast({ ...parts, signal: AbortSignal.abort() })).toBe(0);
  });
});

describe('the budget of a start', () => {
  const CAPACITY = 700;
  const one = ringOf(new Float32Array(CAPACITY * METRIC_NAMES.length).fill(50), 6_000_000, METRIC_NAMES);

  /** The moments that a fleet of so many servers gets; that their forecasts fail costs nothing. */
  async function momentsOf(servers: number): Promise<number> {
    const moments = new Set<number>();
    const frames = Array.from({ length: servers }, (_, i) => ({ ...one, server: `server-${i}` }));
    const made = await hindcast(
      partsOf(frames, async ({ servers: [first] }) => {
        moments.add(first!.newest);
        throw new Error('nothing is forecast here');
      }),
    );
    expect(made).toBe(0);
    return moments.size;
  }

  it('makes the moments of a large fleet fewer, and leaves out hindcasts that would teach nothing', async () => {
    const series = 1400 * METRIC_NAMES.length;
    expect(await momentsOf(1400)).toBe(Math.floor(100_000 / series));
    expect(await momentsOf(1800)).toBe(0);
  });
});
