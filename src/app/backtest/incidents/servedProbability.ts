/** What is served about each threshold of a server. */
import { type Forecast, RISK_HORIZONS, type Risk, type TimeToThreshold } from '../../../core/flow.js';
import { isMetricName, type MetricName } from '../../../core/metrics.js';
import { breachCurve } from '../../../scoring/breach.js';
import { METRIC_RULES } from '../../../scoring/thresholds.js';

export interface ThresholdProbability extends Pick<TimeToThreshold, 'metric' | 'threshold' | 'direction'> {
  /** In the order of RISK_HORIZONS, 0–1. */
  readonly probability: readonly number[];
}

/** Of each threshold that has a forecast. */
export function thresholdProbabilities(risk: Risk, forecasts: readonly Forecast[]): ThresholdProbability[] {
  return risk.timeToThreshold.flatMap((time) => {
    const forecast = forecasts.find(({ metric }) => metric === time.metric);
    return forecast === undefined ? [] : [{ ...time, probability: probabilityOf(forecast, time, risk.at) }];
  });
}

/** By the end of each horizon, from the forecast's quantiles. */
function probabilityOf(forecast: Forecast, time: TimeToThreshold, at: number): number[] {
  const { metric, direction, threshold: value } = time;
  const rule = isMetricName(metric) ? METRIC_RULES[metric] : { severity: 0, tailScale: undefined };
  const limit = { metric: metric as MetricName, direction, value, origin: '', severity: rule.severity };
  const curve = breachCurve(forecast, { ...limit, tailScale: rule.tailScale ?? value / 10 }, at);
  return RISK_HORIZONS.map(({ steps }) => {
    const last = Math.floor(steps - curve.firstSeconds / curve.stepSeconds);
    return curve.probability[Math.min(last, curve.probability.length - 1)] ?? 0;
  });
}
