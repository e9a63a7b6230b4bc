/** The body of /anomalies: what the last hour of each category says. */
import { ANOMALY_CATEGORIES, type AnomalyCategory, type CategoryState } from '../../core/category.js';
import type { FleetReport } from '../../core/fleet.js';
import { roundMeasure } from '../seriesText.js';
import { isoTime } from './timestamp.js';

/** @param at epoch seconds */
export function anomaliesView(fleet: FleetReport | undefined, at: number) {
  const known = new Map(fleet?.categories.map((state) => [state.category, state]));
  return {
    window_minutes: 60,
    categories: ANOMALY_CATEGORIES.map((category) => categoryView(category, known.get(category))),
    timestamp: isoTime(at),
  };
}

function categoryView(category: AnomalyCategory, state: CategoryState | undefined) {
  if (state === undefined) {
    const message =
      'No series of it can be judged: it needs half an hour of samples with forecasts made an hour before';
    return { category, status: 'insufficient_data', message };
  }
  return {
    category,
    status: 'ok',
    is_anomaly: state.severity !== undefined,
    severity: state.severity ?? null,
    confidence: roundMeasure(state.confidence),
    recommended_action: state.recommendedAction,
    score: roundMeasure(state.score),
    judged: state.judged,
    outlying: state.outlying,
    usual_ratio: roundMeasure(state.usualShare),
    series: state.series.map(({ server, metric, direction, excess, outside, judged }) => ({
      ...{ server, metric, direction, excess: roundMeasure(excess) },
      buckets_outside: outside,
      buckets_judged: judged,
    })),
  };
}
