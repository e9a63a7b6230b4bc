/** The incident head over the rows of a job: from the forecasts as they are served, and the history before them. */
import { FORECAST_SIZE } from '../../model/forecaster.js';
import { INCIDENT_FEATURES, INCIDENT_SIZE } from '../../model/incident/contract.js';
import { writeIncidentFeatures } from '../../model/incident/features.js';
import type { IncidentHead } from '../../model/incident/head.js';
import { HISTORY_STEPS } from '../../model/inputs/contract.js';
import { unrollHistory } from '../../model/inputs/history.js';
import type { WindowRequest } from '../../model/inputs/window.js';
import { THRESHOLD_WIDTH } from './protocol.js';

const line = new Float32Array(HISTORY_STEPS);
const features = new Float32Array(INCIDENT_FEATURES.length);

/**
 * Probabilities of a new breach, [n × INCIDENT_SIZE]; NaN for rows without a threshold.
 * @param values      [n, HORIZON_STEPS, QUANTILE_LEVELS], as served
 * @param thresholds  [n × THRESHOLD_WIDTH]
 */
export function breachProbabilities(
  head: IncidentHead,
  requests: readonly WindowRequest[],
  values: Float32Array,
  thresholds: Float64Array,
): Float32Array {
  const probabilities = new Float32Array(requests.length * INCIDENT_SIZE).fill(Number.NaN);
  requests.forEach(({ series, newest, visibleSteps }, i) => {
    const [threshold, sign, sustainedSteps] = thresholds.subarray(i * THRESHOLD_WIDTH, (i + 1) * THRESHOLD_WIDTH);
    if (Number.isNaN(threshold!)) return;
    // Unrolled anew, a tenth of the work: the network's inputs are made a batch at a time and keep no line.
    unrollHistory(series, newest, line, visibleSteps);
    const forecast = values.subarray(i * FORECAST_SIZE, (i + 1) * FORECAST_SIZE);
    const direction = sign! > 0 ? 'above' : 'below';
    const incident = { line, forecast, threshold: threshold!, direction, sustainedSteps: sustainedSteps! } as const;
    writeIncidentFeatures(incident, features, 0);
    head.write(features, 0, probabilities, i * INCIDENT_SIZE);
  });
  return probabilities;
}
