/** What the incident head is told of one threshold of one series: the history of its breaches, the values, the forecast. */
import { writeBreachFeatures } from './breachFeatures.js';
import { caseScale } from './caseScale.js';
import { writeForecastFeatures } from './forecastFeatures.js';
import { writeRiseFeatures } from './riseFeatures.js';
import { signedLimit } from './signedLimit.js';
import { writeValueFeatures } from './valueFeatures.js';

/** A threshold, and how it is breached. */
export interface IncidentThreshold {
  /** In the metric's unit. */
  readonly threshold: number;
  readonly direction: 'above' | 'below';
  /** Steps that a breach has to last to count. */
  readonly sustainedSteps: number;
}

/** One threshold of one series at one moment. */
export interface IncidentCase extends IncidentThreshold {
  /** [HISTORY_STEPS] the unrolled history, oldest first; NaN = absent. */
  readonly line: Float32Array;
  /** [HORIZON_STEPS × QUANTILE_LEVELS] the forecast from the history's end on, as it is served. */
  readonly forecast: Float32Array;
}

/** Writes INCIDENT_FEATURES, all of order 1, into `out` from `at` on. */
export function writeIncidentFeatures(
  { line, forecast, threshold, direction, sustainedSteps }: IncidentCase,
  out: Float32Array,
  at: number,
): void {
  const { sign, limit } = signedLimit(threshold, direction);
  const one = { sign, limit, line, forecast, sustainedSteps, scale: caseScale(line) };
  const values = writeBreachFeatures(one, out, at);
  const path = writeValueFeatures(one, out, values);
  const rise = writeForecastFeatures(one, out, path);
  writeRiseFeatures(one, out, rise);
}
