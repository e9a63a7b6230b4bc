/** Can I trust it? How good the forecasts have been, measured live. */
import { MappingType } from '@grafana/grafana-foundation-sdk/dashboard';
import { type BuiltDashboard, dashboard, OF_ITSELF } from './lib/dashboard.js';
import { toServer } from './lib/links.js';
import { dashed, plainLine } from './lib/look.js';
import { bars, graph, type Placed, stat } from './lib/panel.js';
import { now, overTime } from './lib/query.js';
import { table } from './lib/table.js';
import { COVERAGE, DRIFT, ERROR_RATIO } from './lib/thresholds.js';

export function trustDashboard(): BuiltDashboard {
  return dashboard({
    uid: 'linborg-trust',
    title: 'Can I trust it?',
    description:
      'Forecasts that came due, compared with what came. Everything here is measured on your own servers, of what was really served.',
    from: 'now-12h',
    to: 'now',
    refresh: '1m',
    alerts: OF_ITSELF,
    rows: [
      { title: 'In short', panels: headline() },
      { title: 'Error and coverage', panels: [error(), coverage(), errorOverTime(), insideOverTime()] },
      { title: 'Against the alternatives', panels: [skill(), width(), serving()] },
      { title: 'Has the fleet changed?', panels: drift() },
      { title: 'Do probabilities come true?', panels: [reliability(), brier()] },
      { title: 'Alarms and what came of them', panels: alarms() },
    ],
  });
}

function headline(): Placed[] {
  return [
    stat({
      title: 'Error',
      description:
        'Error of the forecast over that of "as yesterday at this time", the middle one of all metrics and horizons. Below 1 the forecast is better.',
      unit: 'none',
      queries: [overTime('quantile(0.5, metric_horizon:linborg_forecast_mase_ratio:avg)', 'error')],
      width: 6,
      decimals: 2,
      steps: ERROR_RATIO,
    }),
    stat({
      title: 'Inside p10 to p90',
      description:
        'Share of samples inside the interval that was forecast, mean over the metrics. 80 % is meant; many more means that intervals are too wide.',
      unit: 'percentunit',
      queries: [overTime('avg(metric:linborg_forecast_coverage_ratio:avg)', 'inside')],
      width: 6,
      decimals: 0,
      steps: COVERAGE,
    }),
    stat({
      title: 'Verdicts in an hour',
      description:
        'Forecast steps that came due and were compared with a sample, in the last hour. Without verdicts nothing here means anything.',
      unit: 'short',
      queries: [now('sum(increase(linborg_forecasts_judged_total[$__range]))', 'verdicts')],
      lastOf: '1h',
      width: 6,
      decimals: 0,
      steps: ['blue'],
      isPlain: true,
    }),
    stat({
      title: 'Forecasts that wait',
      description: 'Forecasts in the ledger that have not come due yet; they will be judged within eight hours.',
      unit: 'short',
      queries: [overTime('max(linborg_forecast_ledger_pending)', 'pending')],
      width: 6,
      steps: ['blue'],
    }),
  ];
}

function error(): Placed {
  return bars({
    title: 'Error by metric, an hour ahead',
    description:
      'Error of the median over that of "as yesterday at this time". Below 1 is better than that; above 1 the baseline should serve.',
    unit: 'none',
    queries: [now('sort(metric_horizon:linborg_forecast_mase_ratio:avg{horizon="1h"})', '{{metric}}')],
    width: 12,
    height: 11,
    min: 0,
    max: 2,
    decimals: 2,
    steps: ERROR_RATIO,
    nothing: 'no verdict yet',
  });
}

function coverage(): Placed {
  return bars({
    title: 'Inside p10 to p90 by metric',
    description: 'Share of samples inside the interval, over all horizons. Green from 70 to 90 %: 80 % is meant.',
    unit: 'percentunit',
    queries: [now('sort_desc(metric:linborg_forecast_coverage_ratio:avg)', '{{metric}}')],
    width: 12,
    height: 11,
    min: 0,
    max: 1,
    decimals: 0,
    steps: COVERAGE,
    nothing: 'no verdict yet',
  });
}

