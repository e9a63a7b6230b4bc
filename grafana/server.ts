/** What will happen to this server? Past and future of each metric in one graph. */
import { type MetricName, metricSpec } from '../src/core/metrics.js';
import { type BuiltDashboard, dashboard, OF_LINBORG } from './lib/dashboard.js';
import { bandAbove, bandEdge, byName, dashed, dots, inColor, plainLine, STATE_COLORS } from './lib/look.js';
import { GRAFANA_UNITS, METRIC_TITLES } from './lib/metrics.js';
import { bars, graph, type Placed, stat } from './lib/panel.js';
import { now, overTime } from './lib/query.js';
import { table } from './lib/table.js';
import { ANOMALY, NEUTRAL, PROBABILITY, REACHED, RISK, TIME_LEFT } from './lib/thresholds.js';

/** What ends at this moment although the dashboard looks ahead. */
const LATELY = '6h';

export function serverDashboard(): BuiltDashboard {
  return dashboard({
    uid: 'linborg-server',
    title: 'What will happen to this server?',
    description:
      'Left of now what was measured, right of it what is forecast, with the interval that holds eight values of ten. The paler band on the left is what was forecast an hour before.',
    from: 'now-16h',
    to: 'now+8h',
    refresh: '1m',
    // Its own, and those that are about no server.
    alerts: `${OF_LINBORG}, server=~"$server|"`,
    overview: { title: 'All servers', uid: 'linborg-fleet' },
    variables: [{ name: 'server', label: 'Server', query: 'label_values(linborg_risk_score, server)' }],
    rows: [
      { title: 'Now', panels: [...headline(), reasons(), riskOverTime()] },
      {
        title: 'Memory and disks',
        panels: [metric('mem_used_pct'), metric('disk_usage_pct'), metric('swap_used_pct'), metric('load_average')],
      },
      {
        title: 'Processor',
        panels: [metric('cpu_user_pct'), metric('cpu_iowait_pct'), metric('cpu_idle_pct'), metric('cpu_sys_pct')],
      },
      {
        title: 'Network and connections',
        panels: [metric('net_in_mb_s'), metric('net_out_mb_s'), metric('back_close_wait'), metric('front_close_wait')],
      },
      { title: 'Java and uptime', isFolded: true, panels: [metric('java_cpu_pct'), metric('uptime_days')] },
      { title: 'Thresholds and surprises', panels: [timeToThreshold(), anomalies(), errors()] },
    ],
  });
}

function headline(): Placed[] {
  return [
    risk(),
    level(),
    highestRisk(),
    breachWithin('1h', 'an hour'),
    breachWithin('8h', 'eight hours'),
    timeLeft(),
    state(),
  ];
}

function risk(): Placed {
  return stat({
    title: 'Risk',
    description: 'Risk score now, 0 to 100: green below 30, yellow to 70, red above.',
    unit: 'short',
    queries: [overTime('server_profile:linborg_risk_score:max{server="$server"}', 'risk')],
    width: 4,
    decimals: 0,
    steps: RISK,
    lastOf: LATELY,
  });
}

function level(): Placed {
  return stat({
    title: 'Level',
    description:
      'The colour that alerts go by: it rises with the score at once and falls when the score has stayed clearly below the border for ten minutes.',
    unit: 'short',
    queries: [now('max by (color) (server_color:linborg_risk_level:max{server="$server"})', '{{color}}')],
    width: 3,
    steps: NEUTRAL,
    isPlain: true,
    text: 'name',
    lastOf: '1h',
    overrides: byName({ green: 'green', yellow: 'yellow', red: 'red' }),
  });
}

function highestRisk(): Placed {
  return stat({
    title: 'Highest risk in 8 h',
    description: 'The highest risk score along the forecast, if things go as forecast.',
    unit: 'short',
    queries: [now('max(max_over_time(linborg_future{server="$server", metric="risk_score"}[8h] offset -8h))', 'risk')],
    width: 4,
    decimals: 0,
    steps: RISK,
    isPlain: true,
    lastOf: '1h',
  });
}

