/** Are the services well, and do the queues empty? An overview, and the same for one service. */
import { MappingType, type ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';
import { type BuiltDashboard, dashboard } from './lib/dashboard.js';
import { toService } from './lib/links.js';
import { dashed, inColor } from './lib/look.js';
import { bars, graph, type Placed, stat } from './lib/panel.js';
import { now, overTime } from './lib/query.js';
import { table, type ValueColumn } from './lib/table.js';
import { FAILURES, LOAD, RISE, SUCCESSES, YES_IS_GOOD } from './lib/thresholds.js';

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
      { title: 'In short', panels: figures(OF_ALL) },
      { title: 'Services', panels: [overview(), ...byService()] },
      { title: 'Queues', panels: [queues(), queueTrend(), queuesAhead()] },
      { title: 'Workers and load', panels: [workers(OF_ALL), load(OF_ALL), inWorkBy()] },
    ],
  });
}

/** The same for one service. */
export function serviceDashboard(): BuiltDashboard {
  return dashboard({
    uid: 'linborg-service',
    title: 'Is this service well?',
    description: 'One service of the pipeline: health, rate, errors, latency, its queue, its workers and their load.',
    ...RANGE,
    alerts: 'service="$service"',
    overview: { title: 'All services', uid: 'linborg-services' },
    variables: [
      { name: 'service', label: 'Service', query: 'label_values(service_instance:health_status:min, service)' },
    ],
    rows: [
      { title: 'In short', panels: figures(OF_ONE) },
      { title: 'Requests', panels: requestsOfService() },
      { title: 'Messages', panels: messagesOfService() },
      { title: 'Queue, workers and load', panels: [queueOfService(), workers(OF_ONE), load(OF_ONE)] },
    ],
  });
}

/** What the panels that both dashboards have are about. */
interface Scope {
  /** Matchers of the services, of their queues, and of their workers. */
  readonly services: string;
  readonly queues: string;
  readonly workers: string;
  /** How their workers are told, as a sentence. */
  readonly whichWorkers: string;
}

const OF_ALL: Scope = { services: '', queues: '', workers: '', whichWorkers: 'All that flower knows.' };
const OF_ONE: Scope = {
  services: '{service="$service"}',
  queues: '{queue="$service"}',
  // celery@orders-1, orders@host, worker-orders; not preorders.
  workers: '{worker=~"(.*[^a-zA-Z0-9])?$service([^a-zA-Z].*)?"}',
  whichWorkers: 'Those with the name of the service in theirs, as celery@orders-1.',
};

function figures(scope: Scope): Placed[] {
  return [...requestFigures(scope), ...messageFigures(scope), ...queueFigures(scope), ...workerFigures(scope)];
}

const FIGURE = { width: 4 } as const;

function requestFigures({ services }: Scope): Placed[] {
  const requests = `service:http_requests:rate5m${services}`;
  return [
    stat({
      ...FIGURE,
      title: 'Health',
      description: 'Whether the services say that they are healthy: what the worst instance says.',
      unit: 'none',
      queries: [now(`min(service_instance:health_status:min${services})`, 'health')],
      mappings: HEALTH,
      steps: YES_IS_GOOD,
      isPlain: true,
    }),
    stat({
      ...FIGURE,
      title: 'Request rate',
      description: 'HTTP requests per second that were answered.',
      unit: 'reqps',
      queries: [overTime(`sum(${requests})`, 'requests')],
      decimals: 1,
      steps: ['blue'],
    }),
    stat({
      ...FIGURE,
      title: 'Request errors',
      description: 'Share of the HTTP requests that were answered with a status from 500 on.',
      unit: 'percentunit',
      queries: [
        overTime(`sum(service:http_errors:ratio_rate5m${services} * ${requests}) / (sum(${requests}) > 0)`, 'errors'),
      ],
      decimals: 1,
      steps: FAILURES,
    }),
    stat({
      ...FIGURE,
      title: 'Latency, p95',
      description:
        'Nineteen of twenty HTTP requests are faster; of several services, the slowest. The alert HighRequestLatency comes at 1 s.',
      unit: 's',
      queries: [overTime(`max(service:http_request_duration_seconds:p95_rate5m${services})`, 'p95')],
      steps: ['green', [0.5, 'yellow'], [1, 'red']],
    }),
  ];
}

