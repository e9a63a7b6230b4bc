/** Are the services well, and do the queues empty? An overview, and the same for one service. */
import { MappingType, type ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';
import { type BuiltDashboard, dashboard } from './lib/dashboard.js';
import { toService } from './lib/links.js';
import { dashed } from './lib/look.js';
import { bars, graph, type Placed, stat } from './lib/panel.js';
import { now, overTime } from './lib/query.js';
import { table } from './lib/table.js';
import { FAILURES, SUCCESSES, YES_IS_GOOD } from './lib/thresholds.js';

const HEALTH: readonly ValueMapping[] = [
  { type: MappingType.ValueToText, options: { 0: { text: 'not healthy' }, 1: { text: 'healthy' } } },
];
const RANGE = { from: 'now-1h', to: 'now', refresh: '30s' } as const;

/** All services side by side. */
export function servicesDashboard(): BuiltDashboard {
  return dashboard({
    uid: 'linborg-services',
    title: 'Are the services well?',
    description:
      'The services of a processing pipeline side by side, their queues and their workers. Click a service for more of it.',
    ...RANGE,
    alerts: 'service!=""',
    rows: [
      { title: 'In short', panels: headline() },
      { title: 'Services', panels: [overview(), rateBy(), errorsBy(), latencyBy()] },
      { title: 'Queues and workers', panels: [queues(), queueTrend(), workers(), queuesAhead(), load()] },
    ],
  });
}

/** The same for one service. */
export function serviceDashboard(): BuiltDashboard {
  return dashboard({
    uid: 'linborg-service',
    title: 'Is this service well?',
    description: 'One service of the pipeline: health, rate, errors, latency, its queue and its workers.',
    ...RANGE,
    alerts: 'service="$service"',
    overview: { title: 'All services', uid: 'linborg-services' },
    variables: [
      { name: 'service', label: 'Service', query: 'label_values(service_instance:health_status:min, service)' },
    ],
    rows: [
      { title: 'In short', panels: figures('{service="$service"}') },
      { title: 'Messages and requests', panels: ofService() },
    ],
  });
}

function headline(): Placed[] {
  return [
    stat({
      title: 'Healthy services',
      description: 'Share of the instances that say that they are healthy.',
      unit: 'percentunit',
      queries: [overTime('avg(service_instance:health_status:min)', 'healthy')],
      width: 4,
      decimals: 0,
      steps: SUCCESSES,
    }),
    stat({
      title: 'Processing rate',
      description: 'Messages per second that all services process together.',
      unit: 'mps',
      queries: [overTime('sum(service:messages_processed:rate5m)', 'messages')],
      width: 4,
      decimals: 1,
      steps: ['blue'],
    }),
    stat({
      title: 'Success rate',
      description: 'Share of the jobs that ended well.',
      unit: 'percentunit',
      queries: [
        overTime(
          'sum(service:jobs_completed:rate5m) / (sum(service:jobs_completed:rate5m) + sum(service:jobs_failed:rate5m))',
          'ended well',
        ),
      ],
      width: 4,
      decimals: 1,
      steps: SUCCESSES,
    }),
    stat({
      title: 'Average duration',
      description: 'Mean time for a message, over all services by how many messages each has.',
      unit: 's',
      queries: [
        overTime(
          'sum(service:processing_duration_seconds:avg_rate5m * service:messages_processed:rate5m) / sum(service:messages_processed:rate5m)',
          'duration',
        ),
      ],
      width: 4,
      steps: ['blue'],
    }),
    stat({
      title: 'Queue depth',
      description: 'Messages that wait in all queues together.',
      unit: 'short',
      queries: [overTime('sum(queue:length:max)', 'waiting')],
      width: 4,
      decimals: 0,
      steps: ['blue'],
    }),
    stat({
      title: 'Active workers',
      description: 'Tasks that workers execute at this moment.',
      unit: 'short',
      queries: [overTime('sum(flower_worker_number_of_currently_executing_tasks)', 'active')],
      width: 4,
      steps: ['blue'],
    }),
  ];
}

function overview(): Placed {
  return table({
    title: 'Service by service',
    description:
      'Health, messages per second, share of failures, the slowest of twenty messages and HTTP requests. A click leads to the service.',
    width: 24,
    height: 7,
    labels: [
      {
        label: 'service',
        title: 'Service',
        link: {
          title: 'More of ${__value.text}',
          url: toService('${__value.text}'),
        },
      },
    ],
    values: [
      {
        expr: 'min by (service) (service_instance:health_status:min)',
        title: 'Health',
        unit: 'none',
        mappings: HEALTH,
        steps: YES_IS_GOOD,
      },
      { expr: 'max by (service) (service:messages_processed:rate5m)', title: 'Messages', unit: 'mps', decimals: 1 },
      {
        expr: 'max by (service) (service:errors_per_message:ratio_rate5m)',
        title: 'Failures',
        unit: 'percentunit',
        decimals: 1,
        steps: FAILURES,
      },
      { expr: 'max by (service) (service:processing_duration_seconds:avg_rate5m)', title: 'Mean', unit: 's' },
      { expr: 'max by (service) (service:processing_duration_seconds:p95_rate5m)', title: 'p95', unit: 's' },
      { expr: 'max by (service) (service:http_requests:rate5m)', title: 'Requests', unit: 'reqps', decimals: 1 },
      {
        expr: 'max by (service) (service_instance:memory_usage_bytes:max)',
        title: 'Memory',
        unit: 'bytes',
        decimals: 0,
      },
    ],
  });
}

function rateBy(): Placed {
  return graph({
    title: 'Messages per second',
    description:
      'Messages that each service processes. A service that falls to nothing is stuck, or nobody gives it work.',
    unit: 'mps',
    queries: [overTime('service:messages_processed:rate5m', '{{service}}')],
    width: 8,
  });
}

function errorsBy(): Placed {
  return graph({
    title: 'Failures',
    description: 'Share of the messages that failed. The alert HighErrorRate comes at 5 %.',
    unit: 'percentunit',
    queries: [overTime('service:errors_per_message:ratio_rate5m', '{{service}}')],
    width: 8,
    steps: ['green', [0.05, 'red']],
    showsSteps: true,
  });
}

function latencyBy(): Placed {
  return graph({
    title: 'Time for a message, p95',
    description: 'Nineteen of twenty messages are faster. The alert MessageProcessingLag comes at 5 s.',
    unit: 's',
    queries: [overTime('service:processing_duration_seconds:p95_rate5m', '{{service}}')],
    width: 8,
  });
}

function queues(): Placed {
  return graph({
    title: 'Messages that wait',
    description: 'Length of each queue. One that only grows needs more workers, or a look at why they are slow.',
    unit: 'short',
    queries: [overTime('queue:length:max', '{{queue}}')],
    width: 8,
  });
}

function queueTrend(): Placed {
  return bars({
    title: 'Queues against an hour before',
    description:
      'How much longer each queue is than an hour before: 50 % is half as much again, below 0 it is shorter.',
    unit: 'percentunit',
    queries: [now('sort_desc(queue:length:rise_ratio1h)', '{{queue}}')],
    width: 8,
    min: -1,
    max: 2,
    decimals: 0,
    steps: ['green', [0.25, 'yellow'], [1, 'red']],
  });
}

/** Of the extra target `queue_depth`, by that name in the pack `celery`. */
function queuesAhead(): Placed {
  const forecast = (horizon: string, level: string) =>
    `max by (server) (linborg_forecast_value{metric="queue_depth", horizon="${horizon}", level="${level}"})`;
  const column = { unit: 'short', decimals: 0, width: 100 };
  return table({
    title: 'Queues ahead',
    description:
      'What each queue is forecast to hold: p50 is the expectation, p90 is passed in one case of ten. Needs the extra target queue_depth, as the target pack celery has it.',
    width: 12,
    height: 6,
    nothing: 'no extra target queue_depth is configured',
    labels: [{ label: 'server', title: 'Queue' }],
    values: [
      { ...column, title: 'Now', expr: 'max by (server) (linborg_metric_value{metric="queue_depth"})' },
      { ...column, title: 'In 1 h', expr: forecast('1h', 'p50') },
      { ...column, title: 'p90', expr: forecast('1h', 'p90') },
      { ...column, title: 'In 4 h', expr: forecast('4h', 'p50') },
      { ...column, title: 'In 8 h', expr: forecast('8h', 'p50') },
    ],
    sortBy: 'In 1 h',
  });
}

function workers(): Placed {
  return graph({
    title: 'Workers',
    description: 'Workers that are online, and tasks that they execute. When both are equal, work is waiting.',
    unit: 'short',
    queries: [
      overTime('sum(flower_worker_online)', 'online'),
      overTime('sum(flower_worker_number_of_currently_executing_tasks)', 'active'),
    ],
    width: 8,
    overrides: [{ series: 'online', properties: dashed('blue') }],
  });
}

function load(): Placed {
  return bars({
    title: 'Load of the workers',
    description: 'Share of the workers that have something to do. Near 100 % the queue grows.',
    unit: 'percentunit',
    queries: [
      now('sort_desc(flower_worker_number_of_currently_executing_tasks / (flower_worker_online > 0))', '{{worker}}'),
    ],
    width: 12,
    height: 6,
    min: 0,
    max: 1,
    decimals: 0,
    steps: ['green', [0.8, 'yellow'], [0.95, 'red']],
  });
}

/** @param of the label matchers of the service */
function figures(of: string): Placed[] {
  return [
    stat({
      title: 'Health',
      description: 'What the worst instance says of itself.',
      unit: 'none',
      queries: [now(`min(service_instance:health_status:min${of})`, 'health')],
      width: 4,
      mappings: HEALTH,
      steps: YES_IS_GOOD,
      isPlain: true,
    }),
    stat({
      title: 'Messages per second',
      description: 'Messages that it processes.',
      unit: 'mps',
      queries: [overTime(`service:messages_processed:rate5m${of}`, 'messages')],
      width: 4,
      decimals: 1,
      steps: ['blue'],
    }),
    stat({
      title: 'Success rate',
      description: 'Share of its jobs that ended well.',
      unit: 'percentunit',
      queries: [overTime(`service:jobs_completed:ratio_rate5m${of}`, 'ended well')],
      width: 4,
      decimals: 1,
      steps: SUCCESSES,
    }),
    stat({
      title: 'Average duration',
      description: 'Mean time for a message.',
      unit: 's',
      queries: [overTime(`service:processing_duration_seconds:avg_rate5m${of}`, 'duration')],
      width: 4,
      steps: ['blue'],
    }),
    stat({
      title: 'Queue depth',
      description: 'Messages that wait in the queue of its name.',
      unit: 'short',
      queries: [overTime('queue:length:max{queue="$service"}', 'waiting')],
      width: 4,
      steps: ['blue'],
    }),
    stat({
      title: 'Queue, rise in 1 h',
      description: 'How much longer the queue is than an hour before; below 0 it is shorter.',
      unit: 'percentunit',
      queries: [overTime('queue:length:rise_ratio1h{queue="$service"}', 'trend')],
      width: 4,
      decimals: 0,
      steps: ['green', [0.25, 'yellow'], [1, 'red']],
    }),
  ];
}

function ofService(): Placed[] {
  const of = '{service="$service"}';
  return [
    graph({
      title: 'Messages and failures',
      description: 'Messages per second that it processes, and those that fail.',
      unit: 'mps',
      queries: [
        overTime(`service:messages_processed:rate5m${of}`, 'processed'),
        overTime(`service:errors:rate5m${of}`, 'failed'),
      ],
      width: 12,
      overrides: [{ series: 'failed', properties: dashed('red') }],
    }),
    graph({
      title: 'Time for a message',
      description: 'The mean, and what nineteen of twenty messages are faster than.',
      unit: 's',
      queries: [
        overTime(`service:processing_duration_seconds:avg_rate5m${of}`, 'mean'),
        overTime(`service:processing_duration_seconds:p95_rate5m${of}`, 'p95'),
      ],
      width: 12,
    }),
    graph({
      title: 'Requests by status',
      description: 'HTTP requests per second, by the status of the answer. 5xx are failures of the service.',
      unit: 'reqps',
      queries: [overTime(`service_status:http_requests:rate5m${of}`, '{{status}}')],
      width: 12,
      isStacked: true,
    }),
    graph({
      title: 'Time for a request, p95',
      description: 'Nineteen of twenty requests are faster. The alert HighRequestLatency comes at 1 s.',
      unit: 's',
      queries: [overTime(`service:http_request_duration_seconds:p95_rate5m${of}`, 'p95')],
      width: 12,
    }),
    graph({
      title: 'Messages that wait',
      description: 'Length of the queue of its name.',
      unit: 'short',
      queries: [overTime('queue:length:max{queue="$service"}', 'waiting')],
      width: 12,
    }),
    graph({
      title: 'Memory',
      description: 'Memory in use by instance. The alert HighMemoryUsage comes at 2 GiB.',
      unit: 'bytes',
      queries: [overTime(`service_instance:memory_usage_bytes:max${of}`, '{{instance}}')],
      width: 12,
    }),
  ];
}
