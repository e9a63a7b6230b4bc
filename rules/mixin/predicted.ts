/** Alerts on what is forecast. Each is a ticket hours ahead, and most are a page once it is near and something is wrong already. */
import type { MixinConfig } from './config.js';
import { type AlertingRule, type AlertSpec, alertingRule, type Reasoned, type RuleGroup, seconds } from './rule.js';
import {
  ask,
  biggestReason,
  farthestFromForecast,
  itsValue,
  probabilityWithin,
  soonest,
  TIME_LEFT,
  timeLeft,
  timeLeftAtWorst,
} from './sentences.js';

/** Planned work does not page: risk and forecasts stay visible, alerts do not come. */
export const NOT_IN_MAINTENANCE = 'unless on (server) linborg_server_state{state="maintenance"} == 1';

const TIME_TO_THRESHOLD = 'server_profile_metric_level:linborg_time_to_threshold_seconds:min';

export function predictedAlerts(config: MixinConfig): RuleGroup<AlertingRule> {
  return {
    name: 'linborg-predicted',
    why: `Forecasts. By the median it is more likely than not, by p90 one case in ten; what is over its threshold already is no prediction.
A page goes by the median, and needs more than a forecast: a sign of trouble that is there now.`,
    rules: [
      ...serverAtRisk(config),
      ...thresholdForecasts(config).flatMap((forecast) => thresholdAlerts(forecast, config)),
      alertingRule(connectionSurge(config), config),
      ...cascade(config),
    ],
  };
}

/** Over its threshold now, or so lately that forecasts may not have believed its end yet. */
function recentlyBreached({ predicted }: MixinConfig): string {
  return `max_over_time(server_profile_metric:linborg_threshold_breached:max[${predicted.quiet_after_breach}]) == 1`;
}

/** Points of the score that come from what is over its threshold now. */
const BREACHED_POINTS = `sum by (server) (
  server_metric:linborg_risk_contribution:max
  and on (server, metric) server_profile_metric:linborg_threshold_breached:max == 1
)`;

/**
 * Falls, stands still, or rises by less than a share of its threshold in an hour. linborg tells the trend of few metrics, those
 * that the risk comes from: one that it says nothing of may rise.
 */
function noRise(leastShare: number): string {
  const trend = 'max by (server, metric) (linborg_trend_per_hour)';
  const still = `${trend} <= 0`;
  return leastShare === 0
    ? still
    : `(${still} or ${trend} < ${leastShare} * max by (server, metric) (linborg_threshold_value))`;
}

function serverAtRisk(config: MixinConfig): Reasoned<AlertingRule>[] {
  const { risk_color, risk_score_page, probability_page } = config.predicted;
  const alert = 'LinborgServerAtRisk';
  const timing = config.alerts[alert];
  const common = {
    alert,
    timing,
    summary: `{{ $labels.server }} is at risk: {{ $value | printf "%.0f" }} of 100`,
  };
  const description = (since: string) =>
    `The risk score of {{ $labels.server }} ({{ $labels.profile }}) has been ${since} for ${timing.for} and is ` +
    `{{ $value | printf "%.0f" }} now.${probabilityWithin('4h')}${biggestReason()}${soonest()}`;
  const colors = risk_color === 'red' ? 'color="red"' : 'color=~"yellow|red"';
  const ticket = {
    ...common,
    description: description(risk_color === 'red' ? 'red' : 'yellow or red'),
    loudness: 'ticket' as const,
    why: 'Not where most of the score is what is over its threshold already: that is no prediction, and LinborgThresholdBreached tells it.',
    expr: `server_profile:linborg_risk_score:max
and on (server) server_color:linborg_risk_level:max{${colors}} == 1
unless on (server) ${BREACHED_POINTS} > 0.5 * max by (server) (server_profile:linborg_risk_score:max)
${NOT_IN_MAINTENANCE}`,
  };
  const page = {
    ...common,
    description: `${description(`above ${risk_score_page}`)}${farthestFromForecast()}`,
    loudness: 'page' as const,
    why: 'Sure, soon, and something is wrong already.',
    expr: `server_profile:linborg_risk_score:max > ${risk_score_page}
and on (server) server_horizon:linborg_incident_probability_ratio:max{horizon="1h"} > ${probability_page}
and on (server) server:linborg_signs_of_trouble:count > 0
${NOT_IN_MAINTENANCE}`,
  };
  return [alertingRule(ticket, config), alertingRule(page, config)];
}