function messageFigures({ services }: Scope): Placed[] {
  const messages = `service:messages_processed:rate5m${services}`;
  const [completed, failed] = [`service:jobs_completed:rate5m${services}`, `service:jobs_failed:rate5m${services}`];
  return [
    stat({
      ...FIGURE,
      title: 'Processing rate',
      description: 'Messages per second that are processed.',
      unit: 'mps',
      queries: [overTime(`sum(${messages})`, 'messages')],
      decimals: 1,
      steps: ['blue'],
    }),
    stat({
      ...FIGURE,
      title: 'Success rate',
      description: 'Share of the jobs that ended well; where nobody counts failures, all of them.',
      unit: 'percentunit',
      queries: [
        overTime(`sum(${completed}) / ((sum(${completed}) + sum(${failed}) or sum(${completed})) > 0)`, 'ended well'),
      ],
      decimals: 1,
      steps: SUCCESSES,
    }),
    stat({
      ...FIGURE,
      title: 'Average duration',
      description: 'Mean time for a message; of several services, by how many messages each has.',
      unit: 's',
      queries: [
        overTime(
          `sum(service:processing_duration_seconds:avg_rate5m${services} * ${messages}) / (sum(${messages}) > 0)`,
          'duration',
        ),
      ],
      steps: ['blue'],
    }),
  ];
}

function queueFigures({ queues }: Scope): Placed[] {
  const depth = `sum(queue:length:max${queues})`;
  return [
    stat({
      ...FIGURE,
      title: 'Queue depth',
      description: 'Messages that wait. The queue of a service has its name.',
      unit: 'short',
      queries: [overTime(depth, 'waiting')],
      decimals: 0,
      steps: ['blue'],
    }),
    stat({
      ...FIGURE,
      title: 'Queue, rise in 1 h',
      description: 'How much more waits than an hour before: 50 % is half as much again, below 0 it is less.',
      unit: 'percentunit',
      queries: [overTime(`${depth} / (sum(queue:length:max${queues} offset 1h) > 0) - 1`, 'trend')],
      decimals: 0,
      steps: RISE,
    }),
  ];
}

function workerFigures({ services, workers: of, whichWorkers }: Scope): Placed[] {
  return [
    stat({
      ...FIGURE,
      title: 'Active workers',
      description: `Workers that execute a task at this moment. ${whichWorkers}`,
      unit: 'short',
      queries: [
        overTime(`count(worker:tasks_executing:max${of} > 0) or 0 * count(worker:tasks_executing:max${of})`, 'active'),
      ],
      decimals: 0,
      steps: ['blue'],
    }),
    stat({
      ...FIGURE,
      title: 'Load',
      description: `Share of the workers that have something to do. Near 100 % the queue grows. ${whichWorkers}`,
      unit: 'percentunit',
      queries: [overTime(`avg(worker:tasks_executing:max${of} > bool 0)`, 'load')],
      decimals: 0,
      steps: LOAD,
    }),
    stat({
      ...FIGURE,
      title: 'Messages in work',
      description:
        'How many messages are in work at once, on average: rate times mean duration. So many workers are needed at least.',
      unit: 'short',
      queries: [overTime(`sum(service:messages_in_work:avg_rate5m${services})`, 'in work')],
      decimals: 1,
      steps: ['blue'],
    }),
  ];
}

function overview(): Placed {
  return table({
    title: 'Service by service',
    description:
      'Health, HTTP requests with the share that failed and the slowest of twenty, messages with the share of jobs that ended well, their mean time and how many are in work at once, the queue and how much longer it is than an hour before. A click leads to the service.',
    width: 24,
    height: 7,
    labels: [
      {
        label: 'service',
        title: 'Service',
        link: { title: 'More of ${__value.text}', url: toService('${__value.text}') },
      },
    ],
    values: [...requestColumns(), ...messageColumns(), ...queueColumns()],
  });
}

function requestColumns(): ValueColumn[] {
  return [
    {
      expr: 'min by (service) (service_instance:health_status:min)',
      title: 'Health',
      unit: 'none',
      mappings: HEALTH,
      steps: YES_IS_GOOD,
    },
    { expr: 'max by (service) (service:http_requests:rate5m)', title: 'Requests', unit: 'reqps', decimals: 1 },
    {
      expr: 'max by (service) (service:http_errors:ratio_rate5m)',
      title: 'Errors',
      unit: 'percentunit',
      decimals: 1,
      steps: FAILURES,
    },
    { expr: 'max by (service) (service:http_request_duration_seconds:p95_rate5m)', title: 'Latency p95', unit: 's' },
  ];
}

