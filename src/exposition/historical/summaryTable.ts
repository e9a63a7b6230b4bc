/** The fleet over time: how many servers had which level, and how high the risk was. */
import { perRiskHorizon } from '../json/perRiskHorizon.js';
import { isoTime } from '../json/timestamp.js';
import type { HistoryAnswers, HistoryQueries, HistorySpan } from './history.js';
import { courseOf, coursesBy, momentAt } from './moments.js';
import { highestRiskScores, meanProbabilities, type RecordedWish, riskScores } from './recordedSeries.js';
import { momentsOf } from './timeRange.js';

type Name = 'total' | 'critical' | 'warning' | 'degraded' | 'mean' | 'highest' | 'probability';

export function summaryQueries(wish: RecordedWish, span: HistorySpan): HistoryQueries<Name> {
  const risk = riskScores(wish);
  return {
    total: `count(${risk})`,
    critical: `count(${risk} >= 80)`,
    warning: `count(${risk} >= 60 < 80)`,
    degraded: `count(${risk} >= 50 < 60)`,
    mean: `avg(${risk})`,
    highest: `max(${highestRiskScores(wish, span)})`,
    probability: meanProbabilities(wish),
  };
}

/** One row per moment at which a risk was recorded. */
export function summaryRows(answers: HistoryAnswers<Name>, span: HistorySpan) {
  const course = (name: Name) => courseOf(answers[name], span);
  const total = course('total');
  const levels = { critical: course('critical'), warning: course('warning'), degraded: course('degraded') };
  const mean = course('mean');
  const highest = course('highest');
  const probability = coursesBy('horizon', answers.probability, span);
  return Array.from({ length: momentsOf(span) }, (_, i) => i).flatMap((i) => {
    const servers = total[i];
    if (servers === undefined) return [];
    const [critical, warning, degraded] = [levels.critical[i] ?? 0, levels.warning[i] ?? 0, levels.degraded[i] ?? 0];
    const healthy = servers - critical - warning - degraded;
    return [
      {
        timestamp: isoTime(momentAt(i, span)),
        total_servers: servers,
        critical_count: critical,
        warning_count: warning,
        degraded_count: degraded,
        healthy_count: healthy,
        avg_risk_score: mean[i] ?? null,
        max_risk_score: highest[i] ?? null,
        fleet_health: Math.round((1000 * healthy) / servers) / 10,
        ...perRiskHorizon('prob', (name) => probability.get(name)?.[i] ?? null),
      },
    ];
  });
}