/** One kind of threshold that forecasts may reach. */
interface ThresholdForecast {
  readonly alert: Extract<keyof MixinConfig['alerts'], `${string}Predicted`>;
  readonly why?: string;
  /** Matcher of the label `metric`. */
  readonly metric: string;
  /** Which level of the forecast makes a ticket. */
  readonly level: 'p50' | 'p90';
  /** A leak rises: only while the metric has moved by more than this share of its threshold in an hour, over the last hours. */
  readonly rise?: number;
  readonly within: string;
  readonly pageWithin?: string;
  /** What goes before "in 2h 0m 0s". */
  readonly summary: string;
  /** Horizon of the forecast that the description quotes. */
  readonly horizon: string;
}

function thresholdForecasts({ predicted }: MixinConfig): ThresholdForecast[] {
  const { memory_metrics, disk_metrics, connection_metrics } = predicted;
  return [
    {
      alert: 'LinborgMemoryExhaustionPredicted',
      metric: `=~"${memory_metrics}"`,
      level: predicted.memory_level,
      rise: 0,
      within: predicted.memory_within,
      pageWithin: predicted.memory_page_within,
      summary: '{{ $labels.server }} runs out of memory',
      horizon: '4h',
    },
    {
      alert: 'LinborgDiskFullPredicted',
      metric: `=~"${disk_metrics}"`,
      level: predicted.disk_level,
      rise: 0,
      within: predicted.disk_within,
      pageWithin: predicted.disk_page_within,
      summary: '{{ $labels.server }} has a disk that is full',
      horizon: '8h',
    },
    {
      alert: 'LinborgSaturationPredicted',
      why: 'CPU, I/O wait, swap, load, and whatever else has a threshold but no alert of its own.',
      metric: `!~"${[memory_metrics, disk_metrics, connection_metrics].join('|')}"`,
      level: predicted.saturation_level,
      within: predicted.saturation_within,
      pageWithin: predicted.saturation_page_within,
      summary: '{{ $labels.metric }} of {{ $labels.server }} saturates',
      horizon: '4h',
    },
    {
      alert: 'LinborgConnectionLeakPredicted',
      why: 'A multiple of what this server is used to: a sign that needs a second one, so never a page.',
      // One socket an hour is noise, and what yesterday's leak makes the forecast expect at this time of day is none.
      rise: 0.01,
      metric: `=~"${connection_metrics}"`,
      level: predicted.connections_level,
      within: predicted.connections_within,
      summary: '{{ $labels.server }} leaks connections: {{ $labels.metric }} reaches its threshold',
      horizon: '8h',
    },
  ];
}

function thresholdAlerts(forecast: ThresholdForecast, config: MixinConfig): Reasoned<AlertingRule>[] {
  const { alert, metric, level, within, pageWithin, summary, horizon } = forecast;
  const timing = config.alerts[alert];
  const reaches = (by: ThresholdForecast['level'], limit: string) =>
    [
      `${TIME_TO_THRESHOLD}{metric${metric}, level="${by}"} > 0 < ${seconds(limit)}`,
      `unless on (server, metric) ${recentlyBreached(config)}`,
      ...(forecast.rise === undefined ? [] : [`unless on (server, metric) ${noRise(forecast.rise)}`]),
    ].join('\n');
  const said = (by: ThresholdForecast['level']) => ({
    alert,
    timing,
    summary: `${summary} in ${TIME_LEFT}${by === 'p50' ? '' : ' at the worst'}`,
    description: `${by === 'p50' ? timeLeft(horizon) : timeLeftAtWorst(horizon)}${probabilityWithin('4h')}`,
  });
  const ticket: AlertSpec = {
    ...said(level),
    ...(forecast.why === undefined ? {} : { why: forecast.why }),
    loudness: 'ticket',
    expr: `${reaches(level, within)}\n${NOT_IN_MAINTENANCE}`,
  };
  if (pageWithin === undefined) return [alertingRule(ticket, config)];
  const page: AlertSpec = {
    ...said('p50'),
    description: `${said('p50').description}${farthestFromForecast()}`,
    loudness: 'page',
    expr: `${reaches('p50', pageWithin)}\nand on (server) server:linborg_signs_of_trouble:count > 0\n${NOT_IN_MAINTENANCE}`,
  };
  return [alertingRule(ticket, config), alertingRule(page, config)];
}

