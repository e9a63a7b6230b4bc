import { RISK_HORIZONS, type Risk } from '../../core/flow.js';
import { roundMeasure } from '../seriesText.js';

/** Probabilities by the names of their horizons, rounded. */
export function byHorizon(probability: Risk['incidentProbability']): Record<string, number> {
  return Object.fromEntries(RISK_HORIZONS.map(({ name }) => [name, roundMeasure(probability[name])]));
}
