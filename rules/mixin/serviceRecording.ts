/**
 * The services of a processing pipeline under one set of names. Their metrics carry the service in the name
 * (`orders_health_status`) or in the labels (`http_requests_total{job="orders"}`); these rules make it the label `service`.
 */
import type { MixinConfig } from './config.js';
import { type RecordingRule, type RuleGroup, recordingRule } from './rule.js';

export function serviceRecording(config: MixinConfig): RuleGroup<RecordingRule> {
  const named = (suffix: string) => namedAfterService(suffix, config);
  const { selector } = config.services;
  return {
    name: 'services-recording',
    why: 'What the services of a pipeline export, with the service as a label.',
    rules: [
      recordingRule(
        'service_instance:health_status:min',
        `min by (service, job, instance) (${named('health_status')})`,
      ),
      recordingRule(
        'service_instance:memory_usage_bytes:max',
        `max by (service, job, instance) (${named('memory_usage_bytes')})`,
      ),
      recordingRule(
        'service:messages_processed:rate5m',
        `sum by (service) (rate(${named('messages_processed_total')}[5m:]))`,
        'A rate loses the name of its metric, so the name has to become a label before: hence the subquery.',
      ),
      recordingRule('service:errors:rate5m', `sum by (service) (rate(${named('errors_total')}[5m:]))`),
      recordingRule(
        'service:errors_per_message:ratio_rate5m',
        'service:errors:rate5m / (service:messages_processed:rate5m > 0)',
      ),
      recordingRule(
        'service:processing_duration_seconds:p95_rate5m',
        `histogram_quantile(0.95, sum by (service, le) (rate(${named('processing_duration_seconds_bucket')}[5m:])))`,
      ),
      recordingRule(
        'service:processing_duration_seconds:avg_rate5m',
        `sum by (service) (rate(${named('processing_duration_seconds_sum')}[5m:]))
/ (sum by (service) (rate(${named('processing_duration_seconds_count')}[5m:])) > 0)`,
      ),
      recordingRule('service:jobs_completed:rate5m', `sum by (service) (rate(${named('jobs_completed_total')}[5m:]))`),
      recordingRule('service:jobs_failed:rate5m', `sum by (service) (rate(${named('jobs_failed_total')}[5m:]))`),
      recordingRule(
        'service:jobs_completed:ratio_rate5m',
        `service:jobs_completed:rate5m
/ ((service:jobs_completed:rate5m + on (service) service:jobs_failed:rate5m or service:jobs_completed:rate5m) > 0)`,
        'Share of the jobs that ended well; where nobody counts failures, all of them.',
      ),
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
      recordingRule(
        'service:data_quality_issues:rate5m',
        `sum by (service) (${labelledWithService(`rate(data_quality_issues_total{${selector}}[5m])`)})`,
        'These names carry no service: it is the label `service`, or else the job.',
      ),
      recordingRule(
        'service:http_request_duration_seconds:p95_rate5m',
        `histogram_quantile(0.95, sum by (service, le) (${labelledWithService(`rate(http_request_duration_seconds_bucket{${selector}}[5m])`)}))`,
      ),
      recordingRule(
        'service_status:http_requests:rate5m',
        `sum by (service, status) (label_replace(label_replace(${labelledWithService(`rate(http_requests_total{${selector}}[5m])`)},
  "status", "$1", "code", "(.+)"), "status", "$1", "status_code", "(.+)"))`,
        'Frameworks call the label status, code or status_code.',
      ),
      recordingRule('service:http_requests:rate5m', 'sum by (service) (service_status:http_requests:rate5m)'),
      recordingRule(
        'service:http_errors:ratio_rate5m',
        `sum by (service) (service_status:http_requests:rate5m{status=~"5.."})
/ (service:http_requests:rate5m > 0)`,
      ),
    ],
  };
}

/** `orders_errors_total` → `service="orders"`. */
function namedAfterService(suffix: string, { services }: MixinConfig): string {
  const matchers = [`__name__=~".+_${suffix}"`, `__name__!~"(${services.not_services})_.+"`, services.selector];
  return `label_replace({${matchers.join(', ')}}, "service", "$1", "__name__", "(.+)_${suffix}")`;
}

/** The label `service` where the series has it, else its job. */
export function labelledWithService(expr: string): string {
  return `label_replace(label_join(${expr}, "origin", ";", "service", "job"), "service", "$1", "origin", ";?([^;]+).*")`;
}
