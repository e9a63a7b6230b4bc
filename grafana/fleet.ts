/** Who is in danger? The fleet at a glance, with the way to each server. */
import { type BuiltDashboard, dashboard, OF_LINBORG } from './lib/dashboard.js';
import { TO_ITS_SERVER, toServer } from './lib/links.js';
import { byName, inColor, STATE_COLORS } from './lib/look.js';
import { bars, graph, type Placed, stat, strips } from './lib/panel.js';
import { now, overTime } from './lib/query.js';
import { table, type ValueColumn } from './lib/table.js';
import {
  ANOMALY,
  CONFIDENCE,
  NONE_IS_GOOD,
  PROBABILITY,
  REACHED,
  RISK,
  SEVERITY,
  TIME_LEFT,
} from './lib/thresholds.js';

const RISK_NOW = 'server_profile:linborg_risk_score:max{profile=~"$profile"}';
/** The worst colour of each server: two linborgs may differ. */
const LEVEL = `max by (server, color) (server_color:linborg_risk_level:max{color="red"}
or server_color:linborg_risk_level:max{color="yellow"} unless on (server) server_color:linborg_risk_level:max{color="red"}
or server_color:linborg_risk_level:max{color="green"} unless on (server) server_color:linborg_risk_level:max{color=~"yellow|red"})`;
/** What ends at this moment although the dashboard looks ahead. */
const LATELY = '3h';

export function fleetDashboard(): BuiltDashboard {
  return dashboard({
    uid: 'linborg-fleet',
    title: 'Who is in danger?',
    description:
      'Every server with its risk, the reason, and the time that is left. Click a server to see what will happen to it.',
    // That of a server's dashboard, which is opened from here and keeps it.
    from: 'now-16h',
    to: 'now+8h',
    refresh: '1m',
    // What pages; a server's own dashboard has all of its alerts.
    alerts: `${OF_LINBORG}, severity="critical"`,
    variables: [
      { name: 'profile', label: 'Profile', query: 'label_values(linborg_risk_score, profile)', isMulti: true },
    ],
    rows: [
      { title: 'Now', panels: counts() },
      { title: 'Servers', panels: [riskTable(), heatStrip()] },
      { title: 'The next hours', panels: [riskAhead(), expectedBreaches()] },
      { title: 'Together', panels: [...together(), categories(), categoryScores()] },
    ],
  });
}

function counts(): Placed[] {
  return [
    ofColor('red', 'Servers with a risk above 70: somebody should look now.'),
    ofColor('yellow', 'Servers with a risk from 30 to 70: look when there is time.'),
    ofColor('green', 'Servers with a risk below 30: nothing to do.'),
    ...figures(),
  ];
}

function ofColor(color: 'red' | 'yellow' | 'green', description: string): Placed {
  return stat({
    title: { red: 'Red', yellow: 'Yellow', green: 'Green' }[color],
    description,
    unit: 'short',
    queries: [overTime(`color:linborg_servers:count{color="${color}"}`, color)],
    width: 3,
    // None is good news, whatever it is called.
    steps: ['green', [1, color]],
    lastOf: LATELY,
  });
}

/** What is said of the fleet as a whole. */
function figures(): Placed[] {
  return [
    stat({
      title: 'Mean risk',
      description: 'Mean risk score of all servers, 0 to 100. It moves when the fleet as a whole does.',
      unit: 'short',
      queries: [overTime('fleet:linborg_risk_score:avg', 'mean risk')],
      width: 3,
      decimals: 1,
      steps: RISK,
      lastOf: LATELY,
    }),
    stat({
      title: 'Breaches in 8 h',
      description:
        'Servers that are expected to breach a threshold anew within 8 hours: the sum of their probabilities. What is breached already does not count.',
      unit: 'short',
      queries: [overTime('horizon:linborg_incident_probability_ratio:sum{horizon="8h"}', 'servers')],
      width: 4,
      decimals: 1,
      steps: ['green', [1, 'yellow'], [5, 'red']],
      lastOf: LATELY,
    }),
    stat({
      title: 'Breached now',
      description: 'Servers with a metric at or beyond its threshold at this moment.',
      unit: 'short',
      queries: [overTime('fleet:linborg_breached_servers:count', 'servers')],
      width: 4,
      steps: NONE_IS_GOOD,
      lastOf: LATELY,
    }),
    stat({
      title: 'Cascade',
      description:
        'How clearly servers come under stress one after the other and move together, 0 to 1. From 0.5 on it is a cascade.',
      unit: 'short',
      queries: [overTime('fleet:linborg_cascade_score:max', 'score')],
      width: 4,
      decimals: 2,
      steps: ['green', [0.3, 'yellow'], [0.5, 'red']],
      lastOf: LATELY,
    }),
  ];
}

