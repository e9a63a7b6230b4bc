/** Where what is learnt from past forecasts enters a replay: the same ledger, blending and calibration that `serve` has. */
import type { Forecast, Frame } from '../../core/flow.js';
import type { ForecastDetails } from '../forecasting/forecastFrames.js';

/** Judges the forecasts of many servers, each of which moves forward in time only. */
export interface ForecastCritic {
  /** Compares what has come due with the frame's buckets; called before the server is forecast again. */
  resolve(frame: Frame): void;
  /** Remembers forecasts that will come due. */
  record(frame: Frame, forecasts: readonly Forecast[], details: readonly ForecastDetails[]): void;
}
