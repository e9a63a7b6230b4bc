/** The metrics of the exporter itself, kept by prom-client. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { EXPORTER_METRICS, type ExporterMetricName } from './catalogue/exporter.js';
import type { BuildSummary, ModelSummary } from './summaries.js';

/** Gauges of prom-client whose names end in `_total`, which is for counters; each only sums another one. */
const MISNAMED_DEFAULTS = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

/** From a small fleet's cycle to one that overruns a cycle of a minute. */
const CYCLE_BUCKETS_SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60, 120];

/** From a disk with a cache of its own to one that everybody waits for. */
const WRITE_BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];

/** What one pull from a source came to. */
export interface SourcePull {
  readonly queries: number;
  readonly queriesFailed: number;
  readonly samples: number;
  readonly duplicateSeries: number;
  /** Clock of the source minus the clock here; undefined if no answer told it. */
  readonly clockSkewSeconds?: number | undefined;
}

/** What the worker threads did since this was last told. */
export interface WorkerActivity {
  /** Those that are ready now. */
  readonly workers: number;
  /** Spent on jobs that ended, all workers together. */
  readonly busySeconds: number;
  /** Workers that died. */
  readonly deaths: number;
}

/** How an extra target fared. */
interface TargetRead {
  readonly metric: string;
  readonly isUp: boolean;
  readonly series: number;
}

/** Counts what the exporter does; only metrics of the catalogue and prom-client's `process_*` and `nodejs_*`. */
export class ExporterMetrics {
  readonly #registry = new Registry();
  readonly #metrics = new Map<ExporterMetricName, Counter | Gauge | Histogram>();