function messageColumns(): ValueColumn[] {
  return [
    { expr: 'max by (service) (service:messages_processed:rate5m)', title: 'Messages', unit: 'mps', decimals: 1 },
    {
      expr: 'max by (service) (service:jobs_completed:ratio_rate5m)',
      title: 'Success',
      unit: 'percentunit',
      decimals: 1,
      steps: SUCCESSES,
    },
    { expr: 'max by (service) (service:processing_duration_seconds:avg_rate5m)', title: 'Mean time', unit: 's' },
    { expr: 'max by (service) (service:messages_in_work:avg_rate5m)', title: 'In work', unit: 'short', decimals: 1 },
  ];
}

/** Of the queues with the name of a service. */
function queueColumns(): ValueColumn[] {
  const ofService = (expr: string) =>
    `label_replace(${expr}, "service", "$1", "queue", "(.+)") and on (service) service_instance:health_status:min`;
  return [
    { expr: `max by (service) (${ofService('queue:length:max')})`, title: 'Queue', unit: 'short', decimals: 0 },
    {
      expr: `max by (service) (${ofService('queue:length:rise_ratio1h')})`,
      title: 'Rise in 1 h',
      unit: 'percentunit',
      decimals: 0,
      steps: RISE,
    },
    {
      expr: 'max by (service) (service_instance:memory_usage_bytes:max)',
      title: 'Memory',
      unit: 'bytes',
      decimals: 0,
    },
  ];
}

/** A line for each service: requests above, messages below. */
function byService(): Placed[] {
  return [
    graph({
      title: 'Requests per second',
      description:
        'HTTP requests that each service answers. A step down is a client that has gone, or a door that is closed.',
      unit: 'reqps',
      queries: [overTime('service:http_requests:rate5m', '{{service}}')],
      width: 8,
    }),
    graph({
      title: 'Errors of requests',
      description:
        'Share of the HTTP requests that were answered with a status from 500 on. The alert HighAPIErrorRate comes at 5 %.',
      unit: 'percentunit',
      queries: [overTime('service:http_errors:ratio_rate5m', '{{service}}')],
      width: 8,
      steps: ['green', [0.05, 'red']],
      showsSteps: true,
    }),
    graph({
      title: 'Time for a request, p95',
      description: 'Nineteen of twenty HTTP requests are faster. The alert HighRequestLatency comes at 1 s.',
      unit: 's',
      queries: [overTime('service:http_request_duration_seconds:p95_rate5m', '{{service}}')],
      width: 8,
      steps: ['green', [1, 'red']],
      showsSteps: true,
    }),
    graph({
      title: 'Messages per second',
      description:
        'Messages that each service processes. A service that falls to nothing is stuck, or nobody gives it work.',
      unit: 'mps',
      queries: [overTime('service:messages_processed:rate5m', '{{service}}')],
      width: 8,
    }),
    graph({
      title: 'Messages that failed',
      description: 'Share of the messages that failed. The alert HighErrorRate comes at 5 %.',
      unit: 'percentunit',
      queries: [overTime('service:errors_per_message:ratio_rate5m', '{{service}}')],
      width: 8,
      steps: ['green', [0.05, 'red']],
      showsSteps: true,
    }),
    graph({
      title: 'Time for a message, p95',
      description: 'Nineteen of twenty messages are faster. The alert MessageProcessingLag comes at 5 s.',
      unit: 's',
      queries: [overTime('service:processing_duration_seconds:p95_rate5m', '{{service}}')],
      width: 8,
      steps: ['green', [5, 'red']],
      showsSteps: true,
    }),
  ];
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
    steps: RISE,
  });
}

