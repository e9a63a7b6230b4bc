/** What the risks of a cycle give rules to act on. */
import type { Finding } from '../../core/action.js';
import { RISK_HORIZONS, type Risk, type RiskHorizon, type ThresholdOutlook } from '../../core/flow.js';

/** Less is no ground for any action. */
const SMALLEST_PROBABILITY = 0.1;
const MINUTES_PER_STEP = 5;

const HORIZONS = RISK_HORIZONS.map(({ name, steps }) => ({ name, seconds: steps * MINUTES_PER_STEP * 60 }));
const LONGEST_SECONDS = Math.max(...HORIZONS.map(({ seconds }) => seconds));

/**
 * A risk as findings: the score where it is not green, each breach that is there, and what is predicted, per horizon, of each
 * metric and of the whole server. What is there is no prediction.
 */
export function findingsOf(risk: Risk): Finding[] {
  const first = risk.contributions[0]?.reason ?? 'no single metric carries it';
  return [
    ...(risk.color === 'green' ? [] : [riskFinding(risk, first)]),
    ...risk.thresholds.flatMap((outlook) => thresholdFindings(risk, outlook)),
    ...predictions(risk, risk.incidentProbability, undefined, `any threshold: ${first}`),
  ];
}

/** As sure as it is that something is over its threshold within the forecast, now included. */
function riskFinding(risk: Risk, first: string): Finding {
  const isBreached = risk.thresholds.some(({ breached }) => breached);
  return finding(risk, {
    kind: 'risk',
    probability: isBreached ? 1 : Math.max(...Object.values(risk.incidentProbability)),
    horizonSeconds: LONGEST_SECONDS,
    reason: `risk score ${risk.score.toFixed(0)}: ${first}`,
  });
}

function thresholdFindings(risk: Risk, { metric, breached, probability, threshold }: ThresholdOutlook): Finding[] {
  const known = risk.contributions.find((one) => one.metric === metric)?.reason;
  const reason = known ?? `${metric} with the threshold ${threshold}`;
  if (breached)
    return [finding(risk, { kind: 'threshold_breached', metric, probability: 1, horizonSeconds: 0, reason })];
  return probability === undefined ? [] : predictions(risk, probability, metric, reason);
}

function predictions(
  risk: Risk,
  probabilities: Readonly<Record<RiskHorizon, number>>,
  metric: string | undefined,
  about: string,
): Finding[] {
  return HORIZONS.flatMap(({ name, seconds }) => {
    const probability = probabilities[name];
    if (!(probability >= SMALLEST_PROBABILITY)) return [];
    const reason = `a breach within ${name} has probability ${probability.toFixed(2)}; ${about}`;
    return [finding(risk, { kind: 'threshold_predicted', metric, probability, horizonSeconds: seconds, reason })];
  });
}

function finding(
  risk: Risk,
  own: Pick<Finding, 'kind' | 'metric' | 'probability' | 'horizonSeconds' | 'reason'>,
): Finding {
  const { server, profile, score, at } = risk;
  return { server, profile, score, at, ...own };
}
