/** The fleet in figures, for the JSON doors and the status page. */
import { type AlertLevel, RISK_HORIZONS, type Risk, type RiskHorizon } from '../../core/flow.js';
import { roundMeasure } from '../seriesText.js';

/**
 * Counts and extremes of the risks, and `prob_<horizon>`: the mean of the servers' incident probabilities, which is the
 * share of the fleet that is expected to breach a threshold within the horizon. Null where no server is scored.
 * @param risks riskiest first
 */
export function fleetSummary(risks: readonly Risk[]) {
  const count = (level: AlertLevel) => risks.filter(({ alertLevel }) => alertLevel === level).length;
  const counts = {
    critical: count('critical'),
    warning: count('warning'),
    degraded: count('degraded'),
    healthy: count('healthy'),
  };
  const top = (limit: number) => risks.slice(0, limit).map(({ server }) => server);
  return {
    total_servers: risks.length,
    total: risks.length,
    ...counts,
    critical_count: counts.critical,
    warning_count: counts.warning,
    degraded_count: counts.degraded,
    healthy_count: counts.healthy,
    avg_risk_score: mean(risks.map(({ score }) => score)),
    max_risk_score: risks[0] ? roundMeasure(risks[0].score) : null,
    fleet_health: risks.length === 0 ? null : roundMeasure((100 * counts.healthy) / risks.length),
    ...Object.fromEntries(RISK_HORIZONS.map(({ name }) => [`prob_${name}`, meanProbability(risks, name)])),
    top_5_risks: top(5),
    top_10_risks: top(10),
    top_20_risks: top(20),
  };
}

/** The `environment` object: the same probabilities under both generations' names, and expected counts. */
export function environmentView(risks: readonly Risk[]) {
  const entries = RISK_HORIZONS.flatMap(({ name }): [string, number | null][] => {
    const probability = meanProbability(risks, name);
    const expected = probability === null ? null : roundMeasure(probability * risks.length);
    return [
      [`prob_${name}`, probability],
      [`incident_probability_${name}`, probability],
      [`expected_incidents_${name}`, expected],
    ];
  });
  const highRisk = risks.filter(({ color }) => color === 'red').length;
  return { ...Object.fromEntries(entries), total_servers: risks.length, high_risk_servers: highRisk };
}

/** Mean incident probability within `horizon`; null for no server. */
function meanProbability(risks: readonly Risk[], horizon: RiskHorizon): number | null {
  return mean(risks.map(({ incidentProbability }) => incidentProbability[horizon]));
}

function mean(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  return roundMeasure(values.reduce((sum, value) => sum + value, 0) / values.length);
}
