/** The alert levels of the older dashboards, from linborg's risk score. */
import type { Risk } from '../../core/flow.js';
import { PROFILE_DISPLAY_NAMES } from '../../core/profiles.js';
import { roundMeasure } from '../seriesText.js';

const ALERT_LEVELS = [
  { level: 'critical', atLeast: 80, color: '#d93025', emoji: '🔴', name: 'Critical' },
  { level: 'warning', atLeast: 60, color: '#e8710a', emoji: '🟠', name: 'Warning' },
  { level: 'degraded', atLeast: 50, color: '#f9ab00', emoji: '🟡', name: 'Degraded' },
  { level: 'healthy', atLeast: 0, color: '#188038', emoji: '🟢', name: 'Healthy' },
] as const;

export type AlertLevel = (typeof ALERT_LEVELS)[number]['level'];

/** The level that a score falls into: critical from 80, warning from 60, degraded from 50. */
export function alertLevel(score: number): AlertLevel {
  return specOf(score).level;
}

/** The `alert` object of one server. */
export function alertView(score: number) {
  const { level, color, emoji, name } = specOf(score);
  return { level, score: roundMeasure(score), color, emoji, label: `${emoji} ${name}` };
}

/** One entry of `alerts` for every server that is not healthy. */
export function activeAlerts(risks: readonly Risk[]) {
  return risks
    .filter((risk) => alertLevel(risk.score) !== 'healthy')
    .map((risk) => ({
      server_name: risk.server,
      level: alertLevel(risk.score),
      risk_score: roundMeasure(risk.score),
      profile: PROFILE_DISPLAY_NAMES[risk.profile],
      message: risk.contributions[0]?.reason ?? null,
      time_to_issue: secondsToIssue(risk),
    }));
}

/** Seconds until the first metric reaches its threshold at the median; null if none does within 8 h. */
function secondsToIssue(risk: Risk): number | null {
  const seconds = risk.timeToThreshold.flatMap((entry) => entry.seconds.p50 ?? []);
  return seconds.length === 0 ? null : Math.min(...seconds);
}

function specOf(score: number) {
  return ALERT_LEVELS.find(({ atLeast }) => score >= atLeast) ?? ALERT_LEVELS[ALERT_LEVELS.length - 1]!;
}
