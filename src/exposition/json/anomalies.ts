/** The body of /anomalies: what the last hour of each category says. */
import { ANOMALY_CATEGORIES, type AnomalyCategory, type CategoryState } from '../../core/category.js';
import type { FleetReport } from '../../core/fleet.js';
import { roundMeasure } from '../seriesText.js';
import { isoTime } from './timestamp.js';

/** What the answer is made from. */
interface Watched {
  /** Absent where nobody watches the fleet, or there is no cycle to speak of. */
  readonly fleet: FleetReport | undefined;
  /** Epoch seconds. */
  readonly at: number;
  /** Why there is no cycle to speak of. */
  readonly withheld?: string;
}

export function anomaliesView({ fleet, at, withheld }: Watched) {
  const known = new Map(fleet?.categories.map((state) => [state.category, state]));
  return {
    window_minutes: 60,
    categories: ANOMALY_CATEGORIES.map((category) => categoryView(category, known.get(category), withheld)),
    timestamp: isoTime(at),
  };
}

function categoryView(category: AnomalyCategory, state: CategoryState | undefined, withheld?: string) {
  if (state === undefined) {
    const usual = 'No series of it can be judged: it needs half an hour of samples with forecasts made an hour before';
    return { category, status: 'insufficient_data', message: withheld ?? usual };
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
