/** What dashboards and alerts share: one number per server, profile and fleet, however many replicas of linborg are scraped. */
import type { MixinConfig } from './config.js';
import { type Reasoned, type RecordingRule, type RuleGroup, recordingRule } from './rule.js';

export function linborgRecording(config: MixinConfig): RuleGroup<RecordingRule> {
  return {
    name: 'linborg-recording',
    rules: [
      ...risks(),
      ...thresholds(),
      ...signsOfTrouble(config),
      ...profiles(),
      ...colors(),
      ...fleet(),
      ...exporter(),
      ...truth(),
      ...forecastAgainstActual(),
    ],
  };
}

function risks(): Reasoned<RecordingRule>[] {
  return [
    recordingRule('server_profile:linborg_risk_score:max', 'max by (server, profile) (linborg_risk_score)'),
    recordingRule(
      'server_profile:linborg_risk_score:group',
      'topk by (server) (1, group by (server, profile) (linborg_risk_score))',
      'Which profile a server has, to join it to series that lack it; one, even while replicas disagree after a change.',
    ),
    recordingRule(
      'server_color:linborg_risk_level:max',
      'max by (server, color) (linborg_risk_level)',
      'One for each color that a replica shows.',
    ),
    recordingRule('server_metric:linborg_risk_contribution:max', 'max by (server, metric) (linborg_risk_contribution)'),
    recordingRule(
      'server_horizon:linborg_incident_probability_ratio:max',
      'max by (server, horizon) (linborg_incident_probability_ratio)',
    ),
  ];
}

function thresholds(): Reasoned<RecordingRule>[] {
  const timeToThreshold = 'min by (server, metric, level) (linborg_time_to_threshold_seconds)';
  const breached = 'max by (server, metric) (linborg_threshold_breached)';
  return [
    recordingRule(
      'server_metric_level:linborg_time_to_threshold_seconds:min',
      timeToThreshold,
      'Seconds; the replica that sees it coming first.',
    ),
    recordingRule(
      'server_profile_metric_level:linborg_time_to_threshold_seconds:min',
      withProfile(timeToThreshold, 'server, metric, level'),
    ),
    recordingRule(
      'server_profile_metric:linborg_threshold_breached:max',
      withProfile(breached, 'server, metric'),
      '1 while the value is over its threshold now.',
    ),
  ];
}

/** Without what extra targets are about: it may have a risk of its own, but is none of the fleet, and has no state. */
function ofServers(series: string): string {
  return `${series} and on (server) linborg_server_state`;
}

/** The profile where the server has one, and no series lost where it has none. */
function withProfile(expr: string, labels: string): string {
  return `${expr}
  * on (server) group_left (profile) server_profile:linborg_risk_score:group
or on (${labels}) ${expr}`;
}

function signsOfTrouble({ predicted }: MixinConfig): Reasoned<RecordingRule>[] {
  const slow = `${predicted.memory_metrics}|${predicted.disk_metrics}`;
  return [
    recordingRule('server_metric:linborg_anomaly_score:max', 'max by (server, metric) (linborg_anomaly_score)'),
    recordingRule(
      'server:linborg_server_stress_ratio:max',
      'max by (server) (linborg_server_stress_ratio)',
      'Only servers under stress have it.',
    ),
    recordingRule(
      'server:linborg_signs_of_trouble:count',
      `count by (server) (server:linborg_server_stress_ratio:max
  or server_profile_metric:linborg_threshold_breached:max == 1
  or server_metric:linborg_anomaly_score:max{metric=~"${slow}"} > ${predicted.anomaly_score})`,
      `What is wrong now: stress, metrics over their threshold, and memory and disks, which seldom jump, far outside what was
forecast for now. Absent without any.`,
    ),
  ];
}

function profiles(): Reasoned<RecordingRule>[] {
  return [
    recordingRule(
      'profile:linborg_risk_score:avg',
      `avg by (profile) (${ofServers('server_profile:linborg_risk_score:max')})`,
      'Figures about servers leave out queues and the like, which have no linborg_server_state.',
    ),
    recordingRule('profile:linborg_risk_score:max', 'max by (profile) (server_profile:linborg_risk_score:max)'),
    recordingRule(
      'server_profile:linborg_risk_score:max1h',
      'max_over_time(server_profile:linborg_risk_score:max[1h])',
      'History of the risk in a form that a long graph cannot miss peaks of.',
    ),
  ];
}

