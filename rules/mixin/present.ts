/** Alerts on what is so now: real trouble of a server, and servers that nothing is known of. */
import type { MixinConfig } from './config.js';
import { NOT_IN_MAINTENANCE } from './predicted.js';
import { type AlertingRule, type AlertSpec, alertingRule, type RuleGroup } from './rule.js';
import { ask, itsTrend, itsValue, PERCENT } from './sentences.js';

export function presentAlerts(config: MixinConfig): RuleGroup<AlertingRule> {
  return {
    name: 'linborg-present',
    why: 'The state now, not a prediction: Alertmanager silences the prediction with it.',
    rules: [...breached(config), stale(config), categoryAnomaly(config)].map((spec) => alertingRule(spec, config)),
  };
}

function breached(config: MixinConfig): AlertSpec[] {
  const { memory_metrics, disk_metrics, anomaly_score } = config.predicted;
  const timing = config.alerts.LinborgThresholdBreached;
  const common = {
    alert: 'LinborgThresholdBreached',
    timing,
    summary: '{{ $labels.metric }} of {{ $labels.server }} is over its threshold',
    description: `{{ $labels.metric }} of {{ $labels.server }} has been over its threshold${itsValue()} for ${timing.for}. This is so now, not a forecast.${itsTrend()}${ask(
      "printf \"max(linborg_forecast_value{server=%q,metric=%q,horizon='1h',level='p50'})\" $labels.server $labels.metric",
      `In 1h it is {{ . | first | value | printf "%.1f" }}${PERCENT} by the median forecast.`,
    )}${ask(
      'printf "server_metric:linborg_anomaly_score:max{server=%q,metric=%q}" $labels.server $labels.metric',
      'Its anomaly score is {{ . | first | value | printf "%.1f" }}, where 1 is the edge of what was forecast for now.',
    )}`,
  };
  return [
    {
      ...common,
      loudness: 'ticket',
      expr: `server_profile_metric:linborg_threshold_breached:max == 1\n${NOT_IN_MAINTENANCE}`,
    },
    {
      ...common,
      why: 'A disk that has been at 91 % for months wakes nobody; one that was not expected there does.',
      loudness: 'page',
      expr: `server_profile_metric:linborg_threshold_breached:max{metric=~"${memory_metrics}|${disk_metrics}"} == 1
and on (server, metric) server_metric:linborg_anomaly_score:max > ${anomaly_score}
${NOT_IN_MAINTENANCE}`,
    },
  ];
}

function stale(config: MixinConfig): AlertSpec {
  const timing = config.alerts.LinborgServerStale;
  return {
    alert: 'LinborgServerStale',
    why: 'Only if every replica has lost it.',
    loudness: 'ticket',
    timing,
    expr: `max by (server) (linborg_server_state{state="stale"})
unless on (server) linborg_server_state{state!="stale"}`,
    summary: 'no fresh samples of {{ $labels.server }}',
    description: `{{ $labels.server }} has been without samples for more than ${timing.for}, so its risk and its forecasts are withdrawn.${ask(
      '"count(linborg_server_state{state=\'stale\'})"',
      'Stale servers in all: {{ . | first | value | printf "%.0f" }}.',
    )}`,
  };
}

function categoryAnomaly(config: MixinConfig): AlertSpec {
  const timing = config.alerts.LinborgCategoryAnomaly;
  return {
    alert: 'LinborgCategoryAnomaly',
    why: 'One alert per category, whatever its severity does meanwhile.',
    loudness: 'ticket',
    timing,
    expr: `max by (category) (linborg_category_anomaly_score)
and on (category) linborg_category_anomaly{severity=~"${config.predicted.category_severities}"} == 1`,
    summary:
      'the last hour of {{ $labels.category }} was not what was forecast: score {{ $value | printf "%.2f" }} of 1',
    description: `More of {{ $labels.category }} than usual has been out of what was forecast for it: the score is {{ $value | printf "%.2f" }} of 1.${ask(
      'printf "max(linborg_category_anomaly_confidence_ratio{category=%q})" $labels.category',
      'It is no coincidence with a probability of {{ . | first | value | humanizePercentage }}.',
    )} Which series, and what to do: /anomalies of linborg.`,
  };
}
