/** The fleet over time: how probable breaches were. */
import { perRiskHorizon } from '../json/perRiskHorizon.js';
import { isoTime } from '../json/timestamp.js';
import { roundMeasure } from '../seriesText.js';
import type { HistoryAnswers, HistoryQueries, HistorySpan } from './history.js';
import { courseOf, coursesBy, momentAt } from './moments.js';
import { meanProbabilities, type RecordedWish, redServers, riskScores } from './recordedSeries.js';
import { momentsOf } from './timeRange.js';

type Name = 'total' | 'red' | 'probability';

export function environmentQueries(wish: RecordedWish): HistoryQueries<Name> {
  return { total: `count(${riskScores(wish)})`, red: redServers(wish), probability: meanProbabilities(wish) };
}

/** One row per moment at which a risk was recorded. */
export function environmentRows(answers: HistoryAnswers<Name>, span: HistorySpan) {
  const total = courseOf(answers.total, span);
  const red = courseOf(answers.red, span);
  const probability = coursesBy('horizon', answers.probability, span);
  return Array.from({ length: momentsOf(span) }, (_, i) => i).flatMap((i) => {
    const servers = total[i];
    if (servers === undefined) return [];
    const mean = (name: string) => probability.get(name)?.[i] ?? null;
    const expected = (name: string) => {
      const value = mean(name);
      return value === null ? null : roundMeasure(value * servers);
    };
    return [
      {
        timestamp: isoTime(momentAt(i, span)),
        ...perRiskHorizon('prob', mean),
        ...perRiskHorizon('incident_probability', mean),
        ...perRiskHorizon('expected_incidents', expected),
        total_servers: servers,
        high_risk_servers: red[i] ?? 0,
      },
    ];
  });
}