/** Of the extra target `queue_depth`, by that name in the pack `celery`. */
function queuesAhead(): Placed {
  const forecast = (horizon: string, level: string) =>
    `max by (server) (linborg_forecast_value{metric="queue_depth", horizon="${horizon}", level="${level}"})`;
  const column = { unit: 'short', decimals: 0, width: 74 };
  return table({
    title: 'Queues ahead',
    description:
      'What each queue is forecast to hold: p50 is the expectation, p90 is passed in one case of ten. Needs the extra target queue_depth, as the target pack celery has it.',
    width: 8,
    height: 8,
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

function workers({ workers: of, whichWorkers }: Scope): Placed {
  return graph({
    title: 'Workers',
    description: `Workers that are online, and those of them that execute a task. When both are equal, work is waiting. ${whichWorkers}`,
    unit: 'short',
    queries: [
      overTime(`count(worker:tasks_executing:max${of})`, 'online'),
      overTime(`count(worker:tasks_executing:max${of} > 0) or 0 * count(worker:tasks_executing:max${of})`, 'active'),
    ],
    width: 8,
    decimals: 0,
    overrides: [{ series: 'online', properties: dashed('blue') }],
  });
}

function load({ workers: of, whichWorkers }: Scope): Placed {
  return graph({
    title: 'Load of the workers',
    description: `Share of the workers that have something to do. Near 100 % the queue grows. ${whichWorkers}`,
    unit: 'percentunit',
    queries: [overTime(`avg(worker:tasks_executing:max${of} > bool 0)`, 'load')],
    width: 8,
    min: 0,
    max: 1,
    steps: LOAD,
    showsSteps: true,
  });
}

function inWorkBy(): Placed {
  return graph({
    title: 'Messages in work by service',
    description:
      'How many messages each service has in work at once, on average: rate times mean duration. What it needs of the workers.',
    unit: 'short',
    queries: [overTime('service:messages_in_work:avg_rate5m', '{{service}}')],
    width: 8,
    isStacked: true,
    min: 0,
  });
}

function requestsOfService(): Placed[] {
  const of = OF_ONE.services;
  return [
    graph({
      title: 'Requests by status',
      description: 'HTTP requests per second, by the status of the answer. 5xx are failures of the service.',
      unit: 'reqps',
      queries: [overTime(`service_status:http_requests:rate5m${of}`, '{{status}}')],
      width: 12,
      isStacked: true,
      // Green is good: what the service refuses is the client's fault, what it fails at is its own.
      overrides: [
        { series: '/^[23]/', properties: inColor('green') },
        { series: '/^4/', properties: inColor('yellow') },
        { series: '/^5/', properties: inColor('red') },
      ],
    }),
    graph({
      title: 'Time for a request, p95',
      description: 'Nineteen of twenty HTTP requests are faster. The alert HighRequestLatency comes at 1 s.',
      unit: 's',
      queries: [overTime(`service:http_request_duration_seconds:p95_rate5m${of}`, 'p95')],
      width: 12,
      steps: ['green', [1, 'red']],
      showsSteps: true,
    }),
  ];
}

function messagesOfService(): Placed[] {
  const of = OF_ONE.services;
  return [
    graph({
      title: 'Messages and failures',
      description: 'Messages per second that it processes, and those that fail.',
      unit: 'mps',
      queries: [
        overTime(`service:messages_processed:rate5m${of}`, 'processed'),
        overTime(`service:errors:rate5m${of}`, 'failed'),
      ],
      width: 8,
      overrides: [{ series: 'failed', properties: dashed('red') }],
    }),
    graph({
      title: 'Time for a message',
      description:
        'The mean, and what nineteen of twenty messages are faster than. The alert MessageProcessingLag comes at 5 s.',
      unit: 's',
      queries: [
        overTime(`service:processing_duration_seconds:avg_rate5m${of}`, 'mean'),
        overTime(`service:processing_duration_seconds:p95_rate5m${of}`, 'p95'),
      ],
      width: 8,
      steps: ['green', [5, 'red']],
      showsSteps: true,
    }),
    graph({
      title: 'Memory',
      description: 'Memory in use by instance. The alert HighMemoryUsage comes at 2 GiB.',
      unit: 'bytes',
      queries: [overTime(`service_instance:memory_usage_bytes:max${of}`, '{{instance}}')],
      width: 8,
      steps: ['green', [2 ** 31, 'red']],
      showsSteps: true,
    }),
  ];
}

function queueOfService(): Placed {
  return graph({
    title: 'Messages that wait',
    description: 'Length of the queue of its name; dashed, as it was an hour before.',
    unit: 'short',
    queries: [
      overTime('queue:length:max{queue="$service"}', 'waiting'),
      overTime('queue:length:max{queue="$service"} offset 1h', 'an hour before'),
    ],
    width: 8,
    overrides: [{ series: 'an hour before', properties: dashed('orange') }],
  });
}
