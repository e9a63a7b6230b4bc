import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { runCycle } from '../../../src/app/cycle.js';
import type { ForecastRows } from '../../../src/app/forecasting/forecastFrames.js';
import { ROW_WIDTH } from '../../../src/app/forecasting/protocol.js';
import { ForecastLedger, type Lessons } from '../../../src/app/service/forecastLedger.js';
import { type Frame, RISK_HORIZONS } from '../../../src/core/flow.js';
import type { TruthReport } from '../../../src/core/truth.js';
import { STATIC_FIGURES } from '../../../src/model/inputs/contract.js';
import { thresholdsSchema } from '../../../src/scoring/options.js';
import type { Source } from '../../../src/sources/source.js';
import type { TrainingInputs } from '../../../src/truth/driftInputs.js';
import type { ActedUpon } from '../../../src/truth/incidents/incidentLedger.js';
import type { TruthOptions } from '../../../src/truth/options.js';
import { WINDOWS } from '../fixtures/frames.js';
import { HourlyFleet } from '../fixtures/hourlyFleet.js';
import { forecasterOf, lastValue } from './lastValue.js';

const HOUR = 3600;
const THRESHOLDS = thresholdsSchema.parse({});
const METRICS = ['cpu_user_pct', 'mem_used_pct'];
const OPTIONS: TruthOptions = {
  isEnabled: true,
  isHindcasting: true,
  everySeconds: HOUR,
  halfLifeSeconds: 86_400,
  maxSeries: 1000,
};
/** The model says half of what every candidate says. */
const halfTooLow = forecasterOf(lastValue, 0.5);

function ledgerWith(change: Partial<TruthOptions> = {}, trainingInputs?: TrainingInputs): ForecastLedger {
  const options = { ...OPTIONS, ...change };
  const { stepSeconds } = WINDOWS;
  return new ForecastLedger({ model: 'tft', options, stepSeconds, thresholds: THRESHOLDS, trainingInputs });
}

/** As `serve` does it. */
async function cycle(
  ledger: ForecastLedger,
  fleet: HourlyFleet,
  forecastRows: ForecastRows,
  actedUpon: ActedUpon[] = [],
) {
  const frames = fleet.advance();
  ledger.begin(frames, fleet.at, actedUpon);
  const forecaster = { forecastRows, model: 'tft', ...ledger.wishes(frames, fleet.at) };
  const result = await runCycle(frames, fleet.at, THRESHOLDS, forecaster);
  const report = ledger.end(result);
  const [{ frame, forecasts }] = result.servers as [(typeof result.servers)[number]];
  const row = frame.metrics.indexOf('mem_used_pct');
  const last = frame.values[row * frame.capacity + (frame.newest % frame.capacity)]!;
  const memory = forecasts.find(({ metric }) => metric === 'mem_used_pct')!;
  return { report, details: result.details, medianOverLast: memory.values[1]! / last, memory };
}

/** A head that promises a breach of everything, with one chance in five. */
const promising: ForecastRows = async (job) => ({
  ...(await halfTooLow(job)),
  breachProbability: new Float32Array((job.rows.length / ROW_WIDTH) * RISK_HORIZONS.length).fill(0.2),
});

const judgedIn = (report: TruthReport | undefined) => report!.accuracy.reduce((sum, one) => sum + one.forecasts, 0);