function errorOverTime(): Placed {
  return graph({
    title: 'Error by horizon',
    description:
      'Error over that of "as yesterday at this time", the middle one of the metrics. The dashed line at 1 is where the forecast gives nothing.',
    unit: 'none',
    queries: [
      overTime('quantile by (horizon) (0.5, metric_horizon:linborg_forecast_mase_ratio:avg)', '{{horizon}}'),
      overTime('vector(1)', 'as yesterday'),
    ],
    width: 12,
    decimals: 2,
    overrides: [{ series: 'as yesterday', properties: dashed('red') }],
  });
}

function insideOverTime(): Placed {
  return graph({
    title: 'Inside the interval of an hour ago',
    description:
      'Share of servers and metrics whose value is inside what was forecast for it an hour before, from what Prometheus recorded. The dashed line is what is meant.',
    unit: 'percentunit',
    queries: [overTime('avg(metric:linborg_forecast_inside:avg_offset1h)', 'inside'), overTime('vector(0.8)', 'meant')],
    width: 12,
    min: 0,
    max: 1,
    overrides: [
      { series: 'inside', properties: plainLine('blue') },
      { series: 'meant', properties: dashed('green') },
    ],
  });
}

function skill(): Placed {
  return graph({
    title: 'Gain over the baselines',
    description:
      '1 minus the error over that of each baseline, for the middle metric; above 0 the forecast is better. Dashed: over the one that is hardest to beat, metric by metric.',
    unit: 'percentunit',
    queries: [
      overTime('quantile by (baseline) (0.5, linborg_forecast_skill_ratio)', '{{baseline}}'),
      overTime('quantile(0.5, metric:linborg_forecast_skill_ratio:min)', 'the hardest'),
    ],
    width: 8,
    height: 12,
    overrides: [{ series: 'the hardest', properties: dashed('red') }],
  });
}

function width(): Placed {
  return graph({
    title: 'Width of the intervals',
    description:
      'Width of p10 to p90 over the error of "as yesterday at this time", mean over the metrics. A wide interval covers more and says less.',
    unit: 'none',
    queries: [overTime('avg(metric:linborg_forecast_width_ratio:avg)', 'width')],
    width: 8,
    height: 12,
    decimals: 2,
  });
}

function serving(): Placed {
  return table({
    title: 'Who serves what',
    description:
      'The model or baseline that serves each metric now. A baseline serves where it was clearly better; a profile stands where it has a choice of its own.',
    width: 8,
    height: 12,
    labels: [
      { label: 'metric', title: 'Metric' },
      { label: 'model', title: 'Model' },
      { label: 'profile', title: 'Profile' },
    ],
    values: [{ expr: 'max by (metric, model, profile) (linborg_model_serving)', title: 'serves', unit: 'none' }],
    hidden: ['serves'],
  });
}

function reliability(): Placed {
  const lately = (series: string) => `max by (bin) (last_over_time(${series}{horizon="1h"}[1h]))`;
  return table({
    title: 'Promised and come true, within an hour',
    description:
      'Probabilities of a breach within an hour, by tenths: their mean, and the share that a breach followed. The two columns should agree; a tenth with few of them tells little.',
    width: 12,
    height: 9,
    nothing: 'too few have come due',
    labels: [{ label: 'bin', title: 'Tenth' }],
    values: [
      { expr: lately('linborg_incident_promised_ratio'), title: 'Promised', unit: 'percentunit', decimals: 1 },
      { expr: lately('linborg_incident_reliability_ratio'), title: 'Came true', unit: 'percentunit', decimals: 1 },
      { expr: lately('linborg_incident_judged_probabilities'), title: 'Probabilities', unit: 'short', decimals: 0 },
    ],
  });
}

function brier(): Placed {
  return graph({
    title: 'Brier score of the probabilities',
    description:
      'Mean squared difference of the probabilities and what came, by horizon: 0 is perfect, and lower is better. It rises with the number of breaches, so compare it with itself.',
    unit: 'none',
    queries: [overTime('max by (horizon) (linborg_incident_brier_ratio)', '{{horizon}}')],
    width: 12,
    height: 9,
    decimals: 3,
  });
}

