/**
 * What services tell of themselves, as PromQL over a window: recording rules and target packs ask the same. Metrics carry the service in
 * the name (`orders_health_status`) or in the labels (`http_requests_total{job="orders"}`); here it becomes the label `service`.
 */

/** Which series, and how far back. */
export interface ServiceScope {
  /** Label matchers. */
  readonly selector: string;
  /** Prefixes of metrics that end like those of a service and belong to something else, as a regular expression. */
  readonly notServices: string;
  /** Whether the store knows `histogram_count`, by which requests are counted in native histograms. */
  readonly nativeHistograms: boolean;
  readonly window: string;
}

export type ServiceQueries = ReturnType<typeof serviceQueries>;

/** By the conventions of Prometheus' clients, of OpenTelemetry (with and without the unit in the name), and of Micrometer. */
const DURATIONS =
  'http_(request_duration_seconds|server_request_duration|server_request_duration_seconds|server_requests_seconds)';
/** Those besides `http_request_duration_seconds`, whose labels may be the same as those of `http_requests_total`. */
const OTHER_DURATIONS = 'http_server_(request_duration|request_duration_seconds|requests_seconds)';
const STATUS_LABELS = ['code', 'status_code', 'http_response_status_code'] as const;

export function serviceQueries(scope: ServiceScope) {
  const { selector, window } = scope;
  /** @param service what becomes the label: $1 is what stands before the suffix, $2 on its own groups */
  const named = (suffix: string, service = '$1') => namedAfterService({ suffix, service }, scope);
  // A rate loses the name of its metric, so the name has to become a label before: hence the subquery.
  const rated = (suffix: string, service?: string) => `sum by (service) (rate(${named(suffix, service)}[${window}:]))`;
  const quantile = (q: number, suffix: string) =>
    `histogram_quantile(${q}, sum by (service, le) (rate(${named(`${suffix}_bucket`)}[${window}:])))`;
  const mean = (suffix: string) => `${rated(`${suffix}_sum`)}\n/ (${rated(`${suffix}_count`)} > 0)`;
  const ofHttp = (names: string) => labelledWithService(`rate({__name__=~"${names}", ${selector}}[${window}])`);
  const requests = () => httpRequests(scope);
  return {
    named,
    rated,
    quantile,
    mean,
    /** Per service and status. */
    requests,
    /** Per service; the native histogram counts where there is no classic one. */
    requestQuantile: (q: number) => `histogram_quantile(${q}, sum by (service, le) (${ofHttp(`${DURATIONS}_bucket`)}))
or max by (service) (${labelledWithService(
      `histogram_quantile(${q}, sum by (service, job) (rate({__name__=~"${DURATIONS}", ${selector}}[${window}])))`,
    )})`,
  };
}

/** Requests per second by service and status: of a counter, else of a histogram, else of a native one. */
function httpRequests({ selector, nativeHistograms, window }: ServiceScope): string {
  const rate = (names: string) => `rate({__name__=~"${names}", ${selector}}[${window}])`;
  const native = `histogram_count(sum by (${['service', 'job', 'status', ...STATUS_LABELS].join(', ')}) (${rate(DURATIONS)}))`;
  const classic = [rate(`http_requests_total|${OTHER_DURATIONS}_count`), rate('http_request_duration_seconds_count')];
  return [...classic, ...(nativeHistograms ? [native] : [])]
    .map((expr) => `sum by (service, status) (${labelledWithStatus(labelledWithService(expr))})`)
    .join('\nor on (service) ');
}

/** Frameworks call the label status, code or status_code, OpenTelemetry http_response_status_code. */
function labelledWithStatus(expr: string): string {
  return STATUS_LABELS.reduce((inner, label) => `label_replace(${inner}, "status", "$1", "${label}", "(.+)")`, expr);
}

/** `orders_errors_total` → `service="orders"`. */
function namedAfterService(
  { suffix, service }: { readonly suffix: string; readonly service: string },
  { notServices, selector }: ServiceScope,
): string {
  const matchers = [`__name__=~".+_${suffix}"`, `__name__!~"(${notServices})_.+"`, selector];
  return `label_replace({${matchers.join(', ')}}, "service", "${service}", "__name__", "(.+)_${suffix}")`;
}

/** The label `service` where the series has it, else its job. */
export function labelledWithService(expr: string): string {
  return `label_replace(label_join(${expr}, "origin", ";", "service", "job"), "service", "$1", "origin", ";?([^;]+).*")`;
}