/** A leak that leaves the range of its own history: most are over their threshold before a forecast believes them. */
function connectionSurge(config: MixinConfig): AlertSpec {
  const { connection_metrics, surge_within, surge_times_usual, surge_more } = config.predicted;
  const timing = config.alerts.LinborgConnectionSurgePredicted;
  const of = `{metric=~"${connection_metrics}"}`;
  const value = `server_metric:linborg_metric_value:max${of}`;
  const limit = `max by (server, metric) (linborg_threshold_value${of})`;
  return {
    alert: 'LinborgConnectionSurgePredicted',
    why: 'A line through the last 20 minutes, of what is more than the server has been used to for a week; a third of the threshold where it has no such history. Not a page: half of these end by themselves or by a restart.',
    loudness: 'ticket',
    timing,
    expr: `(${limit} - ${value})
  / on (server, metric) deriv(${value}[20m]) > 0 < ${seconds(surge_within)}
and on (server, metric) ${value} > on (server, metric)
  (${surge_times_usual} * (max by (server, metric) (linborg_threshold_usual_value${of}) or ${limit} / 3) + ${surge_more})
unless on (server, metric) ${recentlyBreached(config)}
${NOT_IN_MAINTENANCE}`,
    summary: `{{ $labels.metric }} of {{ $labels.server }} rises: at its threshold in ${TIME_LEFT}`,
    description:
      `If {{ $labels.metric }} of {{ $labels.server }} goes on as in the last 20 minutes, it reaches its threshold${itsValue()} in ${TIME_LEFT}.` +
      ask(
        'printf "server_metric:linborg_metric_value:max{server=%q,metric=%q}" $labels.server $labels.metric',
        'It is at {{ . | first | value | printf "%.4g" }}.',
      ) +
      ask(
        'printf "max(linborg_threshold_usual_value{server=%q,metric=%q})" $labels.server $labels.metric',
        'In the week before it was at {{ . | first | value | printf "%.4g" }} or less, but for one hour in a hundred.',
      ),
  };
}

const STRESSED = 'server:linborg_server_stress_ratio:max';

function cascade(config: MixinConfig): Reasoned<AlertingRule>[] {
  const timing = config.alerts.LinborgCascadePredicted;
  const { cascade_score, cascade_servers } = config.predicted;
  const spreading = `fleet:linborg_cascade_score:max >= ${cascade_score}
and fleet:linborg_cascade_servers:max >= ${cascade_servers}`;
  const happening = `${spreading}\nand count(${STRESSED} ${NOT_IN_MAINTENANCE}) >= ${cascade_servers}`;
  const common = {
    alert: 'LinborgCascadePredicted',
    timing,
    summary:
      '{{ with query "fleet:linborg_cascade_servers:max" }}{{ . | first | value | printf "%.0f" }}{{ end }} servers are ' +
      'going wrong together: cascade score {{ $value | printf "%.2f" }} of 1',
    description: `For ${timing.for} servers have come under stress one after the other: the cascade score is {{ $value | printf "%.2f" }} of 1.${ask(
      '"group by (server) (linborg_cascade_origin_info)"',
      'It seems to have begun with {{ . | first | label "server" }}.',
    )}${ask(
      '"topk(5, server:linborg_server_stress_ratio:max)"',
      'Under most stress now:{{ range . }} {{ .Labels.server }} ({{ .Value | printf "%.1f" }}){{ end }}.',
    )}`,
  };
  return [
    alertingRule(
      {
        ...common,
        why: 'linborg leaves servers in maintenance out of the score and the count.',
        loudness: 'ticket',
        expr: spreading,
      },
      config,
    ),
    alertingRule({ ...common, loudness: 'page', expr: happening }, config),
    alertingRule(cascadeMember(happening, config), config),
  ];
}

/** @param happening  of which the cascade itself pages */
function cascadeMember(happening: string, config: MixinConfig): AlertSpec {
  return {
    alert: 'LinborgCascadeMember',
    why: 'Tells nobody: Alertmanager silences the forecasts of these servers with it. Only while the cascade itself pages.',
    loudness: 'note',
    timing: config.alerts.LinborgCascadeMember,
    expr: `${STRESSED}\nand on () (${happening})\n${NOT_IN_MAINTENANCE}`,
    summary: '{{ $labels.server }} is part of a cascade',
    description: `While servers go wrong together, {{ $labels.server }} is with them: its stress is {{ $value | printf "%.1f" }} half-widths of p10 to p90.${biggestReason()}`,
  };
}
