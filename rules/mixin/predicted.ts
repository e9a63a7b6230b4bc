/** Alerts on what is forecast. Each is a ticket hours ahead, and most are a page once it is near and something is wrong already. */
import type { MixinConfig } from './config.js';
import { type AlertingRule, type AlertSpec, alertingRule, type Reasoned, type RuleGroup, seconds } from './rule.js';
import { ask, biggestReason, farthestFromForecast, probabilityWithin, soonest, timeLeft } from './sentences.js';

/** Planned work does not page: risk and forecasts stay visible, alerts do not come. */
export const NOT_IN_MAINTENANCE = 'unless on (server) linborg_server_state{state="maintenance"} == 1';

const TIME_TO_THRESHOLD = 'server_profile_metric_level:linborg_time_to_threshold_seconds:min';

export function predictedAlerts(config: MixinConfig): RuleGroup<AlertingRule> {
  return {
    name: 'linborg-predicted',
    why: `Forecasts. The median counts, so that it is more likely than not; what is over its threshold already is no prediction.
A page needs more than a forecast: a sign of trouble that is there now.`,
    rules: [
      ...serverAtRisk(config),
      ...thresholdForecasts(config).flatMap((forecast) => thresholdAlerts(forecast, config)),
      ...cascade(config),
    ],
  };
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
    expr: `server_profile:linborg_risk_score:max
and on (server) server_color:linborg_risk_level:max{${colors}} == 1
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
      within: predicted.memory_within,
      pageWithin: predicted.memory_page_within,
      summary: '{{ $labels.server }} runs out of memory',
      horizon: '4h',
    },
    {
      alert: 'LinborgDiskFullPredicted',
      metric: `=~"${disk_metrics}"`,
      within: predicted.disk_within,
      pageWithin: predicted.disk_page_within,
      summary: '{{ $labels.server }} has a disk that is full',
      horizon: '8h',
    },
    {
      alert: 'LinborgSaturationPredicted',
      why: 'CPU, I/O wait, swap, load, and whatever else has a threshold but no alert of its own.',
      metric: `!~"${[memory_metrics, disk_metrics, connection_metrics].join('|')}"`,
      within: predicted.saturation_within,
      pageWithin: predicted.saturation_page_within,
      summary: '{{ $labels.metric }} of {{ $labels.server }} saturates',
      horizon: '4h',
    },
    {
      alert: 'LinborgConnectionLeakPredicted',
      why: 'A multiple of what this server is used to: a sign that needs a second one, so never a page.',
      metric: `=~"${connection_metrics}"`,
      within: predicted.connections_within,
      summary: '{{ $labels.server }} leaks connections: {{ $labels.metric }} reaches its threshold',
      horizon: '8h',
    },
  ];
}

function thresholdAlerts(forecast: ThresholdForecast, config: MixinConfig): Reasoned<AlertingRule>[] {
  const { alert, metric, within, pageWithin, summary, horizon } = forecast;
  const timing = config.alerts[alert];
  const reaches = (limit: string) => `${TIME_TO_THRESHOLD}{metric${metric}, level="p50"} > 0 < ${seconds(limit)}
unless on (server, metric) server_profile_metric:linborg_threshold_breached:max == 1`;
  const common = {
    alert,
    timing,
    summary: `${summary} in {{ $value | humanizeDuration }}`,
    description: `The median forecast of {{ $labels.metric }} of {{ $labels.server }} ${timeLeft(horizon)}${probabilityWithin('4h')}`,
  };
  const ticket: AlertSpec = {
    ...common,
    ...(forecast.why === undefined ? {} : { why: forecast.why }),
    loudness: 'ticket',
    expr: `${reaches(within)}\n${NOT_IN_MAINTENANCE}`,
  };
  if (pageWithin === undefined) return [alertingRule(ticket, config)];
  const page: AlertSpec = {
    ...common,
    description: `${common.description}${farthestFromForecast()}`,
    loudness: 'page',
    expr: `${reaches(pageWithin)}\nand on (server) server:linborg_signs_of_trouble:count > 0\n${NOT_IN_MAINTENANCE}`,
  };
  return [alertingRule(ticket, config), alertingRule(page, config)];
}

function cascade(config: MixinConfig): Reasoned<AlertingRule>[] {
  const timing = config.alerts.LinborgCascadePredicted;
  const { cascade_score, cascade_servers } = config.predicted;
  const stressed = 'server:linborg_server_stress_ratio:max';
  const spreading = `fleet:linborg_cascade_score:max >= ${cascade_score}
and fleet:linborg_cascade_servers:max >= ${cascade_servers}`;
  const happening = `${spreading}\nand count(${stressed} ${NOT_IN_MAINTENANCE}) >= ${cascade_servers}`;
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
  const member: AlertSpec = {
    alert: 'LinborgCascadeMember',
    why: 'Tells nobody: Alertmanager silences the forecasts of these servers with it. Only while the cascade itself pages.',
    loudness: 'note',
    timing: config.alerts.LinborgCascadeMember,
    expr: `${stressed}\nand on () (${happening})\n${NOT_IN_MAINTENANCE}`,
    summary: '{{ $labels.server }} is part of a cascade',
    description: `While servers go wrong together, {{ $labels.server }} is with them: its stress is {{ $value | printf "%.1f" }} half-widths of p10 to p90.${biggestReason()}`,
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
    alertingRule(
      {
        ...common,
        loudness: 'page',
        expr: happening,
      },
      config,
    ),
    alertingRule(member, config),
  ];
}
