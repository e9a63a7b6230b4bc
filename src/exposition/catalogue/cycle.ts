import type { CatalogueEntry } from './entry.js';

/** Families about servers and forecasts, in the order of the output; rendered once per cycle. */
export const CYCLE_METRICS = [
  {
    name: 'linborg_risk_score',
    type: 'gauge',
    help: 'Risk of a server from its state now and its forecasts, 0-100: green below 30, yellow to 70, red above; linborg_risk_level holds the color steady. Absent while the server is stale or has no forecast.',
    labels: ['server', 'profile'],
  },
  {
    name: 'linborg_risk_level',
    type: 'gauge',
    help: 'Always 1; the label holds the color of the risk: green, yellow or red. It rises with the score at once and falls when the score has been more than 5 points below the border for 10 minutes. Absent with the risk score.',
    labels: ['server', 'profile', 'color'],
  },
  {
    name: 'linborg_risk_contribution',
    type: 'gauge',
    help: 'Points of the risk score that one metric explains, its exact Shapley value; they add up to the score. Absent for metrics without any.',
    labels: ['server', 'metric'],
  },
  {
    name: 'linborg_trend_per_hour',
    type: 'gauge',
    help: 'Slope of the last 3 hours of the metrics that explain most of the risk, in the unit of the metric per hour; three metrics of a server at most. Absent for all others, and where half of the samples are missing.',
    labels: ['server', 'metric'],
  },
  {
    name: 'linborg_incident_probability_ratio',
    type: 'gauge',
    help: 'Probability that any metric breaches its threshold anew within the horizon, for 15 minutes unless the rule says otherwise, 0-1; what is breached already does not count. Absent with the risk score.',
    labels: ['server', 'horizon'],
  },
  {
    name: 'linborg_metric_value',
    type: 'gauge',
    help: 'Newest 5-minute mean of a metric as linborg reads it, in the unit of the metric; the bucket may be partial. Absent while the server is stale, and for metrics that it has not.',
    labels: ['server', 'metric'],
  },
  {
    name: 'linborg_threshold_value',
    type: 'gauge',
    help: 'Threshold of a metric on that server, in the unit of the metric: from the configuration, or a multiple of what the server is used to. Absent without one, without a value or forecast of the metric, and with the risk score.',
    labels: ['server', 'metric'],
  },
  {
    name: 'linborg_threshold_usual_value',
    type: 'gauge',
    help: 'What the metric seldom goes beyond on that server, in its unit: the 99th percentile of the window without the last 24 h, which its threshold is a multiple of. Absent for thresholds from the configuration, and where linborg_threshold_value is.',
    labels: ['server', 'metric'],
  },
  {
    name: 'linborg_threshold_breached',
    type: 'gauge',
    help: 'Always 1; the newest value of the metric is at or beyond its threshold. Absent where it is not, and with the risk score.',
    labels: ['server', 'metric'],
  },
  {
    name: 'linborg_time_to_threshold_seconds',
    type: 'gauge',
    help: 'Seconds until that level of the forecast reaches the threshold of the metric, 0 = it is there now. Absent if it does not within 8 h.',
    labels: ['server', 'metric', 'level'],
  },
  {
    name: 'linborg_server_state',
    type: 'gauge',
    help: 'Always 1; the label holds the state: ok, warming, stale, gaps or maintenance. Absent for a server that has vanished.',
    labels: ['server', 'state'],
  },
  {
    name: 'linborg_server_info',
    type: 'gauge',
    help: 'Always 1; beside server, the labels of the scraped series that the configuration passes through (labels of a source). Absent where it names none, and for servers that have none of them.',
    labels: ['server'],
  },
  {
    name: 'linborg_server_warmup_ratio',
    type: 'gauge',
    help: 'Share of the history needed before the first forecast, 0-1; 1 = warm. Absent while the server is stale.',
    labels: ['server'],
  },
  {
    name: 'linborg_server_history_seconds',
    type: 'gauge',
    help: 'History that the best-covered metric of a server has, up to 8 days. Absent while the server is stale.',
    labels: ['server'],
  },
  {
    name: 'linborg_server_coverage_ratio',
    type: 'gauge',
    help: 'Share of the 5-minute buckets of the last 24 h that have a sample, mean over the metrics present, 0-1. Absent while the server is stale.',
    labels: ['server'],
  },
  {
    name: 'linborg_servers',
    type: 'gauge',
    help: 'Servers in the last cycle by state. Absent until a cycle has succeeded, and when none has for three intervals.',
    labels: ['state'],
  },
  {
    name: 'linborg_profile_servers',
    type: 'gauge',
    help: 'Servers by profile and by what told it: rule, label, record, name, behaviour or none. Absent for pairs without a server.',
    labels: ['profile', 'origin'],
  },
  {
    name: 'linborg_maintenance_servers',
    type: 'gauge',
    help: 'Servers that a maintenance window, or the status of their pushed records, covers now, 0 or more. Absent for a window whose expression no source can evaluate.',
    labels: ['window'],
  },
  {
    name: 'linborg_forecast_value',
    type: 'gauge',
    help: 'Forecast of a metric for now + horizon, in the unit of the metric. Absent without a forecast, and beyond export.max_series for the least risky servers.',
    labels: ['server', 'metric', 'horizon', 'level'],
  },
] as const satisfies readonly CatalogueEntry[];
