/** One cycle: what the sources brought → frames → forecasts → risks → what the doors show. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Forecast, Frame, Risk } from '../core/flow.js';
import type { ServerView } from '../exposition/cycleView.js';
import { scoreServer } from '../scoring/risk.js';
import type { Thresholds } from '../scoring/thresholds.js';
import { type ForecastRows, forecastFrames } from './forecasting/forecastFrames.js';

export interface CycleResult {
  readonly at: number;
  readonly servers: readonly ServerView[];
  readonly failedSeries: number;
  /** Why series could not be forecast; undefined if all were. */
  readonly failure: string | undefined;
}

/** Servers scored before the event loop gets its turn: about 5 ms of work. */
const SCORING_CHUNK = 20;

/** Forecasts and scores the frames as of `at`. The same code serves, backtests and dry-runs. */
export async function runCycle(
  frames: readonly Frame[],
  at: number,
  thresholds: Thresholds,
  forecaster: { readonly forecastRows: ForecastRows; readonly model: string },
): Promise<CycleResult> {
  const { forecasts, failedSeries, failure } = await forecastFrames(frames, forecaster.forecastRows, forecaster.model);
  const servers: ServerView[] = [];
  for (const [i, frame] of frames.entries()) {
    if (i % SCORING_CHUNK === SCORING_CHUNK - 1) await nextTurn();
    servers.push(viewOf(frame, forecasts[i]!, scoreServer(frame, forecasts[i]!, thresholds, at)));
  }
  return { at, servers, failedSeries, failure };
}

function viewOf(frame: Frame, forecasts: readonly Forecast[], risk: Risk | undefined): ServerView {
  return risk === undefined ? { frame, forecasts } : { frame, forecasts, risk };
}
