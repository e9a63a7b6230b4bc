/** The alert levels of the older dashboards. */
import type { AlertLevel, Risk } from '../../core/flow.js';
import { PROFILE_DISPLAY_NAMES } from '../../core/profiles.js';
import { roundMeasure } from '../seriesText.js';

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

/** One entry of `alerts` for every server that is not healthy. */
export function activeAlerts(risks: readonly Risk[]) {
  return risks
    .filter((risk) => risk.alertLevel !== 'healthy')
    .map((risk) => ({
      server_name: risk.server,
      level: risk.alertLevel,
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