function breachWithin(horizon: string, inWords: string): Placed {
  const probability = `server_horizon:linborg_incident_probability_ratio:max{server="$server", horizon="${horizon}"}`;
  return stat({
    title: `Breach in ${horizon.replace('h', ' h')}`,
    description: `Calibrated probability that a metric breaches its threshold anew within ${inWords}.`,
    unit: 'percentunit',
    queries: [overTime(probability, 'probability')],
    width: 3,
    decimals: 0,
    min: 0,
    max: 1,
    steps: PROBABILITY,
    lastOf: LATELY,
  });
}

function timeLeft(): Placed {
  return stat({
    title: 'Time left',
    description:
      'Until the median forecast reaches the nearest threshold; reached = one of the metrics is at or beyond its own now.',
    unit: 's',
    queries: [
      now('min(server_metric_level:linborg_time_to_threshold_seconds:min{server="$server", level="p50"})', 'time left'),
    ],
    width: 4,
    decimals: 1,
    steps: TIME_LEFT,
    mappings: REACHED,
    isPlain: true,
    nothing: 'more than 8 h',
    lastOf: '1h',
  });
}

function state(): Placed {
  return stat({
    title: 'State',
    description:
      'State of the server. Besides ok: warming = too little history yet; gaps = too few samples; stale = silent; maintenance = planned work.',
    unit: 'short',
    queries: [now('max by (state) (linborg_server_state{server="$server"})', '{{state}}')],
    width: 3,
    steps: ['blue'],
    isPlain: true,
    text: 'name',
    lastOf: '1h',
    overrides: byName(STATE_COLORS),
  });
}

function reasons(): Placed {
  return bars({
    title: 'Why',
    description: 'How many points of the risk score each metric explains; together they are the score.',
    unit: 'short',
    queries: [now('sort_desc(topk(6, server_metric:linborg_risk_contribution:max{server="$server"}))', '{{metric}}')],
    width: 8,
    height: 9,
    min: 0,
    decimals: 0,
    steps: ['green', [15, 'yellow'], [35, 'red']],
    nothing: 'no risk',
    lastOf: '1h',
  });
}

function riskOverTime(): Placed {
  return graph({
    title: 'Risk, past and future',
    description: 'Left of now the risk score as it was, right of now as it will be if things go as forecast.',
    unit: 'short',
    queries: [
      overTime('server_profile:linborg_risk_score:max{server="$server"}', 'risk'),
      overTime('max(linborg_future{server="$server", metric="risk_score"})', 'risk ahead'),
    ],
    width: 16,
    height: 9,
    min: 0,
    max: 100,
    steps: RISK,
    showsSteps: true,
    overrides: [
      { series: 'risk', properties: plainLine('blue') },
      { series: 'risk ahead', properties: [...plainLine('purple'), { id: 'custom.fillOpacity', value: 15 }] },
    ],
  });
}

