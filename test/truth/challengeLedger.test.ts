import { describe, expect, test } from 'vitest';
import { type Frame, HORIZON_STEPS } from '../../src/core/flow.js';
import { PairedLedger } from '../../src/truth/challengeLedger.js';
import { LEDGER_STEPS } from '../../src/truth/horizonBins.js';

const CAPACITY = 4 * 288;
const START = 100_000;
const STEP_SECONDS = 300;

/** One row; a day's curve whose height changes from day to day by 2, so that the scale is 2. */
function curve(bucket: number): number {
  return 50 + 10 * Math.sin((2 * Math.PI * bucket) / 288) + (Math.floor(bucket / 288) % 2) * 2;
}

function frameAt(newest: number, valueAt: (bucket: number) => number = curve, server = 'db1'): Frame {
  const values = new Float32Array(CAPACITY);
  for (let bucket = newest - CAPACITY + 1; bucket <= newest; bucket++) values[bucket % CAPACITY] = valueAt(bucket);
  return {
    server,
    profile: 'database',
    stepSeconds: STEP_SECONDS,
    newest,
    capacity: CAPACITY,
    metrics: ['cpu_user_pct'],
    values,
    state: 'ok',
    quality: { coverageRatio: 1, historyDays: 4, warmupRatio: 1, lastSampleAt: newest * STEP_SECONDS },
  };
}

/** All levels miss the curve by so much. */
function forecastFrom(origin: number, off: number): Float32Array {
  return Float32Array.from({ length: HORIZON_STEPS * 3 }, (_, i) => curve(origin + 1 + Math.floor(i / 3)) + off);
}

function remember(ledger: PairedLedger, frame: Frame, champion: number, challenger: number): void {
  const forecasts = {
    champion: forecastFrom(frame.newest, champion),
    challenger: forecastFrom(frame.newest, challenger),
  };
  ledger.remember(frame, { row: 0, ...forecasts });
}

const LIMITS = { maxSeries: 10, everySteps: 12 };

describe('a paired ledger', () => {
  test('judges each step once, when its bucket is complete, in units of the daily change', () => {
    const ledger = new PairedLedger(LIMITS);
    remember(ledger, frameAt(START), 4, 1);
    expect(ledger.judge(frameAt(START + 2))).toEqual([]);
    const [first, ...others] = ledger.judge(frameAt(START + 3));
    expect(others).toEqual([]);
    // Three equal quantiles above the sample: twice the mean of 0.9, 0.5 and 0.1 is 1 per unit of error.
    expect(first).toMatchObject({ server: 'db1', metric: 'cpu_user_pct', dueAt: (START + 2) * STEP_SECONDS });
    expect(first!.champion).toBeCloseTo(2, 3);
    expect(first!.challenger).toBeCloseTo(0.5, 3);
    expect(ledger.judge(frameAt(START + 3))).toEqual([]);
    expect(ledger.judge(frameAt(START + 97))).toHaveLength(LEDGER_STEPS.length - 1);
  });

  test('judges nobody by a bucket without a sample, nor by one that has left the window', () => {
    const ledger = new PairedLedger(LIMITS);
    remember(ledger, frameAt(START), 1, 1);
    const gap = (bucket: number) => (bucket === START + 5 ? Number.NaN : curve(bucket));
    expect(ledger.judge(frameAt(START + 7, gap)).map(({ dueAt }) => dueAt / STEP_SECONDS - START)).toEqual([2, 6]);
    expect(ledger.judge(frameAt(START + 2 * CAPACITY))).toEqual([]);
  });

  test('judges nobody by a step with planned maintenance between the forecast and its time', () => {
    const ledger = new PairedLedger(LIMITS);
    remember(ledger, frameAt(START), 1, 1);
    const maintenance = [{ from: (START + 6) * STEP_SECONDS, to: (START + 7) * STEP_SECONDS }];
    const losses = ledger.judge({ ...frameAt(START + 97), maintenance });
    const before = LEDGER_STEPS.filter((step) => step < 6);
    expect(losses.map(({ dueAt }) => dueAt / STEP_SECONDS - START)).toEqual(before);
  });

  test('leaves out a constant series, and what is beyond its limit', () => {
    const ledger = new PairedLedger({ maxSeries: 1, everySteps: 12 });
    const flat = frameAt(START, () => 7);
    ledger.remember(flat, { row: 0, champion: forecastFrom(START, 1), challenger: forecastFrom(START, 2) });
    expect(ledger.judge(frameAt(START + 97))).toEqual([]);
    remember(ledger, frameAt(START, curve, 'db1'), 1, 2);
    remember(ledger, frameAt(START, curve, 'db2'), 1, 2);
    expect(ledger.judge(frameAt(START + 97, curve, 'db2'))).toEqual([]);
    ledger.keepOnly(new Set(['db2']));
    remember(ledger, frameAt(START, curve, 'db2'), 1, 2);
    expect(ledger.judge(frameAt(START + 97, curve, 'db1'))).toEqual([]);
    expect(ledger.judge(frameAt(START + 97, curve, 'db2'))).toHaveLength(LEDGER_STEPS.length);
  });
});