describe('a cycle', () => {
  it('records what is forecast, judges it when its time has come, and serves better for it', async () => {
    const ledger = ledgerWith();
    const fleet = new HourlyFleet();
    const first = await cycle(ledger, fleet, halfTooLow);
    expect(first.report).toMatchObject({ at: fleet.at, since: fleet.at, judged: 0 });
    expect(first.report!.pending).toBeGreaterThan(0);
    expect(first.medianOverLast).toBeCloseTo(0.5, 4);
    let latest = first;
    for (let hour = 1; hour < 24; hour++) latest = await cycle(ledger, fleet, halfTooLow);
    expect(judgedIn(latest.report)).toBeGreaterThan(100);
    expect(latest.report!.accuracy.map(({ metric }) => metric)).toEqual(expect.arrayContaining(METRICS));
    expect(latest.report!.drift?.recommendation).toEqual(expect.any(String));
    expect(latest.medianOverLast).toBeGreaterThan(0.8);
  });

  it('judges what was promised of a threshold, and promises less where nothing comes', async () => {
    const ledger = ledgerWith();
    const fleet = new HourlyFleet();
    let latest = await cycle(ledger, fleet, promising);
    expect(latest.memory.breachProbability![0]).toBeCloseTo(0.2, 6);
    for (let hour = 1; hour < 36; hour++) latest = await cycle(ledger, fleet, promising);
    const { breachProbability: served, rawBreachProbability: raw } = latest.memory;
    expect(raw![0]).toBeCloseTo(0.2, 6);
    expect(served![0]).toBeLessThan(0.12);
    expect([...served!]).toEqual([...served!].sort((a, b) => a - b));
    const [halfHour] = latest.report!.incidents.probabilities;
    expect(halfHour).toMatchObject({ horizon: '30m', breaches: 0 });
    expect(halfHour!.cases).toBeGreaterThan(60);
  });

  it('learns nothing of promises about servers that something was done about', async () => {
    const ledger = ledgerWith();
    const fleet = new HourlyFleet();
    const actedUpon = fleet.frames().map(({ server }) => ({ server, from: fleet.at, to: fleet.at + 48 * HOUR }));
    let latest = await cycle(ledger, fleet, promising, actedUpon);
    for (let hour = 1; hour < 12; hour++) latest = await cycle(ledger, fleet, promising, actedUpon);
    expect(latest.memory.breachProbability![0]).toBeCloseTo(0.2, 6);
    expect(latest.report!.incidents.probabilities).toEqual([]);
    expect(latest.report!.incidents.mitigated).toBeGreaterThan(20);
  });

  it('asks for details once an hour only', async () => {
    const ledger = ledgerWith();
    const fleet = new HourlyFleet();
    const { details } = await cycle(ledger, fleet, halfTooLow);
    expect(details.map((list) => list.length)).toEqual([2, 2]);
    const { wantsDetails } = ledger.wishes(fleet.frames(), fleet.at + 1);
    expect([0, 1].map((i) => wantsDetails!(i))).toEqual([false, false]);
    expect(ledger.wishes(fleet.frames(), fleet.at + HOUR).wantsDetails!(0)).toBe(true);
  });

  it('puts nothing down of a server in maintenance, and does so at once when that is over', () => {
    const ledger = ledgerWith();
    const fleet = new HourlyFleet();
    const maintenance = [{ from: fleet.at - 60, to: fleet.at + 60 }];
    const frames = fleet.frames().map((frame, i) => (i === 0 ? { ...frame, maintenance } : frame));
    const wantedAt = (at: number) => [0, 1].map((i) => ledger.wishes(frames, at).wantsDetails!(i));
    expect(wantedAt(fleet.at)).toEqual([false, true]);
    expect(wantedAt(fleet.at + 60)).toEqual([true, true]);
  });

  it('forgets a server that is gone', async () => {
    const ledger = ledgerWith();
    const fleet = new HourlyFleet();
    const { report } = await cycle(ledger, fleet, halfTooLow);
    for (const { server } of fleet.frames()) ledger.forget(server);
    const result = { at: fleet.at + 60, servers: [], details: [], failedSeries: 0, failure: undefined };
    expect(report!.pending).toBeGreaterThan(0);
    expect(ledger.end(result)!.pending).toBe(0);
  });

  it('judges nothing and serves what the model says where the ledger is switched off', async () => {
    const ledger = ledgerWith({ isEnabled: false });
    const { report, details, medianOverLast } = await cycle(ledger, new HourlyFleet(), halfTooLow);
    expect(report).toBeUndefined();
    expect(details.flat()).toEqual([]);
    expect(medianOverLast).toBeCloseTo(0.5, 4);
  });
});

