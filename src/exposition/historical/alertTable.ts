/** Alerts of the past: stretches of time in which a server's risk was at least degraded. */
import type { AlertLevel } from '../../core/flow.js';
import { isoTime } from '../json/timestamp.js';
import { roundMeasure } from '../seriesText.js';
import type { HistoryAnswers, HistoryQueries, HistorySeries, HistorySpan } from './history.js';
import { momentIndex } from './moments.js';
import { profileNameOf } from './profileName.js';
import { highestRiskScores, type RecordedWish } from './recordedSeries.js';

/** Alerts in one answer; the newest ones win. */
export const MOST_ALERTS = 1000;

export function alertQueries(wish: RecordedWish, span: HistorySpan): HistoryQueries<'risk'> {
  return { risk: `${highestRiskScores(wish, span)} >= 50` };
}

/** The alerts, newest first; `ended` is the first moment without it, null for one that goes on. */
export function alertRows({ risk }: HistoryAnswers<'risk'>, span: HistorySpan) {
  return risk
    .flatMap((series) => episodesOf(series, span))
    .sort((a, b) => b.from - a.from || (a.server < b.server ? -1 : 1))
    .map(({ server, profile, from, to, highest }) => ({
      server_name: server,
      profile,
      level: recordedLevel(highest),
      max_risk_score: roundMeasure(highest),
      started: isoTime(from),
      ended: to === undefined ? null : isoTime(to),
      duration_minutes: Math.round(((to ?? span.to) - from) / 60),
    }));
}

/** The older dashboards' level of a score alone: what was recorded does not say how it was held. */
export function recordedLevel(score: number): AlertLevel {
  return score >= 80 ? 'critical' : score >= 60 ? 'warning' : score >= 50 ? 'degraded' : 'healthy';
}

interface Episode {
  readonly server: string;
  readonly profile: string;
  readonly from: number;
  readonly to: number | undefined;
  readonly highest: number;
}

/** A moment without a value ends an episode. */
function episodesOf({ labels, times, values }: HistorySeries, span: HistorySpan): Episode[] {
  const named = { server: labels['server'] ?? '', profile: profileNameOf(labels['profile']) };
  const episodes: Episode[] = [];
  let start = 0;
  for (let i = 0; i < times.length; i++) {
    const isLast = i + 1 === times.length || momentIndex(times[i + 1]!, span) > momentIndex(times[i]!, span) + 1;
    if (!isLast) continue;
    const end = times[i]! + span.stepSeconds;
    episodes.push({
      ...named,
      from: times[start]!,
      to: end > span.to ? undefined : end,
      highest: Math.max(...Array.from(values).slice(start, i + 1)),
    });
    start = i + 1;
  }
  return episodes;
}
