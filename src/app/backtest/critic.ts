/** Where what is learnt from past forecasts enters a replay: the same ledger, blending and calibration that `serve` has. */
import type { Forecast, Frame } from '../../core/flow.js';
import type { ServingPlan } from '../../truth/plan.js';
import type { ForecastDetails } from '../forecasting/forecastFrames.js';

/** Judges the forecasts of a fleet that goes forward in time together. */
export interface ForecastCritic {
  /** Compares what has come due with the frame's buckets, all of which are complete; called before it is forecast again. */
  resolve(frame: Frame): void;
  /** Ends the judging of a moment: what servers share takes it in. */
  settle(at: number): void;
  /** How a metric of the frame is served now; undefined = as the model says. */
  planOf(frame: Frame, metric: string): ServingPlan | undefined;
  /** Remembers forecasts of one frame that will come due. @param at epoch seconds at which they were made */
  record(frame: Frame, at: number, forecasts: readonly Forecast[], details: readonly ForecastDetails[]): void;
}