describe('a start', () => {
  function lessonsOf(fleet: HourlyFleet, change: Partial<Lessons> = {}) {
    const log: Record<string, unknown>[] = [];
    const lessons: Lessons = {
      forecastRows: halfTooLow,
      frames: () => fleet.frames(),
      ...{ sources: [], selector: '' },
      actedUpon: [],
      at: fleet.at,
      log: pino({}, { write: (line: string) => log.push(JSON.parse(line)) }),
      signal: new AbortController().signal,
      ...change,
    };
    return { lessons, log };
  }

  it('learns from hindcasts how to serve, before any forecast of its own has come due', async () => {
    const ledger = ledgerWith();
    const fleet = new HourlyFleet();
    const { lessons, log } = lessonsOf(fleet);
    await ledger.learn(lessons);
    expect(log).toMatchObject([{ hindcasts: 48 * 4, recorded: 0 }]);
    const { report, medianOverLast } = await cycle(ledger, fleet, halfTooLow);
    expect(medianOverLast).toBeGreaterThan(0.8);
    // Nobody has seen the hindcasts.
    expect(judgedIn(report)).toBe(0);
  });

  it('tells with the next cycle how its inputs lie to those of the training', async () => {
    const deciles = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
    const edges = { '*': STATIC_FIGURES.map(() => deciles) };
    const ledger = ledgerWith({}, { names: STATIC_FIGURES, edges });
    const fleet = new HourlyFleet();
    // Those of the past alone weigh a little less than it takes.
    for (let hour = 1; hour < 6; hour++) await cycle(ledger, fleet, halfTooLow);
    const { report } = await cycle(ledger, fleet, halfTooLow);
    expect(report?.drift?.regimes).toEqual({});
    await ledger.learn(lessonsOf(fleet).lessons);
    const nothing = { servers: [], details: [], failedSeries: 0, failure: undefined };
    const next = ledger.end({ ...nothing, at: fleet.at + 60 });
    expect(Object.keys(next?.drift?.regimes ?? {})).not.toEqual([]);
  });

  it('goes on counting what Prometheus recorded before', async () => {
    const fleet = new HourlyFleet();
    const [{ server }] = fleet.frames() as [Frame];
    const times = [fleet.at - 6 * HOUR, fleet.at - 4 * HOUR];
    const nothing = async function* () {};
    const source: Source = {
      name: 'prometheus',
      history: nothing,
      increment: nothing,
      close: () => {},
      recorded: async (expr) =>
        expr.includes('"1h"')
          ? ['p10', 'p50', 'p90'].map((level, i) => ({
              labels: { server, metric: 'mem_used_pct', level },
              times,
              values: [40 + i, 50 + i],
            }))
          : [],
    };
    const ledger = ledgerWith({ isHindcasting: false });
    const { lessons, log } = lessonsOf(fleet, { sources: [source] });
    await ledger.learn(lessons);
    expect(log).toMatchObject([{ hindcasts: 0, recorded: 2 }]);
    const { report } = await cycle(ledger, fleet, halfTooLow);
    const known = report!.accuracy.find(({ metric, horizon }) => metric === 'mem_used_pct' && horizon === '1h');
    expect(known?.forecasts).toBe(2);
  });

  it('that cannot learn says why, and serves all the same', async () => {
    const ledger = ledgerWith();
    const fleet = new HourlyFleet();
    const { lessons, log } = lessonsOf(fleet, {
      frames: () => {
        throw new Error('the windows are gone');
      },
    });
    await ledger.learn(lessons);
    expect(log).toMatchObject([{ level: 40, reason: 'the windows are gone' }]);
    expect((await cycle(ledger, fleet, halfTooLow)).report).toMatchObject({ judged: 0 });
  });
});
