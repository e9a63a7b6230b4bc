/** Sentences that several descriptions share: each asks Prometheus when the alert fires, and is left out where there is no answer. */

/** A duration for people: below a minute it would be said in seconds, or milliseconds right before the end of a bucket. */
function duration(seconds: string): string {
  return `{{ if lt (${seconds}) 60.0 }}a minute{{ else }}{{ ${seconds} | humanizeDuration }}{{ end }}`;
}

/** The time that an alert is about. */
export const TIME_LEFT = duration('$value');
/** The time that a query answered with. */
const ANSWERED = duration('. | first | value');

export function probabilityWithin(horizon: string): string {
  return ask(
    `printf "server_horizon:linborg_incident_probability_ratio:max{server=%q,horizon='${horizon}'}" $labels.server`,
    `A threshold is breached within ${horizon} with a probability of {{ . | first | value | humanizePercentage }}.`,
  );
}

/** The metric that explains most, with where it goes. */
export function biggestReason(): string {
  const trend = nested(
    'printf "avg(linborg_trend_per_hour{server=%q,metric=%q})" $labels.server $metric',
    `, which has moved by ${SIGNED} per hour over the last 3h`,
  );
  return ask(
    'printf "topk(1, server_metric:linborg_risk_contribution:max{server=%q})" $labels.server',
    `{{ $metric := . | first | label "metric" }}Most of the risk comes from {{ $metric }} ({{ . | first | value | printf "%.0f" }} points)${trend}.`,
  );
}

/** Which threshold the median of any metric reaches first. */
export function soonest(): string {
  return ask(
    `printf "bottomk(1, server_metric_level:linborg_time_to_threshold_seconds:min{server=%q,level='p50'} > 0)" $labels.server`,
    `First {{ . | first | label "metric" }} reaches its threshold, in ${ANSWERED}.`,
  );
}

/** A change, with its sign. */
const SIGNED = '{{ . | first | value | printf "%+.3g" }}';

/** Not of loads and connections. */
export const PERCENT = '{{ if match "_pct$" $labels.metric }} %{{ end }}';

const TIMES = 'server_metric_level:linborg_time_to_threshold_seconds:min{server=%q,metric=%q}';
const SUBJECT = '{{ $labels.metric }} of {{ $labels.server }}';

/** Of the metric of the alert: when by the median, how soon at the worst and how late at the best, where it is at that horizon, and how its last hours went. */
export function timeLeft(horizon: string): string {
  const worst = ask(`printf "min(${TIMES})" $labels.server $labels.metric`, `It may be in ${ANSWERED}.`);
  const reaches = `The median forecast of ${SUBJECT} reaches its threshold${itsValue()} in ${TIME_LEFT}.`;
  return `${reaches}${worst}${atTheBest()}${medianAt(horizon)}${itsTrend()}`;
}

/** The same, of an alert that goes by p90. */
export function timeLeftAtWorst(horizon: string): string {
  const median = ask(
    `printf "server_metric_level:linborg_time_to_threshold_seconds:min{server=%q,metric=%q,level='p50'}" $labels.server $labels.metric`,
    `The median forecast gets there in ${ANSWERED}.`,
  );
  const reaches = `In one case of ten ${SUBJECT} reaches its threshold${itsValue()} in ${TIME_LEFT} or sooner.`;
  return `${reaches}${median}${atTheBest()}${medianAt(horizon, ' by the median')}${itsTrend()}`;
}

/** All three levels get there, so the last of them says by when nine chances in ten are spent. */
function atTheBest(): string {
  return ask(
    `printf "max(${TIMES}) and count(${TIMES}) == 3" $labels.server $labels.metric $labels.server $labels.metric`,
    `With nine chances in ten it is there in ${ANSWERED}.`,
  );
}

function medianAt(horizon: string, byWhat = ''): string {
  return ask(
    `printf "max(linborg_forecast_value{server=%q,metric=%q,horizon='${horizon}',level='p50'})" $labels.server $labels.metric`,
    `In ${horizon} it is {{ . | first | value | printf "%.1f" }}${PERCENT}${byWhat}.`,
  );
}

/** Of the metric of the alert: how its last hours went. */
export function itsTrend(): string {
  return ask(
    'printf "avg(linborg_trend_per_hour{server=%q,metric=%q})" $labels.server $labels.metric',
    `Over the last 3h it has moved by ${SIGNED} per hour.`,
  );
}

/** Where the threshold of the metric of the alert lies. */
export function itsValue(): string {
  return nested(
    'printf "max(linborg_threshold_value{server=%q,metric=%q})" $labels.server $labels.metric',
    ` of {{ . | first | value | printf "%.4g" }}${PERCENT}`,
  );
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
  return `\n{{- ${withAnswer(query)} }} ${sentence}{{ end }}`;
}

/** A part of a sentence, likewise. */
function nested(query: string, part: string): string {
  return `{{ ${withAnswer(query)} }}${part}{{ end }}`;
}

function withAnswer(query: string): string {
  return `with ${query.startsWith('printf') ? `${query} | query` : `query ${query}`}`;
}
