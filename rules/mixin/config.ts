/**
 * Everything about the rules that a fleet may want otherwise, with its default: thresholds, how long they must hold, which series
 * they look at, how loud they are, and where the runbooks lie.
 */
import { z } from 'zod';

const duration = z.string().regex(/^[1-9][0-9]*[smhd]$/, 'expected a duration such as 10m, 4h, 1d or 30s');
const share = z.number().min(0).max(1);
const positive = z.number().positive();

/** How long a condition must hold before an alert fires, and how long the alert stays after it has gone. */
const timing = (wait: string, keep: string) =>
  z.strictObject({ for: duration.default(wait), keep_firing_for: duration.default(keep) }).prefault({});

/** Memory, disks and connections have alerts of their own; saturation is whatever else has a threshold. */
const OWN_ALERT = {
  memory: 'mem_used_pct',
  disk: 'disk_usage_pct',
  connections: 'back_close_wait|front_close_wait',
};

/** The level of the forecast that a ticket goes by: the median, or what one forecast in ten is worse than. */
const level = z.enum(['p50', 'p90']);

const predicted = z
  .strictObject({
    /** Held steady by linborg, so that a score around a border neither flaps nor waits for ever, see docs/risk.md. */
    risk_color: z.enum(['yellow', 'red']).default('red'),
    risk_score_page: z.number().min(0).max(100).default(85),
    /** Within one hour. */
    probability_page: share.default(0.8),
    /** The median of a leak is late, since most rises end; p90 sees it hours sooner and was as seldom wrong, see docs/measured.md. */
    memory_level: level.default('p90'),
    memory_within: duration.default('4h'),
    memory_page_within: duration.default('1h'),
    /** Disks fill steadily: the whole 8 hours of the forecast count. One that fills within two hours is not for the median either. */
    disk_level: level.default('p90'),
    disk_within: duration.default('8h'),
    disk_page_within: duration.default('2h'),
    saturation_level: level.default('p50'),
    saturation_within: duration.default('4h'),
    saturation_page_within: duration.default('1h'),
    /** A leak of sockets takes an hour or two: nobody can wait for the median. */
    connections_level: level.default('p90'),
    connections_within: duration.default('4h'),
    /** By a line through the last 20 minutes; see docs/measured.md for all three. */
    surge_within: duration.default('4h'),
    /** Times what the server seldom goes beyond, and so many sockets more, since 3 of 1 are no leak. */
    surge_times_usual: positive.default(1.5),
    surge_more: positive.default(10),
    /** What was over its threshold so lately and is not now is no news: forecasts need a while to believe that it is over. */
    quiet_after_breach: duration.default('1h'),
    memory_metrics: z.string().default(OWN_ALERT.memory),
    disk_metrics: z.string().default(OWN_ALERT.disk),
    connection_metrics: z.string().default(OWN_ALERT.connections),
    /** 1 is the edge of the interval that was forecast for now, and one healthy metric in ten is beyond it; see docs/fleet.md. */
    anomaly_score: positive.default(2),
    /** What a person is told of; lower ones are on the status page. */
    category_severities: z.string().default('high|critical'),
    /** From here on docs/fleet.md calls it a cascade. */
    cascade_score: share.default(0.5),
    /** Two servers in trouble are a coincidence more often than a cascade. */
    cascade_servers: z.int().min(2).default(3),
  })
  .prefault({});

const trust = z
  .strictObject({
    /** 0.8 is meant. */
    coverage_low: share.default(0.7),
    coverage_high: share.default(0.9),
    coverage_hopeless: share.default(0.5),
    /** Metrics that have a threshold by default, so that alarms stand on their forecasts. */
    alarmed_metrics: z
      .string()
      .default(
        'cpu_idle_pct|cpu_iowait_pct|java_cpu_pct|mem_used_pct|swap_used_pct|disk_usage_pct|load_average|.*_close_wait',
      ),
    /** How far the share that came may lie from what was promised. Of 200 probabilities within 4 h some fifty are independent: three standard errors. */
    probability_off: share.default(0.2),
    probability_cases: positive.default(200),
    drift_error_rise: share.default(0.1),
    drift_inputs: share.default(0.2),
    drift_shifted: share.default(0.15),
    baselines_share: share.default(0.5),
    source_failures: share.default(0.5),
  })
  .prefault({});

