/** The packs of targets about services, asked as the recording rules ask. */
import { Document, isScalar, visit } from 'yaml';
import type { MixinConfig } from './config.js';
import { type ServiceQueries, serviceQueries } from './serviceQueries.js';

interface Target {
  readonly name: string;
  readonly query: string;
  readonly server_label: 'service';
  readonly direction?: 'below';
}

/** File name → text. */
export function targetPackFiles(config: MixinConfig): Readonly<Record<string, string>> {
  const { not_services: notServices, native_histograms: nativeHistograms } = config.services;
  const scope = { selector: '$selector', notServices, nativeHistograms, window: '$window' };
  const queries = serviceQueries(scope);
  return {
    'services.yml': render(
      'services',
      'Services that count messages, errors and requests',
      config,
      ofServices(queries),
    ),
    'jobs.yml': render('jobs', 'Jobs that end well or fail', config, ofJobs(queries)),
  };
}

function ofServices({ named, rated, mean, quantile, requests, requestQuantile }: ServiceQueries): Target[] {
  const hits = rated('cache_hits_total');
  return [
    target('service_health_ratio', `min by (service) (${named('health_status')})`, 'below'),
    target('messages_rate', rated('messages_processed_total'), 'below'),
    target('errors_rate', rated('errors_total')),
    target('errors_per_message_ratio', `${rated('errors_total')}\n/ (${rated('messages_processed_total')} > 0)`),
    target('processing_seconds', mean('processing_duration_seconds')),
    target('processing_p95_seconds', quantile(0.95, 'processing_duration_seconds')),
    target('service_memory_bytes', `max by (service) (${named('memory_usage_bytes')})`),
    target('active_connections', `sum by (service) (${named('active_connections')})`),
    target('cache_hit_ratio', `${hits}\n/ ((${hits} + on (service) ${rated('cache_misses_total')}) > 0)`, 'below'),
    target('http_requests_rate', `sum by (service) (\n${requests()})`),
    target('http_errors_ratio', errorShare(requests())),
    target('http_p50_seconds', requestQuantile(0.5)),
    target('http_p95_seconds', requestQuantile(0.95)),
    target('http_p99_seconds', requestQuantile(0.99)),
    // `orders_business_refunds_total` is about `orders:refunds`.
    target('business_rate', rated('business_([a-z0-9_]+)_total', '$1:$2')),
  ];
}

function ofJobs({ rated, mean, quantile }: ServiceQueries): Target[] {
  const done = rated('jobs_completed_total');
  const failed = rated('jobs_failed_total');
  return [
    target('jobs_rate', `${done} + on (service) ${failed}\nor ${done}`),
    target('jobs_success_ratio', `${done}\n/ ((${done} + on (service) ${failed}\nor ${done}) > 0)`, 'below'),
    target('job_seconds', mean('job_duration_seconds')),
    target('job_p95_seconds', quantile(0.95, 'job_duration_seconds')),
  ];
}

/** The share of 5xx; 0 where there is none among the requests. The status is a label only now, so its failures are matched by a mark. */
function errorShare(requests: string): string {
  const total = `sum by (service) (\n${requests})`;
  const marked = `label_replace(\n${requests},\n"failed", "yes", "status", "5..")`;
  const failed = `sum by (service) (${marked}\nand on (failed) label_replace(vector(1), "failed", "yes", "", ""))`;
  return `(${failed}\nor 0 * ${total})\n/ (${total} > 0)`;
}

function target(name: string, query: string, direction?: 'below'): Target {
  return { name, query, server_label: 'service', ...(direction === undefined ? {} : { direction }) };
}

function render(name: string, description: string, { services }: MixinConfig, targets: readonly Target[]): string {
  const document = new Document({ name, description, selector: services.selector, targets });
  visit(document, {
    Scalar(key, node) {
      if (key === 'value' && isScalar(node) && typeof node.value === 'string' && node.value.length > 80)
        node.type = node.value.includes('\n') ? 'BLOCK_LITERAL' : 'BLOCK_FOLDED';
    },
  });
  const head =
    '# Written by `make rules` from rules/mixin; change it there. docs/packs/services.md says what each figure is.\n';
  return `${head}${document.toString({ lineWidth: 120, singleQuote: true })}`;
}
