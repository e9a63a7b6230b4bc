import { describe, expect, it } from 'vitest';
import { createTruthCritic } from '../../../src/app/backtest/truthCritic.js';
import { runCycle } from '../../../src/app/cycle.js';
import type { ForecastRows } from '../../../src/app/forecasting/forecastFrames.js';
import { ROW_WIDTH } from '../../../src/app/forecasting/protocol.js';
import { RISK_HORIZONS } from '../../../src/core/flow.js';
import type { ExcludedSpan } from '../../../src/model/training/excludedSpans.js';
import { thresholdsSchema } from '../../../src/scoring/options.js';
import type { ActedUpon } from '../../../src/truth/incidents/incidentLedger.js';
import { WINDOWS } from '../fixtures/frames.js';
import { HourlyFleet } from '../fixtures/hourlyFleet.js';
import { forecasterOf, lastValue } from '../service/lastValue.js';

const HOUR = 3600;
const THRESHOLDS = thresholdsSchema.parse({});
const OPTIONS = { isEnabled: true, isHindcasting: true, everySeconds: HOUR, halfLifeSeconds: 86_400, maxSeries: 1000 };

/** The last value goes on, and every threshold is promised to be breached with 0.2; nothing comes. */
const promising: ForecastRows = async (job) => ({
  ...(await forecasterOf(lastValue)(job)),
  breachProbability: new Float32Array((job.rows.length / ROW_WIDTH) * RISK_HORIZONS.length).fill(0.2),
});

/** Spans that do not count: after actions, and by the file of `--exclude`. */
interface Spans {
  readonly actedUpon?: readonly ActedUpon[];
  readonly planned?: readonly ExcludedSpan[];
}

/** What is served after so many hours, of a promise of 0.2 and of the memory in use: its plan, and how wide p10–p90 is. */
async function servedAfterHours(hours: number, spansOf: (fleet: HourlyFleet) => Spans) {
  const fleet = new HourlyFleet();
  const { actedUpon = [], planned = [] } = spansOf(fleet);
  const critic = createTruthCritic({
    model: 'tft',
    options: OPTIONS,
    stepSeconds: WINDOWS.stepSeconds,
    actedUpon,
    planned,
  });
  let served = { promise: Number.NaN, plan: critic.planOf(fleet.frames()[0]!, 'mem_used_pct') };
  for (let hour = 0; hour < hours; hour++) {
    const frames = fleet.advance();
    const { at } = fleet;
    for (const frame of frames) critic.resolve(frame);
    critic.settle(at);
    const result = await runCycle(frames, at, THRESHOLDS, {
      ...{ forecastRows: promising, model: 'tft', wantsDetails: () => true },
      recalibrate: (frame, metric, raw) => critic.recalibrate(frame, metric, raw),
    });
    for (const [i, { frame, forecasts, risk }] of result.servers.entries()) {
      critic.record({ frame, at, forecasts, risk, details: result.details[i]! });
    }
    const memory = result.servers[0]!.forecasts.find(({ metric }) => metric === 'mem_used_pct')!;
    served = { promise: memory.breachProbability![0]!, plan: critic.planOf(frames[0]!, 'mem_used_pct') };
  }
  return served;
}

describe('the ledger of a replay', () => {
  it('learns from what came, and not from what came in spans that somebody acted upon', async () => {
    expect((await servedAfterHours(36, () => ({}))).promise).toBeLessThan(0.12);
    const actedUpon = ({ at }: HourlyFleet) => ({ actedUpon: [{ server: '*', from: at, to: at + 48 * HOUR }] });
    expect((await servedAfterHours(36, actedUpon)).promise).toBeCloseTo(0.2, 6);
  });

  it('learns nothing at all from spans of planned work: neither of promises nor of forecasts', async () => {
    const planned = ({ at }: HourlyFleet) => ({
      planned: [{ server: '*', from: at, to: at + 48 * HOUR, reason: 'patch night' }],
    });
    const untaught = await servedAfterHours(0, () => ({}));
    const { promise, plan } = await servedAfterHours(36, planned);
    expect(promise).toBeCloseTo(0.2, 6);
    expect(plan).toEqual(untaught.plan);
    expect((await servedAfterHours(36, () => ({}))).plan).not.toEqual(untaught.plan);
  });
});