const services = z
  .strictObject({
    /** Which targets are services of the pipeline. */
    selector: z.string().default('job!~"prometheus|alertmanager|node|linborg"'),
    /** Prefixes of metrics that end like those of a service and belong to something else, e.g. container_memory_usage_bytes. */
    not_services: z.string().default('alertmanager|container|go|http|linborg|node|process|prometheus'),
    /** False for VictoriaMetrics, which has no `histogram_count`: requests are then counted in counters and classic histograms alone. */
    native_histograms: z.boolean().default(true),
    request_latency_seconds: positive.default(1),
    /** Of the messages processed. */
    error_ratio: share.default(0.05),
    /** For services that count no messages. */
    errors_per_second: positive.default(0.1),
    memory_bytes: positive.default(2 * 1024 ** 3),
    processing_seconds: positive.default(5),
    data_quality_issues_per_second: positive.default(0.1),
    api_error_ratio: share.default(0.05),
    /** Below it one failed request would be a large share. */
    api_requests_per_second: positive.default(0.1),
  })
  .prefault({});

const alerts = z
  .strictObject({
    // Ten cycles in a row, so no single odd sample.
    LinborgServerAtRisk: timing('10m', '10m'),
    LinborgMemoryExhaustionPredicted: timing('15m', '10m'),
    LinborgDiskFullPredicted: timing('15m', '10m'),
    LinborgSaturationPredicted: timing('15m', '10m'),
    LinborgConnectionLeakPredicted: timing('15m', '10m'),
    // Half of these leaks breach within the hour. The anomaly score is the median of a quarter of an hour: no single odd sample.
    LinborgConnectionSurgePredicted: timing('0m', '10m'),
    LinborgCascadePredicted: timing('5m', '10m'),
    // As long as the cascade, or its members would be silent before it is told.
    LinborgCascadeMember: timing('5m', '10m'),
    LinborgThresholdBreached: timing('15m', '5m'),
    LinborgServerStale: timing('15m', '5m'),
    // An hour has been looked at already.
    LinborgCategoryAnomaly: timing('10m', '10m'),
    LinborgDown: timing('3m', '2m'),
    LinborgNotScoring: timing('2m', '5m'),
    LinborgSourceDown: timing('5m', '5m'),
    // As long as a server may be silent before it is stale: the target's subjects are, then.
    LinborgTargetFailing: timing('15m', '5m'),
    LinborgSeriesDropped: timing('30m', '15m'),
    // Evidence about forecasts gathers by the hour.
    LinborgForecastUntrustworthy: timing('6h', '1h'),
    LinborgForecastIntervalsOff: timing('6h', '1h'),
    LinborgProbabilitiesOff: timing('6h', '1h'),
    LinborgForecastWorseThanBaseline: timing('12h', '1h'),
    LinborgModelDrift: timing('6h', '1h'),
    LinborgBaselinesServe: timing('24h', '1h'),
    ServiceDown: timing('1m', '2m'),
    ServiceUnhealthy: timing('2m', '2m'),
    HighRequestLatency: timing('5m', '5m'),
    HighErrorRate: timing('5m', '5m'),
    HighMemoryUsage: timing('10m', '5m'),
    MessageProcessingLag: timing('10m', '5m'),
    NoMessagesProcessed: timing('10m', '5m'),
    HighDataQualityIssues: timing('10m', '5m'),
    HighAPIErrorRate: timing('5m', '5m'),
  })
  .prefault({});

export const configSchema = z.strictObject({
  /** The targets that are linborg. */
  selector: z.string().min(1).default('job="linborg"'),
  /** Without a slash at its end; absolute, if people shall be able to click it. */
  runbook_url_base: z.string().regex(/[^/]$/, 'expected no slash at the end').default('docs/runbooks'),
  /** Prometheus has it since 2.42; false for older ones. */
  keep_firing_for: z.boolean().default(true),
  severities: z
    .strictObject({
      page: z.string().default('critical'),
      ticket: z.string().default('warning'),
      note: z.string().default('info'),
    })
    .prefault({}),
  predicted,
  trust,
  services,
  alerts,
});

export type MixinConfig = Readonly<z.output<typeof configSchema>>;
export type Timing = MixinConfig['alerts'][keyof MixinConfig['alerts']];