  constructor(build: BuildSummary) {
    this.#gauge('linborg_build_info').set(
      { version: build.version, engine: build.engine, backend: build.backend, node_version: build.nodeVersion },
      1,
    );
    for (const { name, type, labels } of EXPORTER_METRICS) {
      if (type === 'counter' && labels.length === 0) this.#counter(name);
    }
    this.#cycleDuration();
    this.#walDuration();
    collectDefaultMetrics({ register: this.#registry });
    for (const name of MISNAMED_DEFAULTS) this.#registry.removeSingleMetric(name);
  }

  /** Shows the model that serves now, or none. */
  setModel(model: ModelSummary | undefined): void {
    const gauge = this.#gauge('linborg_model_info');
    gauge.reset();
    if (model) gauge.set({ model: model.name, created: model.created, parameters: String(model.parameters) }, 1);
  }

  /** Counts a load of the configuration that ended at epoch second `at`. */
  configLoaded(successful: boolean, at: number): void {
    this.#gauge('linborg_config_last_reload_successful').set(successful ? 1 : 0);
    if (successful) this.#gauge('linborg_config_last_reload_success_timestamp_seconds').set(at);
  }

  /** Counts a cycle that succeeded at epoch second `at`. */
  cycleSucceeded(durationSeconds: number, at: number): void {
    this.#counter('linborg_cycles_total').inc();
    this.#cycleDuration().observe(durationSeconds);
    this.#gauge('linborg_cycle_last_success_timestamp_seconds').set(at);
  }

  /** Counts a cycle that ended without a result. */
  cycleFailed(durationSeconds: number): void {
    this.#counter('linborg_cycles_total').inc();
    this.#counter('linborg_cycles_failed_total').inc();
    this.#cycleDuration().observe(durationSeconds);
  }

  /** Counts a cycle left out because the one before was still running. */
  cycleSkipped(): void {
    this.#counter('linborg_cycles_skipped_total').inc();
  }

  /** Shows the worker threads, and counts what they did. */
  workersActive({ workers, busySeconds, deaths }: WorkerActivity): void {
    this.#gauge('linborg_workers').set(workers);
    this.#counter('linborg_worker_busy_seconds_total').inc(busySeconds);
    this.#counter('linborg_worker_deaths_total').inc(deaths);
  }

  /** Counts what a source brought; call it once with zeros to show the source from the start. */
  sourcePulled(source: string, pull: SourcePull): void {
    this.#counter('linborg_source_queries_total').inc({ source }, pull.queries);
    this.#counter('linborg_source_queries_failed_total').inc({ source }, pull.queriesFailed);
    this.#counter('linborg_source_samples_total').inc({ source }, pull.samples);
    this.#counter('linborg_source_duplicate_series_total').inc({ source }, pull.duplicateSeries);
    if (pull.clockSkewSeconds !== undefined) {
      this.#gauge('linborg_source_clock_skew_seconds').set({ source }, pull.clockSkewSeconds);
    }
  }

  /** Shows how the extra targets fared in the last read of a source. */
  targetsPulled(source: string, targets: readonly TargetRead[]): void {
    for (const { metric, isUp, series } of targets) {
      this.#gauge('linborg_source_target_up').set({ source, metric }, isUp ? 1 : 0);
      this.#gauge('linborg_source_target_series').set({ source, metric }, series);
    }
  }

  /** Another configuration may have other sources and targets: a gauge of one that is gone would stay as it was for good. */
  forgetSources(): void {
    this.#gauge('linborg_source_clock_skew_seconds').reset();
    this.#gauge('linborg_source_target_up').reset();
    this.#gauge('linborg_source_target_series').reset();
  }

  /** Counts samples that no window took. */
  samplesDropped(reason: string, count: number): void {
    this.#counter('linborg_samples_dropped_total').inc({ reason }, count);
  }

  /** Counts a request to /feed/data that was taken in, or refused. */
  pushRequested(successful: boolean): void {
    this.#counter('linborg_push_requests_total').inc();
    if (!successful) this.#counter('linborg_push_requests_failed_total').inc();
  }

  /** Counts pushed records by what became of them. */
  recordsPushed(outcome: 'accepted' | 'rejected' | 'too_old', count: number): void {
    this.#counter('linborg_push_records_total').inc({ outcome }, count);
  }

  /** Counts pushed records whose uptime was cut. */
  recordsClamped(count: number): void {
    this.#counter('linborg_push_records_clamped_total').inc(count);
  }

  /** Counts a write of pushed records to disk that succeeded or failed. */
  walWritten(successful: boolean, durationSeconds = 0): void {
    this.#counter('linborg_push_wal_writes_total').inc();
    if (successful) this.#walDuration().observe(durationSeconds);
    else this.#counter('linborg_push_wal_writes_failed_total').inc();
  }

  /** Shows what pushed records take on disk. */
  setWalSize(bytes: number, segments: number): void {
    this.#gauge('linborg_push_wal_bytes').set(bytes);
    this.#gauge('linborg_push_wal_segments').set(segments);
  }

  /** Shows how much pushed records may take on disk. */
  setWalLimit(maxBytes: number): void {
    this.#gauge('linborg_push_wal_max_bytes').set(maxBytes);
  }

  /** Counts segments of pushed records that were deleted. */
  walSegmentsDropped(reason: string, segments: number): void {
    this.#counter('linborg_push_wal_segments_dropped_total').inc({ reason }, segments);
  }

  /** Counts bytes of the write-ahead file that are no whole entry. */
  walTorn(bytes: number): void {
    this.#counter('linborg_push_wal_torn_bytes_total').inc(bytes);
  }

  /** Shows how many servers have been pushed. */
  setPushedServers(count: number): void {
    this.#gauge('linborg_push_servers').set(count);
  }

  /** Counts forecast series that the budget left out of a cycle. */
  seriesDropped(count: number): void {
    this.#counter('linborg_series_dropped_total').inc(count);
  }

  /** Counts forecast steps that were compared with a sample. */
  forecastsJudged(count: number): void {
    this.#counter('linborg_forecasts_judged_total').inc(count);
  }

  /** Counts a remote read that was answered with `samples`, or refused. */
  futureRead(successful: boolean, samples: number): void {
    this.#counter('linborg_future_reads_total').inc();
    if (!successful) this.#counter('linborg_future_reads_failed_total').inc();
    this.#counter('linborg_future_read_samples_total').inc(samples);
  }

  /** Shows the memory that earlier forecasts take, and whether it did for all servers. */
  forecastsKept(bytes: number, serversLeftOut: number): void {
    this.#gauge('linborg_past_forecasts_bytes').set(bytes);
    this.#gauge('linborg_past_forecasts_servers_left_out').set(serversLeftOut);
  }

  /**
   * Counts a write of the future that ended at epoch second `at`.
   * @param samples  those that the store took
   */
  futureWritten(successful: boolean, samples: number, at: number): void {
    this.#counter('linborg_future_writes_total').inc();
    this.#counter('linborg_future_write_samples_total').inc(samples);
    if (successful) this.#gauge('linborg_future_write_last_success_timestamp_seconds').set(at);
    else this.#counter('linborg_future_writes_failed_total').inc();
  }

  /**
   * Counts a retraining that ended.
   * @param reason   what asked for it, e.g. `drift`
   * @param outcome  what came of it, e.g. `promoted`
   */
  retrained(reason: string, outcome: string): void {
    this.#counter('linborg_model_retraining_total').inc({ reason, outcome });
  }

  /**
   * Counts an action that a rule wanted.
   * @param outcome  what came of it, e.g. `delivered` or `cooldown`
   */
  actionDecided(rule: string, action: string, outcome: string): void {
    this.#counter('linborg_actions_total').inc({ rule, action, outcome });
  }

  /** All families with their values at this moment. */
  collect(): ReturnType<Registry['getMetricsAsJSON']> {
    return this.#registry.getMetricsAsJSON();
  }

  #cycleDuration(): Histogram {
    return this.#metric(
      'linborg_cycle_duration_seconds',
      (entry) => new Histogram({ ...entry, buckets: CYCLE_BUCKETS_SECONDS }),
    );
  }

  #walDuration(): Histogram {
    return this.#metric(
      'linborg_push_wal_write_duration_seconds',
      (entry) => new Histogram({ ...entry, buckets: WRITE_BUCKETS_SECONDS }),
    );
  }

  #counter(name: ExporterMetricName): Counter {
    return this.#metric(name, (entry) => new Counter(entry));
  }

  /** Made at its first use: a gauge that was never set is absent instead of 0. */
  #gauge(name: ExporterMetricName): Gauge {
    return this.#metric(name, (entry) => new Gauge(entry));
  }

  #metric<M extends Counter | Gauge | Histogram>(name: ExporterMetricName, make: (entry: MetricEntry) => M): M {
    let metric = this.#metrics.get(name);
    if (!metric) {
      const { help, labels } = EXPORTER_METRICS.find((entry) => entry.name === name)!;
      metric = make({ name, help, labelNames: [...labels], registers: [this.#registry] });
      this.#metrics.set(name, metric);
    }
    return metric as M;
  }
}

interface MetricEntry {
  readonly name: string;
  readonly help: string;
  readonly labelNames: string[];
  readonly registers: Registry[];
}
