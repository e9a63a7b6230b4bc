/** The ledger of a fleet as cycles, hindcasts and backtests keep it. */
import type { Forecast, Frame } from '../core/flow.js';
import { CANDIDATES } from '../model/inputs/contract.js';
import type { DriftMonitor } from '../truth/drift.js';
import { Truth, type TruthSettings } from '../truth/truth.js';
import type { ForecastDetails } from './forecasting/forecastFrames.js';

/** A ledger that knows nothing yet, for a model and the candidate forecasts that come with it. */
export function createTruth(model: string, settings: Omit<TruthSettings, 'methods'>): Truth {
  return new Truth({ ...settings, methods: [model, ...CANDIDATES] });
}

/** What was forecast from one frame. */
export interface FrameForecast {
  readonly frame: Frame;
  /** Epoch seconds at which it was made. */
  readonly at: number;
  readonly forecasts: readonly Forecast[];
  /** In the order of the forecasts; those without are not remembered. */
  readonly details: readonly ForecastDetails[];
  /** False for a hindcast. */
  readonly wasServed: boolean;
}

/** Puts the forecasts of a frame into the ledger, and shows what they were made from to a monitor of drift. */
export function recordForecasts(truth: Truth, made: FrameForecast, drift?: DriftMonitor): void {
  const { frame, at, forecasts, details, wasServed } = made;
  const { server, profile, newest: origin } = frame;
  details.forEach(({ raw, candidates, figures }, i) => {
    const { metric, values: served } = forecasts[i]!;
    truth.record({ server, metric, profile, at, origin, raw, candidates, served, wasServed });
    drift?.observe(at, server, metric, figures);
  });
}
