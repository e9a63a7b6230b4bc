/** Servers over time: one with its metrics and probabilities, or the risk of all. */
import { perRiskHorizon } from '../json/perRiskHorizon.js';
import { isoTime } from '../json/timestamp.js';
import { recordedLevel } from './alertTable.js';
import type { HistoryAnswers, HistoryQueries, HistorySpan } from './history.js';
import { type Course, courseOf, coursesBy, momentAt } from './moments.js';
import { profileNameOf } from './profileName.js';
import { meanProbabilities, metricValues, type RecordedWish, riskScores } from './recordedSeries.js';
import { momentsOf } from './timeRange.js';

type Name = 'risk' | 'probability' | 'metrics';

export function serverQueries(wish: RecordedWish): HistoryQueries<Name> {
  return { risk: riskScores(wish), probability: meanProbabilities(wish), metrics: metricValues(wish) };
}

/** One row per moment at which anything of the server was recorded. */
export function serverRows(answers: HistoryAnswers<Name>, span: HistorySpan) {
  // A server whose profile was changed has two series, one after the other.
  const risk = answers.risk.map((series) => courseOf([series], span));
  const probability = coursesBy('horizon', answers.probability, span);
  const metrics = coursesBy('metric', answers.metrics, span);
  return Array.from({ length: momentsOf(span) }, (_, i) => i).flatMap((i) => {
    const score = risk.map((course) => course[i]).find((value) => value !== undefined);
    const values = valuesAt(metrics, i);
    if (score === undefined && Object.keys(values).length === 0) return [];
    return [
      {
        timestamp: isoTime(momentAt(i, span)),
        risk_score: score ?? null,
        level: score === undefined ? null : recordedLevel(score),
        ...perRiskHorizon('incident_probability', (name) => probability.get(name)?.[i] ?? null),
        metrics: values,
      },
    ];
  });
}

function valuesAt(metrics: ReadonlyMap<string, Course>, i: number): Record<string, number> {
  return Object.fromEntries(
    [...metrics].flatMap(([metric, course]): [string, number][] => {
      const value = course[i];
      return value === undefined ? [] : [[metric, value]];
    }),
  );
}

export function riskQueries(wish: RecordedWish): HistoryQueries<'risk'> {
  return { risk: riskScores(wish) };
}

/** One row per server and moment, by server and time. */
export function riskRows({ risk }: HistoryAnswers<'risk'>, span: HistorySpan) {
  const ordered = [...risk].sort((a, b) => ((a.labels['server'] ?? '') < (b.labels['server'] ?? '') ? -1 : 1));
  return ordered.flatMap((series) =>
    courseOf([series], span).flatMap((score, i) =>
      score === undefined
        ? []
        : [
            {
              timestamp: isoTime(momentAt(i, span)),
              server_name: series.labels['server'] ?? '',
              profile: profileNameOf(series.labels['profile']),
              risk_score: score,
              level: recordedLevel(score),
            },
          ],
    ),
  );
}
