/** The services of a processing pipeline under one set of names: what dashboards and alerts about them share. */
import type { MixinConfig } from './config.js';
import { type Reasoned, type RecordingRule, type RuleGroup, recordingRule } from './rule.js';
import { labelledWithService, type ServiceQueries, serviceQueries } from './serviceQueries.js';

export function serviceRecording({ services }: MixinConfig): RuleGroup<RecordingRule> {
  const { selector, not_services: notServices, native_histograms: nativeHistograms } = services;
  const queries = serviceQueries({ selector, notServices, nativeHistograms, window: '5m' });
  return {
    name: 'services-recording',
    why: 'What the services of a pipeline export, with the service as a label.',
    rules: [
      ...instances(queries),
      ...messages(queries),
      ...jobs(queries),
      ...queues(),
      workers(),
      dataQuality(selector),
      ...httpRequests(queries),
    ],
  };
}

function instances({ named }: ServiceQueries): Reasoned<RecordingRule>[] {
  return [
    recordingRule('service_instance:health_status:min', `min by (service, job, instance) (${named('health_status')})`),
    recordingRule(
      'service_instance:memory_usage_bytes:max',
      `max by (service, job, instance) (${named('memory_usage_bytes')})`,
    ),
  ];
}

function messages({ rated, quantile, mean }: ServiceQueries): Reasoned<RecordingRule>[] {
  return [
    recordingRule(
      'service:messages_processed:rate5m',
      rated('messages_processed_total'),
      'A rate loses the name of its metric, so the name has to become a label before: hence the subquery.',
    ),
    recordingRule('service:errors:rate5m', rated('errors_total')),
    recordingRule(
      'service:errors_per_message:ratio_rate5m',
      'service:errors:rate5m / (service:messages_processed:rate5m > 0)',
    ),
    recordingRule('service:processing_duration_seconds:p95_rate5m', quantile(0.95, 'processing_duration_seconds')),
    recordingRule('service:processing_duration_seconds:avg_rate5m', mean('processing_duration_seconds')),
    recordingRule(
      'service:messages_in_work:avg_rate5m',
      rated('processing_duration_seconds_sum'),
      'Seconds of work in a second: how many messages it has in work at once, on average.',
    ),
  ];
}

function jobs({ rated }: ServiceQueries): Reasoned<RecordingRule>[] {
  return [
    recordingRule('service:jobs_completed:rate5m', rated('jobs_completed_total')),
    recordingRule('service:jobs_failed:rate5m', rated('jobs_failed_total')),
    recordingRule(
      'service:jobs_completed:ratio_rate5m',
      `service:jobs_completed:rate5m
/ ((service:jobs_completed:rate5m + on (service) service:jobs_failed:rate5m or service:jobs_completed:rate5m) > 0)`,
      'Share of the jobs that ended well; where nobody counts failures, all of them.',
    ),
  ];
}

function queues(): Reasoned<RecordingRule>[] {
  return [
    recordingRule(
      'queue:length:max',
      'max by (queue) (label_replace(redis_key_size, "queue", "$1", "key", "(.+)"))',
      'Lists in Redis are queues to Celery; redis_exporter tells their length.',
    ),
    recordingRule(
      'queue:length:rise_ratio1h',
      'queue:length:max / (queue:length:max offset 1h > 0) - 1',
      'Against an hour before; 0.5 is half as much again. Absent where the queue was empty then.',
    ),
  ];
}

function workers(): Reasoned<RecordingRule> {
  return recordingRule(
    'worker:tasks_executing:max',
    `max by (worker) (flower_worker_number_of_currently_executing_tasks and on (worker) flower_worker_online == 1)
or 0 * max by (worker) (flower_worker_online == 1)`,
    'Of each worker that is online. Flower says nothing of the tasks of one that never had any.',
  );
}

function dataQuality(selector: string): Reasoned<RecordingRule> {
  return recordingRule(
    'service:data_quality_issues:rate5m',
    `sum by (service) (${labelledWithService(`rate(data_quality_issues_total{${selector}}[5m])`)})`,
    'These names carry no service: it is the label `service`, or else the job.',
  );
}

function httpRequests({ requests, requestQuantile }: ServiceQueries): Reasoned<RecordingRule>[] {
  return [
    recordingRule('service:http_request_duration_seconds:p95_rate5m', requestQuantile(0.95)),
    recordingRule(
      'service_status:http_requests:rate5m',
      requests(),
      'Counted as requests, or else by the histogram of their durations, by the names of Prometheus, OpenTelemetry and Micrometer.',
    ),
    recordingRule('service:http_requests:rate5m', 'sum by (service) (service_status:http_requests:rate5m)'),
    recordingRule(
      'service:http_errors:ratio_rate5m',
      `(sum by (service) (service_status:http_requests:rate5m{status=~"5.."}) or 0 * service:http_requests:rate5m)
/ (service:http_requests:rate5m > 0)`,
    ),
  ];
}