function riskTable(): Placed {
  return table({
    title: 'Risk by server',
    description:
      'Highest risk first. Level: the colour that alerts go by; it rises with the risk at once and falls ten minutes after it. Reason: the metric that explains most of the score, and how many of its points. Time left: until the median forecast reaches the nearest threshold; nothing means not within 8 hours. Breach: the probability of a new one.',
    width: 24,
    height: 11,
    lastOf: '1h',
    labels: [
      {
        label: 'server',
        title: 'Server',
        width: 130,
        link: {
          title: 'What will happen to ${__value.text}?',
          url: toServer('${__value.text}'),
        },
      },
      { label: 'profile', title: 'Profile', width: 150 },
      { label: 'metric', title: 'Reason', width: 160 },
      { label: 'color', title: 'Level', width: 80, colors: { green: 'green', yellow: 'yellow', red: 'red' } },
    ],
    values: riskColumns(),
    order: [
      'Server',
      'Profile',
      'Risk',
      'Level',
      'Highest in 8 h',
      'Reason',
      'Points',
      'Time left',
      'Breach in 1 h',
      'Breach in 8 h',
    ],
    hidden: ['is of this level'],
    sortBy: 'Risk',
  });
}

function riskColumns(): ValueColumn[] {
  const top = 'max by (server, metric) (topk by (server) (1, server_metric:linborg_risk_contribution:max))';
  const known = (expr: string) => `${expr} and on (server) ${RISK_NOW}`;
  return [
    {
      expr: `sort_desc(max by (server, profile) (${RISK_NOW}))`,
      title: 'Risk',
      unit: 'short',
      decimals: 0,
      steps: RISK,
      cell: 'background',
      width: 80,
    },
    {
      expr: known(LEVEL),
      title: 'is of this level',
      unit: 'none',
    },
    {
      expr: known(`max by (server) (max_over_time(linborg_future{metric="risk_score"}[8h] offset -8h))`),
      title: 'Highest in 8 h',
      unit: 'short',
      decimals: 0,
      steps: RISK,
      cell: 'text',
      width: 120,
    },
    { expr: known(top), title: 'Points', unit: 'short', decimals: 0, width: 80 },
    {
      expr: known('min by (server) (server_metric_level:linborg_time_to_threshold_seconds:min{level="p50"})'),
      title: 'Time left',
      unit: 's',
      decimals: 1,
      steps: TIME_LEFT,
      mappings: REACHED,
      cell: 'text',
      width: 110,
    },
    {
      expr: known('max by (server) (server_horizon:linborg_incident_probability_ratio:max{horizon="1h"})'),
      title: 'Breach in 1 h',
      unit: 'percentunit',
      decimals: 0,
      steps: PROBABILITY,
      cell: 'text',
      width: 110,
    },
    {
      expr: known('max by (server) (server_horizon:linborg_incident_probability_ratio:max{horizon="8h"})'),
      title: 'Breach in 8 h',
      unit: 'percentunit',
      decimals: 0,
      range: [0, 1],
      steps: PROBABILITY,
      cell: 'gauge',
    },
  ];
}

function heatStrip(): Placed {
  return strips({
    title: 'Risk by profile, past and future',
    description:
      'The highest risk in each profile: until now as it was, after now as it will be if things go as forecast. Green below 30, yellow to 70, red above.',
    unit: 'short',
    queries: [
      overTime(
        `max by (profile) (profile:linborg_risk_score:max{profile=~"$profile"})
or max by (profile) (linborg_future{metric="risk_score", profile=~"$profile"})`,
        '{{profile}}',
      ),
    ],
    width: 24,
    height: 8,
    min: 0,
    max: 100,
    decimals: 0,
    steps: RISK,
  });
}

function riskAhead(): Placed {
  return graph({
    title: 'The five servers most at risk',
    link: TO_ITS_SERVER,
    description:
      'Risk of the five servers that have the highest one now, and what it will be if things go as forecast (right of now).',
    unit: 'short',
    queries: [
      overTime(
        `(max by (server, profile) (server_profile:linborg_risk_score:max)
  or max by (server, profile) (linborg_future{metric="risk_score"}))
and on (server) topk(5, last_over_time(${RISK_NOW}[9h] @ end()))`,
        '{{server}}',
      ),
    ],
    width: 14,
    min: 0,
    max: 100,
    steps: RISK,
    showsSteps: true,
  });
}

function expectedBreaches(): Placed {
  return bars({
    title: 'Servers expected to breach a threshold',
    description: 'Sum of the calibrated probabilities of all servers, by how far ahead: 1.5 means one or two servers.',
    unit: 'short',
    queries: [now('sort(horizon:linborg_incident_probability_ratio:sum)', 'within {{horizon}}')],
    width: 10,
    min: 0,
    decimals: 1,
    steps: ['green', [1, 'yellow'], [5, 'red']],
    lastOf: '1h',
  });
}

