/** Sentences that several descriptions share: each asks Prometheus when the alert fires, and is left out where there is no answer. */

export function probabilityWithin(horizon: string): string {
  return ask(
    `printf "server_horizon:linborg_incident_probability_ratio:max{server=%q,horizon='${horizon}'}" $labels.server`,
    `A threshold is breached within ${horizon} with a probability of {{ . | first | value | humanizePercentage }}.`,
  );
}

export function biggestReason(): string {
  return ask(
    'printf "topk(1, server_metric:linborg_risk_contribution:max{server=%q})" $labels.server',
    'Most of the risk comes from {{ . | first | label "metric" }} ({{ . | first | value | printf "%.0f" }} points).',
  );
}

/** Which threshold the median of any metric reaches first. */
export function soonest(): string {
  return ask(
    `printf "bottomk(1, server_metric_level:linborg_time_to_threshold_seconds:min{server=%q,level='p50'} > 0)" $labels.server`,
    'First {{ . | first | label "metric" }} reaches its threshold, in {{ . | first | value | humanizeDuration }}.',
  );
}

/** Not of loads and connections. */
export const PERCENT = '{{ if match "_pct$" $labels.metric }} %{{ end }}';

/** Of the metric of the alert: when, how soon at the worst, and where it is at that horizon. */
export function timeLeft(horizon: string): string {
  const worst = ask(
    'printf "min(server_metric_level:linborg_time_to_threshold_seconds:min{server=%q,metric=%q})" $labels.server $labels.metric',
    'It may be in {{ . | first | value | humanizeDuration }}.',
  );
  const forecast = ask(
    `printf "max(linborg_forecast_value{server=%q,metric=%q,horizon='${horizon}',level='p50'})" $labels.server $labels.metric`,
    `In ${horizon} it is {{ . | first | value | printf "%.1f" }}${PERCENT}.`,
  );
  return `reaches its threshold in {{ $value | humanizeDuration }}.${worst}${forecast}`;
}

/** The sign that is there now. */
export function farthestFromForecast(): string {
  return ask(
    'printf "topk(1, server_metric:linborg_anomaly_score:max{server=%q})" $labels.server',
    'Now {{ . | first | label "metric" }} is farthest from what was forecast for now: anomaly score {{ . | first | value | printf "%.1f" }}, where 1 is the edge.',
  );
}

/** One sentence with the answer to a query; `.` is the answer. On a line of its own in the file, and in the same one when it is sent. */
export function ask(query: string, sentence: string): string {
  const pipeline = query.startsWith('printf') ? `${query} | query` : `query ${query}`;
  return `\n{{- with ${pipeline} }} ${sentence}{{ end }}`;
}
