/** Alerts on the services of a processing pipeline: what is wrong now, by the names that such services usually export. */
import type { MixinConfig } from './config.js';
import { type AlertingRule, type AlertSpec, alertingRule, type RuleGroup } from './rule.js';
import { ask } from './sentences.js';
import { labelledWithService } from './serviceQueries.js';

export function serviceAlerts(config: MixinConfig): RuleGroup<AlertingRule> {
  const specs = [...health(config), ...requests(config), ...messages(config)];
  return { name: 'services', rules: specs.map((spec) => alertingRule(spec, config)) };
}

function health({ services, alerts }: MixinConfig): AlertSpec[] {
  return [
    {
      alert: 'ServiceDown',
      loudness: 'page',
      timing: alerts.ServiceDown,
      expr: `min by (service, job, instance) (${labelledWithService(`up{${services.selector}}`)}) == 0`,
      summary: '{{ $labels.service }} at {{ $labels.instance }} is down',
      description: `Prometheus has not reached {{ $labels.service }} at {{ $labels.instance }} for ${alerts.ServiceDown.for}.${ask(
        'printf "count(up{job=%q} == 1)" $labels.job',
        'Instances of the job {{ $labels.job }} that are up: {{ . | first | value }}.',
      )}`,
    },
    {
      alert: 'ServiceUnhealthy',
      why: '1 is healthy.',
      loudness: 'page',
      timing: alerts.ServiceUnhealthy,
      expr: 'service_instance:health_status:min < 1',
      summary: '{{ $labels.service }} at {{ $labels.instance }} says that it is not healthy',
      description:
        '{{ $labels.service }}_health_status of {{ $labels.instance }} has been ' +
        `{{ $value | printf "%.1f" }} for ${alerts.ServiceUnhealthy.for}, where 1 is healthy.`,
    },
    {
      alert: 'HighMemoryUsage',
      loudness: 'ticket',
      timing: alerts.HighMemoryUsage,
      expr: `service_instance:memory_usage_bytes:max > ${services.memory_bytes}`,
      summary: '{{ $labels.service }} at {{ $labels.instance }} uses {{ $value | humanize1024 }}B of memory',
      description:
        `{{ $labels.service }} at {{ $labels.instance }} has used more than its limit for ${alerts.HighMemoryUsage.for}, ` +
        'now {{ $value | humanize1024 }}B.',
    },
  ];
}

function requests({ services, alerts }: MixinConfig): AlertSpec[] {
  const limit = percent(services.api_error_ratio);
  return [
    {
      alert: 'HighRequestLatency',
      loudness: 'ticket',
      timing: alerts.HighRequestLatency,
      expr: `service:http_request_duration_seconds:p95_rate5m > ${services.request_latency_seconds}`,
      summary: 'requests to {{ $labels.service }} take {{ $value | humanizeDuration }} (p95)',
      description:
        `One request in twenty to {{ $labels.service }} has taken longer than ${services.request_latency_seconds} s for ` +
        `${alerts.HighRequestLatency.for}; the 95th percentile is {{ $value | humanizeDuration }}.`,
    },
    {
      alert: 'HighAPIErrorRate',
      why: 'Where hardly anybody asks, one failure would be a large share.',
      loudness: 'page',
      timing: alerts.HighAPIErrorRate,
      expr: `service:http_errors:ratio_rate5m > ${services.api_error_ratio}
and on (service) service:http_requests:rate5m > ${services.api_requests_per_second}`,
      summary: '{{ $value | humanizePercentage }} of the requests to {{ $labels.service }} fail',
      description: `{{ $labels.service }} has answered more than ${limit} of its requests with 5xx for ${alerts.HighAPIErrorRate.for}, now {{ $value | humanizePercentage }}.${ask(
        'printf "service:http_requests:rate5m{service=%q}" $labels.service',
        'It gets {{ . | first | value | printf "%.1f" }} requests per second.',
      )}`,
    },
  ];
}

function messages({ services, alerts }: MixinConfig): AlertSpec[] {
  return [
    {
      alert: 'HighErrorRate',
      why: 'A share of the messages; errors per second where a service counts no messages.',
      loudness: 'ticket',
      timing: alerts.HighErrorRate,
      expr: `service:errors:rate5m
and on (service) service:errors_per_message:ratio_rate5m > ${services.error_ratio}
or (service:errors:rate5m > ${services.errors_per_second}
  unless on (service) service:errors_per_message:ratio_rate5m)`,
      summary: '{{ $labels.service }} has {{ $value | printf "%.2f" }} errors per second',
      description: `{{ $labels.service }} has had too many errors for ${alerts.HighErrorRate.for}, now {{ $value | printf "%.2f" }} per second.${ask(
        'printf "service:errors_per_message:ratio_rate5m{service=%q}" $labels.service',
        'That is one for {{ . | first | value | humanizePercentage }} of its messages.',
      )}`,
    },
    {
      alert: 'MessageProcessingLag',
      loudness: 'ticket',
      timing: alerts.MessageProcessingLag,
      expr: `service:processing_duration_seconds:p95_rate5m > ${services.processing_seconds}`,
      summary: '{{ $labels.service }} takes {{ $value | humanizeDuration }} for a message (p95)',
      description: `One message in twenty has taken {{ $labels.service }} longer than ${services.processing_seconds} s for ${alerts.MessageProcessingLag.for}; the 95th percentile is {{ $value | humanizeDuration }}.${ask(
        'printf "service:messages_processed:rate5m{service=%q}" $labels.service',
        'It processes {{ . | first | value | printf "%.1f" }} messages per second.',
      )}`,
    },
    {
      alert: 'NoMessagesProcessed',
      why: 'Only of services that processed something within a day.',
      loudness: 'page',
      timing: alerts.NoMessagesProcessed,
      expr: `service:messages_processed:rate5m == 0
and on (service) max_over_time(service:messages_processed:rate5m[1d]) > 0`,
      summary: '{{ $labels.service }} processes no messages',
      description: `{{ $labels.service }} runs, but has processed no message for 5m and ${alerts.NoMessagesProcessed.for} more.${ask(
        'printf "max_over_time(service:messages_processed:rate5m{service=%q}[1d])" $labels.service',
        'At its busiest in the last day it processed {{ . | first | value | printf "%.1f" }} per second.',
      )}`,
    },
    {
      alert: 'HighDataQualityIssues',
      loudness: 'ticket',
      timing: alerts.HighDataQualityIssues,
      expr: `service:data_quality_issues:rate5m > ${services.data_quality_issues_per_second}`,
      summary: '{{ $labels.service }} finds {{ $value | printf "%.2f" }} data quality issues per second',
      description:
        `{{ $labels.service }} has found more than ${services.data_quality_issues_per_second} data quality issues per second for ` +
        `${alerts.HighDataQualityIssues.for}, now {{ $value | printf "%.2f" }}.`,
    },
  ];
}

function percent(ratio: number): string {
  return `${Math.round(1000 * ratio) / 10}%`;
}
