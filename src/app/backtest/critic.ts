/** Where what is learnt from past forecasts enters a replay: the same ledger, blending and calibration that `serve` has. */
import type { Forecast, Frame } from '../../core/flow.js';
import type { ServingPlan } from '../../truth/plan.js';
import type { ForecastDetails } from '../forecasting/forecastFrames.js';

/** Judges the forecasts of many servers, each of which moves forward in time only. */
export interface ForecastCritic {
  /** Compares what has come due with the frame's buckets; called before the server is forecast again. */
  resolve(frame: Frame): void;
  /** How a metric of the frame is served now; undefined = as the model says. */
  planOf(frame: Frame, metric: string): ServingPlan | undefined;
  /** Remembers forecasts that will come due. */
  record(frame: Frame, forecasts: readonly Forecast[], details: readonly ForecastDetails[]): void;
}
