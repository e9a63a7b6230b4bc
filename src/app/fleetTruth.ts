/** The ledger of a fleet as cycles, hindcasts and backtests keep it. */
import { type Forecast, type Frame, RISK_HORIZONS, type Risk, type ThresholdOutlook } from '../core/flow.js';
import { OWN_SUBJECT } from '../core/ownFigures.js';
import { CANDIDATES } from '../model/inputs/contract.js';
import type { DriftMonitor } from '../truth/drift.js';
import type { BreachClaim } from '../truth/incidents/claim.js';
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
  /** What they promise; undefined where nothing is known. */
  readonly risk: Risk | undefined;
  /** In the order of the forecasts; those without are not remembered. */
  readonly details: readonly ForecastDetails[];
  /** False for a hindcast. */
  readonly wasServed: boolean;
}

/** Puts the forecasts of a frame into the ledger, and shows what they were made from to a monitor of drift. */
export function recordForecasts(truth: Truth, made: FrameForecast, drift?: DriftMonitor): void {
  const { frame, at, forecasts, risk, details, wasServed } = made;
  const { server, profile, newest: origin } = frame;
  // A fleet has not become another because linborg has more to do.
  const watched = server === OWN_SUBJECT ? undefined : drift;
  details.forEach(({ raw, candidates, figures }, i) => {
    const { metric, values: served } = forecasts[i]!;
    truth.record({ server, metric, profile, at, origin, raw, candidates, served, wasServed });
    watched?.observe(at, server, metric, figures);
  });
  if (details.length === 0) return;
  const claims = risk?.thresholds.flatMap((outlook) => claimOf(made, outlook) ?? []) ?? [];
  truth.incidents.record(server, claims, wasServed);
}

/** What is promised of a threshold; undefined while it is breached, which is no prediction, and without a forecast. */
function claimOf({ frame, forecasts }: FrameForecast, outlook: ThresholdOutlook): BreachClaim | undefined {
  const { metric, threshold, direction, sustainedSeconds, probability } = outlook;
  if (probability === undefined) return undefined;
  const served = Float32Array.from(RISK_HORIZONS, ({ name }) => probability[name]);
  const raw = forecasts.find((forecast) => forecast.metric === metric)?.rawBreachProbability ?? served;
  const sustainedSteps = Math.max(1, Math.round(sustainedSeconds / frame.stepSeconds));
  return { metric, origin: frame.newest, threshold, direction, sustainedSteps, raw, served };
}
