/** The body of /anomalies: what the last hour of each category says. */
import { ANOMALY_CATEGORIES, type AnomalyCategory, type CategoryState } from '../../core/category.js';
import type { FleetReport } from '../../core/fleet.js';
import type { Frame } from '../../core/flow.js';
import { OWN_SUBJECT } from '../../core/ownFigures.js';
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
  /** Of the cycle: a server, or a subject such as linborg itself. */
  find?(server: string): { readonly frame: Frame } | undefined;
}

export function anomaliesView(watched: Watched) {
  const { fleet, at, withheld } = watched;
  const own = watched.find?.(OWN_SUBJECT)?.frame;
  const known = new Map(fleet?.categories.map((state) => [state.category, state]));
  return {
    window_minutes: 60,
    categories: ANOMALY_CATEGORIES.map((category) => {
      const state = known.get(category);
      return state === undefined ? unjudged(category, own, withheld) : categoryView(category, state);
    }),
    timestamp: isoTime(at),
  };
}

function unjudged(category: AnomalyCategory, own: Frame | undefined, withheld?: string) {
  const needed = 'No series of it can be judged: it needs half an hour of samples with forecasts made an hour before';
  const usual = category === 'ai_engine' ? `${needed}. ${describeOwn(own)}` : needed;
  return { category, status: 'insufficient_data', message: withheld ?? usual };
}

const MINUTES_PER_DAY = 1440;

/** How much of linborg's own past is there to forecast it from. */
function describeOwn(own: Frame | undefined): string {
  if (own === undefined) return "linborg's own figures begin with its second cycle";
  const { historyDays, warmupRatio } = own.quality;
  const minutes = Math.round(historyDays * MINUTES_PER_DAY);
  const enough = warmupRatio < 1 ? `, ${Math.floor(100 * warmupRatio)} % of what a forecast needs` : '';
  return `linborg's own figures are there for ${minutes} minutes${enough}`;
}

function categoryView(category: AnomalyCategory, state: CategoryState) {
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
