/** What a simulated service shows to Prometheus: its own metrics, HTTP, and its queue as redis_exporter and flower tell of it. */
import { activeWorkersAt, activityAt, messagesUntil, queueLengthAt, type SimulatedService } from './service.js';

/** Upper bounds of the buckets, in seconds. */
const BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;
/** Requests per message: each is asked for, and looked at. */
const REQUESTS_PER_MESSAGE = 2;
const REQUEST_SECONDS_SHARE = 0.5;
/** Messages in which something is missing or makes no sense. */
const FAULTY_SHARE = 0.001;

/** The page at a moment (epoch seconds), in Prometheus' text format. */
export function servicePage(service: SimulatedService, at: number): string {
  const { name, errorRatio, meanSeconds, memoryBytes } = service;
  const messages = Math.floor(messagesUntil(service, at));
  const failed = Math.floor(messages * errorRatio);
  const activity = activityAt(service, at);
  const queue = `{key="${name}"}`;
  return [
    gauge(`${name}_health_status`, 'Whether the service is healthy, 1 or 0.', '', 1),
    counter(`${name}_messages_processed_total`, 'Messages processed.', [['', messages - failed]]),
    counter(`${name}_errors_total`, 'Messages that failed.', [['', failed]]),
    histogram(`${name}_processing_duration_seconds`, 'Time for a message.', messages, meanSeconds),
    gauge(`${name}_memory_usage_bytes`, 'Memory in use.', '', Math.round(memoryBytes * (0.9 + 0.1 * activity))),
    gauge(`${name}_active_connections`, 'Open connections.', '', Math.round(8 + 12 * activity)),
    counter('http_requests_total', 'Requests answered.', [
      ['{status="200"}', REQUESTS_PER_MESSAGE * (messages - failed)],
      ['{status="503"}', REQUESTS_PER_MESSAGE * failed],
    ]),
    histogram(
      'http_request_duration_seconds',
      'Time for a request.',
      REQUESTS_PER_MESSAGE * messages,
      meanSeconds * REQUEST_SECONDS_SHARE,
    ),
    counter('data_quality_issues_total', 'Faults found in messages.', [['', Math.floor(messages * FAULTY_SHARE)]]),
    counter(`${name}_jobs_completed_total`, 'Jobs completed.', [['', messages - failed]]),
    counter(`${name}_jobs_failed_total`, 'Jobs that failed.', [['', failed]]),
    gauge('redis_key_size', 'The length or size of "key"', queue, queueLengthAt(service, at)),
    ...workersAt(service, at),
  ].join('');
}

/** Each worker executes one task at a time, and the first ones are busy first. */
function workersAt(service: SimulatedService, at: number): string[] {
  const active = activeWorkersAt(service, at);
  const numbers = Array.from({ length: service.workers }, (_, i) => i + 1);
  const ofEach = (name: string, help: string, ofNumber: (number: number) => number) =>
    gauges(
      name,
      help,
      numbers.map((number) => [`{worker="celery@${service.name}-${number}"}`, ofNumber(number)]),
    );
  return [
    ofEach('flower_worker_online', 'Worker online status', () => 1),
    ofEach(
      'flower_worker_number_of_currently_executing_tasks',
      'Number of tasks currently executing at a worker',
      (number) => (number <= active ? 1 : 0),
    ),
  ];
}

type Samples = readonly (readonly [labels: string, value: number])[];

function gauge(...[name, help, labels, value]: [string, string, string, number]): string {
  return gauges(name, help, [[labels, value]]);
}

function gauges(name: string, help: string, samples: Samples): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${linesOf(name, samples)}`;
}

function counter(name: string, help: string, samples: Samples): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} counter\n${linesOf(name, samples)}`;
}

function linesOf(name: string, samples: Samples): string {
  return samples.map(([labels, value]) => `${name}${labels} ${value}\n`).join('');
}

/** Durations with an exponential distribution of this mean. */
function histogram(...[name, help, count, meanSeconds]: [string, string, number, number]): string {
  const buckets = BUCKETS.map(
    (bound) => `${name}_bucket{le="${bound}"} ${Math.floor(count * (1 - Math.exp(-bound / meanSeconds)))}\n`,
  );
  return `# HELP ${name} ${help}\n# TYPE ${name} histogram\n${buckets.join('')}${name}_bucket{le="+Inf"} ${count}\n${name}_sum ${count * meanSeconds}\n${name}_count ${count}\n`;
}