function drift(): Placed[] {
  return [
    bars({
      title: 'Distance from the training data',
      description:
        'How far the inputs of the last day are from those that the model learnt from. Above 0.2 the fleet is of another kind, which is no drift: the errors above tell if it matters.',
      unit: 'none',
      queries: [now('sort_desc(max by (metric) (linborg_training_distance_score))', '{{metric}}')],
      width: 12,
      height: 10,
      min: 0,
      decimals: 2,
      steps: DRIFT,
      nothing: 'not known yet',
    }),
    bars({
      title: 'Drift since the first week',
      description:
        'How far the inputs of the last two days are from those of the first week since the start. Known a day after that week; after a restart of linborg this is what was known last, in the eight days before. Above 0.2 they are distributed otherwise: retraining may pay.',
      unit: 'none',
      queries: [now('sort_desc(last_over_time(metric:linborg_drift_score:max[8d]))', '{{metric}}')],
      width: 12,
      height: 10,
      min: 0,
      decimals: 2,
      steps: DRIFT,
      nothing: 'known a week after the start',
    }),
  ];
}

function alarms(): Placed[] {
  const onForecasts = 'alertname=~"Linborg.+Predicted|LinborgServerAtRisk", alertstate="firing"';
  const predicted = `ALERTS{${onForecasts}}`;
  return [
    graph({
      title: 'Alarms and breaches',
      description:
        'Alarms on forecasts that fire, servers that are over a threshold, and how many were expected to get there within an hour. Alarms that come before breaches were worth it.',
      unit: 'short',
      queries: [
        overTime(`count(${predicted}) or vector(0)`, 'alarms on forecasts'),
        overTime('fleet:linborg_breached_servers:count', 'servers over a threshold'),
        overTime('horizon:linborg_incident_probability_ratio:sum{horizon="1h"}', 'expected within 1 h'),
      ],
      width: 24,
    }),
    pastAlarms(`ALERTS{${onForecasts}, server!=""}`),
    stat({
      title: 'Alarms with a breach, 24 h',
      description:
        'Of the servers that had an alarm on a forecast in the last 24 hours, the share that were over a threshold in that time. It counts any breach, so it is a hint; linborg backtest judges alarms properly.',
      unit: 'percentunit',
      queries: [
        now(
          `count(count by (server) (last_over_time(${predicted}[1d])) and on (server) count by (server) (last_over_time(server_profile_metric:linborg_threshold_breached:max[1d])))
/ count(count by (server) (last_over_time(${predicted}[1d])))`,
          'share',
        ),
      ],
      width: 8,
      height: 9,
      decimals: 0,
      steps: ['red', [0.3, 'yellow'], [0.6, 'green']],
      isPlain: true,
      // Stands in cells, too: some alarms are about no single metric.
      nothing: '–',
    }),
  ];
}

/** Each alarm on a forecast of the last day, and whether its server was over a threshold in that time. */
function pastAlarms(predicted: string): Placed {
  const labels = 'alertname, server, metric';
  const breached = 'max by (server) (max_over_time(server_profile_metric:linborg_threshold_breached:max[1d]))';
  const alarm = `max by (${labels}) (last_over_time(${predicted}[1d]))`;
  return table({
    title: 'Alarms of the last 24 h',
    description:
      'Alarms on forecasts of single servers that fired within 24 hours, for how long, and whether the server was over a threshold in that time, before the alarm or after it. An alarm whose breach is still ahead has none yet.',
    width: 16,
    height: 9,
    // Stands in cells, too: some alarms are about no single metric.
    nothing: '–',
    labels: [
      { label: 'alertname', title: 'Alarm' },
      {
        label: 'server',
        title: 'Server',
        width: 120,
        link: { title: 'What will happen to ${__value.text}?', url: toServer('${__value.text}') },
      },
      { label: 'metric', title: 'Metric', width: 140 },
    ],
    values: [
      {
        expr: `60 * max by (${labels}) (count_over_time(${predicted}[1d:1m]))`,
        title: 'Fired for',
        unit: 's',
        decimals: 0,
        width: 110,
      },
      {
        expr: `${alarm} and on (server) ${breached} == 1 or 0 * ${alarm}`,
        title: 'Breach',
        unit: 'none',
        width: 90,
        mappings: [{ type: MappingType.ValueToText, options: { 0: { text: 'none yet' }, 1: { text: 'came' } } }],
      },
    ],
    sortBy: 'Fired for',
  });
}