function together(): Placed[] {
  return [
    graph({
      title: 'Servers under stress that nothing forecast',
      description:
        'Servers that are on the bad side of what was forecast, beside how many usually are. Many more than usual at once: something that they share is wrong.',
      unit: 'short',
      queries: [
        overTime('max(linborg_stressed_servers)', 'under stress'),
        overTime('max(linborg_stressed_servers_usual)', 'usually'),
        overTime('fleet:linborg_cascade_servers:max', 'in the cascade'),
      ],
      width: 9,
      lastOf: '8h',
      overrides: [
        { series: 'under stress', properties: inColor('orange') },
        { series: 'usually', properties: inColor('blue') },
        { series: 'in the cascade', properties: inColor('red') },
      ],
    }),
    bars({
      title: 'Farthest from what was forecast, last hour',
      link: TO_ITS_SERVER,
      description:
        'The ten metrics that were farthest outside of the interval that was forecast for them within the last hour, in half-widths of p10 to p90. 1 is the edge.',
      unit: 'short',
      queries: [
        now('sort_desc(topk(10, max_over_time(server_metric:linborg_anomaly_score:max[1h])))', '{{server}} {{metric}}'),
      ],
      width: 9,
      min: 0,
      decimals: 1,
      steps: ANOMALY,
      lastOf: '1h',
    }),
    bars({
      title: 'Servers by state',
      description:
        'Those that are ok and warming are fine; stale ones are silent, those with gaps have too few samples for a forecast, those in maintenance do not page.',
      unit: 'short',
      queries: [now('sort_desc(state:linborg_servers:max)', '{{state}}')],
      width: 6,
      min: 0,
      lastOf: '1h',
      overrides: byName(STATE_COLORS),
    }),
  ];
}

/** A linborg that has just started judges categories after half an hour; until then what was judged before it counts. */
const JUDGED_WITHIN = '40m';
/** The severity that was told with the last score, and none that was over by then. */
const SEVERITY_WITH_SCORE = `max by (category, severity) (
  max_over_time(timestamp(linborg_category_anomaly)[${JUDGED_WITHIN}:1m])
  >= on (category, job, instance) group_left ()
  max_over_time(timestamp(linborg_category_anomaly_score)[${JUDGED_WITHIN}:1m])
)`;

function categories(): Placed {
  return table({
    title: 'Categories',
    description:
      'Whether the last hour of the servers, of the services and of the AI engines, as a whole, was what was forecast. Severity: nothing means no anomaly. From a confidence of 99 % on it is no coincidence. After a restart of linborg, all three are those that were judged last, at most 40 minutes before. Which series, and what to do: /anomalies of linborg.',
    width: 12,
    height: 7,
    lastOf: '1h',
    nothing: 'known half an hour after the start',
    labels: [
      { label: 'category', title: 'Category', width: 150 },
      {
        label: 'severity',
        title: 'Severity',
        width: 100,
        colors: { low: 'blue', medium: 'yellow', high: 'orange', critical: 'red' },
      },
    ],
    values: [
      {
        expr: `max by (category) (last_over_time(linborg_category_anomaly_score[${JUDGED_WITHIN}]))`,
        title: 'Score',
        unit: 'short',
        decimals: 2,
        steps: SEVERITY,
        cell: 'text',
        width: 80,
      },
      {
        expr: `max by (category) (last_over_time(linborg_category_anomaly_confidence_ratio[${JUDGED_WITHIN}]))`,
        title: 'Confidence',
        unit: 'percentunit',
        decimals: 0,
        range: [0, 1],
        steps: CONFIDENCE,
        cell: 'gauge',
      },
      { expr: SEVERITY_WITH_SCORE, title: 'is anomalous', unit: 'none' },
    ],
    order: ['Category', 'Severity', 'Score', 'Confidence'],
    hidden: ['is anomalous'],
    sortBy: 'Score',
  });
}

function categoryScores(): Placed {
  return graph({
    title: 'How far categories are from what was forecast',
    description:
      'Depth and breadth together, 0 to 1, over the last hour at each moment. An anomaly is low below 0.15, medium below 0.3, high below 0.6, critical above; whether it is one is said by the confidence.',
    unit: 'short',
    queries: [overTime('max by (category) (linborg_category_anomaly_score)', '{{category}}')],
    width: 12,
    height: 7,
    min: 0,
    max: 1,
    decimals: 2,
    steps: SEVERITY,
    showsSteps: true,
    lastOf: '8h',
  });
}
