/** The alert levels of the older dashboards. */
import type { AlertLevel, Risk } from '../../core/flow.js';
import { PROFILE_DISPLAY_NAMES } from '../../core/profiles.js';
import type { ServerView } from '../cycleView.js';
import { roundMeasure } from '../seriesText.js';
import { isScored } from './scored.js';
import { isoTime } from './timestamp.js';

const ALERT_LOOKS: Readonly<
  Record<AlertLevel, { readonly color: string; readonly emoji: string; readonly name: string }>
> = {
  critical: { color: '#d93025', emoji: '🔴', name: 'Critical' },
  warning: { color: '#e8710a', emoji: '🟠', name: 'Warning' },
  degraded: { color: '#f9ab00', emoji: '🟡', name: 'Degraded' },
  healthy: { color: '#188038', emoji: '🟢', name: 'Healthy' },
};

/** The `alert` object of one server. */
export function alertView({ score, alertLevel }: Risk) {
  const { color, emoji, name } = ALERT_LOOKS[alertLevel];
  return { level: alertLevel, score: roundMeasure(score), color, emoji, label: `${emoji} ${name}` };
}

/** The body of /alerts/active. @param ranked riskiest first */
export function alertsView(at: number, ranked: readonly ServerView[]) {
  const alerts = activeAlerts(ranked.filter(isScored).map(({ risk }) => risk));
  return { timestamp: isoTime(at), count: alerts.length, alerts };
}

/** The same while there is no cycle to speak of. */
export function noAlertsView(at: number, message: string) {
  return { ...alertsView(at, []), error: 'insufficient_data', message };
}

/** One entry of `alerts` for every server that is not healthy. */
export function activeAlerts(risks: readonly Risk[]) {
  return risks
    .filter((risk) => risk.alertLevel !== 'healthy')
    .map((risk) => ({
      server_name: risk.server,
      level: risk.alertLevel,
      risk_score: roundMeasure(risk.score),
      profile: PROFILE_DISPLAY_NAMES[risk.profile],
      message: risk.contributions[0]?.reason ?? `risk score ${roundMeasure(risk.score)}`,
      time_to_issue: secondsToIssue(risk),
    }));
}

/** Seconds until the first metric reaches its threshold at the median; null if none does within 8 h. */
function secondsToIssue(risk: Risk): number | null {
  const seconds = risk.timeToThreshold.flatMap((entry) => entry.seconds.p50 ?? []);
  return seconds.length === 0 ? null : Math.min(...seconds);
}
