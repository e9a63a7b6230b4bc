import { describe, expect, it } from 'vitest';
import { createTruthCritic } from '../../../src/app/backtest/truthCritic.js';
import { runCycle } from '../../../src/app/cycle.js';
import type { ForecastRows } from '../../../src/app/forecasting/forecastFrames.js';
import { ROW_WIDTH } from '../../../src/app/forecasting/protocol.js';
import { RISK_HORIZONS } from '../../../src/core/flow.js';
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

/** What is served of a promise of 0.2 after a day and a half of them. */
async function servedAfterHours(hours: number, spans: (fleet: HourlyFleet) => readonly ActedUpon[]): Promise<number> {
  const fleet = new HourlyFleet();
  const settings = { model: 'tft', options: OPTIONS, stepSeconds: WINDOWS.stepSeconds, excluded: spans(fleet) };
  const critic = createTruthCritic(settings);
  let served = Number.NaN;
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
    served = result.servers[0]!.forecasts.find(({ metric }) => metric === 'mem_used_pct')!.breachProbability![0]!;
  }
  return served;
}

describe('the ledger of a replay', () => {
  it('learns from what came, and not from what came in spans that somebody acted upon', async () => {
    expect(await servedAfterHours(36, () => [])).toBeLessThan(0.12);
    const all = ({ at }: HourlyFleet) => [{ server: '*', from: at, to: at + 48 * HOUR }];
    expect(await servedAfterHours(36, all)).toBeCloseTo(0.2, 6);
  });
});
