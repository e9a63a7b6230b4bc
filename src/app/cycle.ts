/** One cycle: what the sources brought → frames → forecasts → risks → what the doors show. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Forecast, Frame, Risk, RiskPath } from '../core/flow.js';
import { isInSpan } from '../core/timeSpan.js';
import type { ServerView } from '../exposition/cycleView.js';
import { settleThresholds, type Threshold } from '../scoring/limit.js';
import { scoreServer } from '../scoring/risk.js';
import { riskPath } from '../scoring/riskPath.js';
import type { Thresholds } from '../scoring/thresholds.js';
import {
  type ForecastDetails,
  type ForecastRows,
  type FrameWishes,
  forecastFrames,
} from './forecasting/forecastFrames.js';

export interface CycleResult {
  /** Epoch seconds; where the frames are of different moments, the latest of them. */
  readonly at: number;
  readonly servers: readonly ServerView[];
  /** Per server, in the order of its forecasts; an empty list where details were not asked for. */
  readonly details: readonly (readonly ForecastDetails[])[];
  readonly failedSeries: number;
  /** Why series could not be forecast; undefined if all were. */
  readonly failure: string | undefined;
}

/** Servers scored before the event loop gets its turn: about 5 ms of work. */
const SCORING_CHUNK = 20;

/** Who forecasts in a cycle, and how what it says is served. */
export interface CycleForecaster extends Omit<FrameWishes, 'thresholdOf'> {
  readonly forecastRows: ForecastRows;
  /** Its model's name. */
  readonly model: string;
}

/**
 * Forecasts and scores the frames. The same code serves, backtests and dry-runs.
 * @param at  epoch seconds of the moment, or of each frame's own by its index
 */
export async function runCycle(
  frames: readonly Frame[],
  at: number | ((frameIndex: number) => number),
  thresholds: Thresholds,
  { forecastRows, model, ...wishes }: CycleForecaster,
): Promise<CycleResult> {
  const momentOf = typeof at === 'number' ? () => at : at;
  const latest = typeof at === 'number' ? at : Math.max(...frames.map((_, i) => at(i)));
  const settled = await settleAll(frames, thresholds);
  const { forecasts, details, failedSeries, failure } = await forecastFrames(frames, forecastRows, model, {
    ...wishes,
    thresholdOf: (i, metric) => settled[i]!.find((threshold) => threshold.metric === metric),
  });
  const servers: ServerView[] = [];
  for (const [i, frame] of frames.entries()) {
    if (i % SCORING_CHUNK === SCORING_CHUNK - 1) await nextTurn();
    const risk = scoreServer(frame, forecasts[i]!, settled[i]!, momentOf(i));
    servers.push(viewOf(shown(frame, momentOf(i)), forecasts[i]!, risk, settled[i]!));
  }
  return { at: latest, servers, details, failedSeries, failure };
}

/** The thresholds of each frame; the event loop gets its turn now and then. */
async function settleAll(frames: readonly Frame[], thresholds: Thresholds): Promise<Threshold[][]> {
  const settled: Threshold[][] = [];
  for (const [i, frame] of frames.entries()) {
    if (i % SCORING_CHUNK === SCORING_CHUNK - 1) await nextTurn();
    settled.push(settleThresholds(thresholds[frame.profile], frame));
  }
  return settled;
}

/** The state that is shown; what could be computed was settled by the state before: a silent server has no risk, planned or not. */
function shown(frame: Frame, at: number): Frame {
  return isInSpan(frame.maintenance ?? [], at) ? { ...frame, state: 'maintenance' } : frame;
}

function viewOf(
  frame: Frame,
  forecasts: readonly Forecast[],
  risk: Risk | undefined,
  thresholds: readonly Threshold[],
): ServerView {
  if (risk === undefined) return { frame, forecasts };
  let path: { readonly computed: RiskPath | undefined } | undefined;
  return {
    ...{ frame, forecasts, risk },
    riskPath: () => {
      path ??= { computed: riskPath(forecasts, thresholds, risk) };
      return path.computed;
    },
  };
}