function colors(): Reasoned<RecordingRule>[] {
  const level = 'server_color:linborg_risk_level:max';
  const count = (color: string, series: string): Reasoned<RecordingRule> => ({
    rule: {
      record: 'color:linborg_servers:count',
      expr: `count(${ofServers(series)}) or 0 * count(${ofServers(level)})`,
      labels: { color },
    },
  });
  return [
    {
      ...count('red', `${level}{color="red"}`),
      why: 'How many servers have each color; the redder one where replicas disagree. 0 only while there is a level at all.',
    },
    count('yellow', `${level}{color="yellow"} unless on (server) ${level}{color="red"}`),
    count('green', `${level}{color="green"} unless on (server) ${level}{color=~"yellow|red"}`),
  ];
}

function fleet(): Reasoned<RecordingRule>[] {
  return [
    recordingRule('fleet:linborg_cascade_score:max', 'max(linborg_cascade_score)'),
    recordingRule('fleet:linborg_cascade_servers:max', 'max(linborg_cascade_servers)'),
    recordingRule('fleet:linborg_risk_score:avg', `avg(${ofServers('server_profile:linborg_risk_score:max')})`),
    recordingRule('state:linborg_servers:max', 'max by (state) (linborg_servers)'),
    recordingRule(
      'fleet:linborg_breached_servers:count',
      `count(count by (server) (${ofServers('server_profile_metric:linborg_threshold_breached:max == 1')}))
or 0 * count(${ofServers('server_color:linborg_risk_level:max')})`,
      'Servers with a metric at or beyond its threshold now. 0 only while there is a level at all.',
    ),
    recordingRule(
      'horizon:linborg_incident_probability_ratio:sum',
      `sum by (horizon) (${ofServers('server_horizon:linborg_incident_probability_ratio:max')})`,
      'Servers that are expected to breach a threshold anew within the horizon: the sum of their probabilities.',
    ),
  ];
}

function exporter(): Reasoned<RecordingRule>[] {
  return [
    recordingRule(
      'job_instance_source:linborg_source_queries_failed:ratio_rate10m',
      `sum by (job, instance, source) (rate(linborg_source_queries_failed_total[10m]))
/ sum by (job, instance, source) (rate(linborg_source_queries_total[10m]))`,
    ),
  ];
}

function truth(): Reasoned<RecordingRule>[] {
  return [
    recordingRule(
      'metric_horizon:linborg_forecast_mase_ratio:avg',
      'avg by (metric, horizon) (linborg_forecast_mase_ratio)',
      'How good the forecasts are, measured live. Replicas agree but for the forecasts that one of them missed.',
    ),
    recordingRule(
      'metric_horizon:linborg_forecast_coverage_ratio:avg',
      'avg by (metric, horizon) (linborg_forecast_coverage_ratio)',
    ),
    recordingRule('metric:linborg_forecast_coverage_ratio:avg', 'avg by (metric) (linborg_forecast_coverage_ratio)'),
    recordingRule('metric:linborg_forecast_width_ratio:avg', 'avg by (metric) (linborg_forecast_width_ratio)'),
    recordingRule(
      'metric:linborg_forecast_skill_ratio:min',
      'min by (metric) (avg by (metric, baseline) (linborg_forecast_skill_ratio))',
      'Against the baseline that is hardest to beat over all horizons.',
    ),
    recordingRule('metric:linborg_drift_score:max', 'max by (metric) (linborg_drift_score)'),
    recordingRule('measure:linborg_drift_measure_ratio:max', 'max by (measure) (linborg_drift_measure_ratio)'),
  ];
}

/** The forecasts that Prometheus recorded an hour ago beside what came. */
function forecastAgainstActual(): Reasoned<RecordingRule>[] {
  const actual = 'server_metric:linborg_metric_value:max';
  const forecast = 'server_metric_level:linborg_forecast_value:offset1h';
  const of = (level: string) => `on (server, metric) ${forecast}{level="${level}"}`;
  return [
    recordingRule(actual, 'max by (server, metric) (linborg_metric_value)'),
    recordingRule(
      forecast,
      'max by (server, metric, level) (linborg_forecast_value{horizon="1h"} offset 1h)',
      'What was forecast for now an hour ago. Absent in the first hour.',
    ),
    recordingRule(
      'server_metric:linborg_forecast_error:offset1h',
      `${actual} - ${of('p50')}`,
      'In the unit of the metric; above 0 more came than was forecast.',
    ),
    recordingRule(
      'metric:linborg_forecast_error:avg_abs_offset1h',
      'avg by (metric) (abs(server_metric:linborg_forecast_error:offset1h))',
    ),
    recordingRule(
      'metric:linborg_forecast_inside:avg_offset1h',
      `avg by (metric) ((${actual} >= bool ${of('p10')}) * (${actual} <= bool ${of('p90')}))`,
      'Share of the servers whose value now is inside p10-p90 of an hour ago; 0.8 is meant.',
    ),
  ];
}
