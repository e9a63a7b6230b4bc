/** Where what is learnt from past forecasts enters a replay: the same ledger, blending and calibration that `serve` has. */
import type { Frame } from '../../core/flow.js';
import type { ServingPlan } from '../../truth/plan.js';
import type { FrameForecast } from '../fleetTruth.js';

/** Judges the forecasts of a fleet that goes forward in time together. */
export interface ForecastCritic {
  /** Compares what has come due with the frame's buckets, all of which are complete; called before it is forecast again. */
  resolve(frame: Frame): void;
  /** Ends the judging of a moment: what servers share takes it in. */
  settle(at: number): void;
  /** How a metric of the frame is served now; undefined = as the model says. */
  planOf(frame: Frame, metric: string): ServingPlan | undefined;
  /** What is served in place of the incident head's probabilities [RISK_HORIZONS]. */
  recalibrate(frame: Frame, metric: string, raw: Float32Array): Float32Array;
  /** Remembers forecasts of one frame that will come due, and what they promise. */
  record(made: Omit<FrameForecast, 'wasServed'>): void;
}
