/** What the risks of a cycle give rules to act on. */
import type { Finding } from '../../core/action.js';
import { LEVEL_NAMES, QUANTILE_LEVELS, RISK_HORIZONS, type Risk, type TimeToThreshold } from '../../core/flow.js';

/** Less is no ground for any action. */
const SMALLEST_PROBABILITY = 0.1;
const MINUTES_PER_STEP = 5;

const HORIZONS = RISK_HORIZONS.map(({ name, steps }) => ({ name, seconds: steps * MINUTES_PER_STEP * 60 }));
const LONGEST_SECONDS = Math.max(...HORIZONS.map(({ seconds }) => seconds));

/**
 * A risk as findings: the score where it is not green; each breach that is there; what is predicted, per horizon for the server
 * and per metric where a level of its forecast crosses the threshold. What is there is no prediction.
 */
export function findingsOf(risk: Risk): Finding[] {
  const { timeToThreshold } = risk;
  const breached = timeToThreshold.filter(({ seconds }) => seconds.p50 === 0);
  const coming = timeToThreshold.filter(({ seconds }) => seconds.p50 !== 0);
  return [
    ...(risk.color === 'green' ? [] : [riskFinding(risk)]),
    ...breached.map((times) => breachFinding(risk, times)),
    ...coming.flatMap((times) => metricFindings(risk, times)),
    ...(breached.length > 0 ? [] : serverFindings(risk)),
  ];
}

function riskFinding(risk: Risk): Finding {
  return finding(risk, {
    kind: 'risk',
    probability: Math.max(...Object.values(risk.incidentProbability)),
    horizonSeconds: LONGEST_SECONDS,
    reason: `risk score ${risk.score.toFixed(0)}: ${risk.contributions[0]?.reason ?? 'no single metric carries it'}`,
  });
}

function breachFinding(risk: Risk, { metric }: TimeToThreshold): Finding {
  const reason = reasonOf(risk, metric);
  return finding(risk, { kind: 'threshold_breached', metric, probability: 1, horizonSeconds: 0, reason });
}

/** Of a metric, the levels tell how sure its breach is at least: one that p10 foresees comes with nine chances in ten. */
function metricFindings(risk: Risk, { metric, direction, seconds }: TimeToThreshold): Finding[] {
  return LEVEL_NAMES.flatMap((level, index) => {
    const crossing = seconds[level];
    // The levels lie symmetrically: 1 − p90 is p10.
    const probability = QUANTILE_LEVELS[direction === 'above' ? LEVEL_NAMES.length - 1 - index : index]!;
    if (crossing === null || probability < SMALLEST_PROBABILITY) return [];
    const reason = reasonOf(risk, metric);
    return [finding(risk, { kind: 'threshold_predicted', metric, probability, horizonSeconds: crossing, reason })];
  });
}

function serverFindings(risk: Risk): Finding[] {
  return HORIZONS.flatMap(({ name, seconds }) => {
    const probability = risk.incidentProbability[name];
    if (!(probability >= SMALLEST_PROBABILITY)) return [];
    const first = risk.contributions[0]?.reason ?? 'no single metric carries it';
    const reason = `a threshold is breached within ${name} with probability ${probability.toFixed(2)}: ${first}`;
    return [finding(risk, { kind: 'threshold_predicted', probability, horizonSeconds: seconds, reason })];
  });
}

function reasonOf({ contributions }: Risk, metric: string): string {
  return contributions.find((one) => one.metric === metric)?.reason ?? `${metric} comes to its threshold`;
}

function finding(
  risk: Risk,
  own: Pick<Finding, 'kind' | 'metric' | 'probability' | 'horizonSeconds' | 'reason'>,
): Finding {
  const { server, profile, score, at } = risk;
  return { server, profile, score, at, ...own };
}