/** One metric: measured, forecast with its band, the forecasts of an hour before, the threshold. */
function metric(name: MetricName): Placed {
  const { unit, help } = metricSpec(name);
  const of = `server="$server", metric="${name}"`;
  const ahead = (level: string) => `max(linborg_future{${of}, level="${level}"})`;
  const before = (level: string) => `server_metric_level:linborg_forecast_value:offset1h{${of}, level="${level}"}`;
  const measured = `server_metric:linborg_metric_value:max{${of}}`;
  return graph({
    title: METRIC_TITLES[name],
    description: `${help[0]!.toUpperCase()}${help.slice(1)} (${name}). Right of now the median forecast and the interval from p10 to p90; left of now, paler, what was forecast an hour before. Dots are values far outside of that.`,
    unit: GRAFANA_UNITS[unit],
    queries: [
      overTime(measured, 'measured'),
      overTime(ahead('p50'), 'forecast'),
      overTime(ahead('p10'), 'p10'),
      overTime(ahead('p90'), 'p90'),
      overTime(before('p10'), 'p10 an hour before'),
      overTime(before('p90'), 'p90 an hour before'),
      overTime(`max(linborg_future{${of}, level="p50", age="1h"})`, 'as forecast an hour ago'),
      overTime(`max(last_over_time(linborg_threshold_value{${of}}[9h]))`, 'threshold'),
      overTime(
        `${measured} and on (server, metric) server_metric:linborg_anomaly_score:max > 2`,
        'far from what was forecast',
      ),
    ],
    width: 12,
    height: 9,
    overrides: [
      { series: 'measured', properties: plainLine('blue') },
      { series: 'forecast', properties: plainLine('purple') },
      { series: 'p90', properties: bandAbove('p10', 'purple', 25) },
      { series: 'p10', properties: bandEdge('purple') },
      { series: 'p90 an hour before', properties: bandAbove('p10 an hour before', 'blue', 12) },
      { series: 'p10 an hour before', properties: bandEdge('blue') },
      { series: 'as forecast an hour ago', properties: dashed('orange') },
      { series: 'threshold', properties: dashed('red') },
      { series: 'far from what was forecast', properties: [...inColor('orange'), ...dots()] },
    ],
  });
}

function timeToThreshold(): Placed {
  const left = (level: string) =>
    `server_metric_level:linborg_time_to_threshold_seconds:min{server="$server", level="${level}"}`;
  const column = (level: string, title: string) => ({
    expr: `sort(max by (metric) (${left(level)}))`,
    title,
    unit: 's',
    decimals: 1,
    steps: TIME_LEFT,
    mappings: REACHED,
    cell: 'text' as const,
  });
  return table({
    title: 'Time to each threshold',
    description:
      'Until each level of the forecast reaches the threshold. For a metric that hurts when it rises, p90 comes first and is early but often wrong; p10 is late but sure. Nothing means not within 8 hours.',
    width: 24,
    height: 8,
    lastOf: '1h',
    labels: [{ label: 'metric', title: 'Metric' }],
    // Whatever crosses first stands first: the rows keep the order of the first query.
    values: [
      column('p90', 'p90'),
      column('p50', 'p50'),
      column('p10', 'p10'),
      {
        expr: 'max by (metric) (linborg_threshold_value{server="$server"})',
        title: 'Threshold',
        unit: 'short',
        decimals: 1,
      },
      {
        expr: 'max by (metric) (server_metric:linborg_metric_value:max{server="$server"} and on (server, metric) linborg_threshold_value)',
        title: 'Now',
        unit: 'short',
        decimals: 1,
      },
    ],
    order: ['Metric', 'Threshold', 'Now', 'p90', 'p50', 'p10'],
  });
}

function anomalies(): Placed {
  return bars({
    title: 'Farthest from what was forecast, last hour',
    description:
      'How far samples of the last hour were from the forecast of an hour before them, in half-widths of p10 to p90: 1 is the edge, 2 is far outside.',
    unit: 'short',
    queries: [
      now('sort_desc(max_over_time(server_metric:linborg_anomaly_score:max{server="$server"}[1h]))', '{{metric}}'),
    ],
    width: 12,
    height: 10,
    min: 0,
    decimals: 1,
    steps: ANOMALY,
    lastOf: '1h',
  });
}

function errors(): Placed {
  return graph({
    title: 'What came minus what was forecast an hour before',
    description:
      'Error of the median of the percentages. Above 0 more came than was forecast. A line that stays on one side means that the server has changed its ways.',
    unit: 'percent',
    queries: [
      overTime('server_metric:linborg_forecast_error:offset1h{server="$server", metric=~".+_pct"}', '{{metric}}'),
    ],
    width: 12,
    height: 10,
  });
}
