/** Every metric of linborg itself: what /metrics, the table in docs/metrics.md and the tests are made from. */

export interface CatalogueEntry {
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'histogram';
  /** Meaning, range, and when the series is absent. No quotes, backslashes or line feeds. */
  readonly help: string;
  readonly labels: readonly string[];
}

/** Families about servers and forecasts, in the order of the output; rendered once per cycle. */
export const CYCLE_METRICS = [
  {
    name: 'linborg_risk_score',
    type: 'gauge',
    help: 'Risk of a server from its state now and its forecasts, 0-100: green below 30, yellow to 70, red above; linborg_risk_level holds the color steady. Absent while the server is stale or has no forecast.',
    labels: ['server', 'profile'],
  },
  {
    name: 'linborg_risk_level',
    type: 'gauge',
    help: 'Always 1; the label holds the color of the risk: green, yellow or red. It rises with the score at once and falls when the score has been more than 5 points below the border for 10 minutes. Absent with the risk score.',
    labels: ['server', 'profile', 'color'],
  },
  {
    name: 'linborg_risk_contribution',
    type: 'gauge',
    help: 'Points of the risk score that one metric explains, its exact Shapley value; they add up to the score. Absent for metrics without any.',
    labels: ['server', 'metric'],
  },
  {
    name: 'linborg_trend_per_hour',
    type: 'gauge',
    help: 'Slope of the last 3 hours of the metrics that explain most of the risk, in the unit of the metric per hour; three metrics of a server at most. Absent for all others, and where half of the samples are missing.',
    labels: ['server', 'metric'],
  },
  {
    name: 'linborg_incident_probability_ratio',
    type: 'gauge',
    help: 'Probability that any metric breaches its threshold anew within the horizon, for 15 minutes unless the rule says otherwise, 0-1; what is breached already does not count. Absent with the risk score.',
    labels: ['server', 'horizon'],
  },
  {
    name: 'linborg_metric_value',
    type: 'gauge',
    help: 'Newest 5-minute mean of a metric as linborg reads it, in the unit of the metric; the bucket may be partial. Absent while the server is stale, and for metrics that it has not.',
    labels: ['server', 'metric'],
  },
  {
    name: 'linborg_threshold_value',
    type: 'gauge',
    help: 'Threshold of a metric on that server, in the unit of the metric: from the configuration, or a multiple of what the server is used to. Absent without one, without a value or forecast of the metric, and with the risk score.',
    labels: ['server', 'metric'],
  },
  {
    name: 'linborg_threshold_breached',
    type: 'gauge',
    help: 'Always 1; the newest value of the metric is at or beyond its threshold. Absent where it is not, and with the risk score.',
    labels: ['server', 'metric'],
  },
  {
    name: 'linborg_time_to_threshold_seconds',
    type: 'gauge',
    help: 'Seconds until that level of the forecast reaches the threshold of the metric, 0 = it is there now. Absent if it does not within 8 h.',
    labels: ['server', 'metric', 'level'],
  },
  {
    name: 'linborg_server_state',
    type: 'gauge',
    help: 'Always 1; the label holds the state: ok, warming, stale, gaps or maintenance. Absent for a server that has vanished.',
    labels: ['server', 'state'],
  },
  {
    name: 'linborg_server_info',
    type: 'gauge',
    help: 'Always 1; beside server, the labels of the scraped series that the configuration passes through (labels of a source). Absent where it names none, and for servers that have none of them.',
    labels: ['server'],
  },
  {
    name: 'linborg_server_warmup_ratio',
    type: 'gauge',
    help: 'Share of the history needed before the first forecast, 0-1; 1 = warm. Absent while the server is stale.',
    labels: ['server'],
  },
  {
    name: 'linborg_server_history_seconds',
    type: 'gauge',
    help: 'History that the best-covered metric of a server has, up to 8 days. Absent while the server is stale.',
    labels: ['server'],
  },
  {
    name: 'linborg_server_coverage_ratio',
    type: 'gauge',
    help: 'Share of the 5-minute buckets of the last 24 h that have a sample, mean over the metrics present, 0-1. Absent while the server is stale.',
    labels: ['server'],
  },
  {
    name: 'linborg_servers',
    type: 'gauge',
    help: 'Servers in the last cycle by state. Absent until a cycle has succeeded, and when none has for three intervals.',
    labels: ['state'],
  },
  {
    name: 'linborg_profile_servers',
    type: 'gauge',
    help: 'Servers by profile and by what told it: rule, label, record, name, behaviour or none. Absent for pairs without a server.',
    labels: ['profile', 'origin'],
  },
  {
    name: 'linborg_maintenance_servers',
    type: 'gauge',
    help: 'Servers that a maintenance window covers now, 0 or more. Absent for a window whose expression no source can evaluate.',
    labels: ['window'],
  },
  {
    name: 'linborg_forecast_value',
    type: 'gauge',
    help: 'Forecast of a metric for now + horizon, in the unit of the metric. Absent without a forecast, and beyond export.max_series for the least risky servers.',
    labels: ['server', 'metric', 'horizon', 'level'],
  },
] as const satisfies readonly CatalogueEntry[];

/** Families about the fleet as a whole; rendered once per cycle, absent until samples can be judged. */
export const FLEET_METRICS = [
  {
    name: 'linborg_anomaly_score',
    type: 'gauge',
    help: 'Distance of the newest samples from what was forecast for them an hour before, in half-widths of p10-p90, median of three: 1 is the edge, above is outside. Absent without such a forecast or sample.',
    labels: ['server', 'metric'],
  },
  {
    name: 'linborg_server_stress_ratio',
    type: 'gauge',
    help: 'How far a server is on the bad side of what was forecast, in half-widths of p10-p90, mean of its two worst kinds of metrics. Absent for servers that are not under stress.',
    labels: ['server'],
  },
  {
    name: 'linborg_stressed_servers',
    type: 'gauge',
    help: 'Servers under stress that nothing forecast; those in maintenance do not count. Absent until samples can be judged.',
    labels: [],
  },
  {
    name: 'linborg_stressed_servers_usual',
    type: 'gauge',
    help: 'Servers that are usually under stress, a mean over days. Absent until samples can be judged.',
    labels: [],
  },
  {
    name: 'linborg_cascade_score',
    type: 'gauge',
    help: 'How clearly servers come under stress one after the other and move together, 0-1; 0 = no such group, a cascade from 0.5 on. Absent until samples can be judged.',
    labels: [],
  },
  {
    name: 'linborg_cascade_servers',
    type: 'gauge',
    help: 'Servers of the group that the cascade score is about. Absent until samples can be judged.',
    labels: [],
  },
  {
    name: 'linborg_cascade_origin_info',
    type: 'gauge',
    help: 'Always 1; the label names the server of that group that was first. Absent without a group.',
    labels: ['server'],
  },
  {
    name: 'linborg_category_anomaly',
    type: 'gauge',
    help: 'Always 1; the last hour of a category (api, infrastructure, ai_engine) was out of what was forecast for it, and how severely: low, medium, high or critical. Absent where it was not.',
    labels: ['category', 'severity'],
  },
  {
    name: 'linborg_category_anomaly_score',
    type: 'gauge',
    help: 'How deep and how widely the last hour of a category was out of what was forecast, 0-1. Absent for categories without a series that can be judged.',
    labels: ['category'],
  },
  {
    name: 'linborg_category_anomaly_confidence_ratio',
    type: 'gauge',
    help: 'Probability of fewer outlying servers or series in a category if each were outlying by its usual chance, 0-1; an anomaly from 0.99 on. Absent with the score.',
    labels: ['category'],
  },
] as const satisfies readonly CatalogueEntry[];

/** Families about how good the forecasts are, of the fleet and not of servers; rendered once per cycle. */
export const TRUTH_METRICS = [
  {
    name: 'linborg_forecast_mase_ratio',
    type: 'gauge',
    help: 'Measured live: mean absolute error of the p50 served over the error of the 24 h seasonal naive forecast in the history before; below 1 is better than that. Absent until forecasts have come due.',
    labels: ['metric', 'horizon'],
  },
  {
    name: 'linborg_forecast_skill_ratio',
    type: 'gauge',
    help: 'Measured live: 1 - error of the p50 served / error of the baseline on the same samples, at most 1; below 0 the baseline was better. Absent until forecasts have come due.',
    labels: ['metric', 'horizon', 'baseline'],
  },
  {
    name: 'linborg_forecast_coverage_ratio',
    type: 'gauge',
    help: 'Measured live: share of samples inside p10-p90, 0-1; 0.8 is meant. Absent until forecasts have come due.',
    labels: ['metric', 'horizon'],
  },
  {
    name: 'linborg_forecast_width_ratio',
    type: 'gauge',
    help: 'Measured live: mean width of p10-p90 over the same scale as linborg_forecast_mase_ratio; a wide interval covers more and says less. Absent until forecasts have come due.',
    labels: ['metric', 'horizon'],
  },
  {
    name: 'linborg_forecast_pinball_loss',
    type: 'gauge',
    help: 'Measured live: mean pinball loss over p10, p50 and p90, in the unit of the metric. Absent until forecasts have come due.',
    labels: ['metric', 'horizon'],
  },
  {
    name: 'linborg_incident_brier_ratio',
    type: 'gauge',
    help: 'Measured live: mean squared difference of the probability that a threshold is breached within the horizon and what came, 0-1; 0 is perfect. Absent until 100 probabilities have come due.',
    labels: ['horizon'],
  },
  {
    name: 'linborg_incident_skill_ratio',
    type: 'gauge',
    help: 'Measured live: 1 - Brier score of the probabilities / that of always saying the share that came, at most 1; below 0 that would have been better. Absent until 100 probabilities have come due and 5 of them were followed by a breach.',
    labels: ['horizon'],
  },
  {
    name: 'linborg_incident_promised_ratio',
    type: 'gauge',
    help: 'Measured live: mean of the probabilities in one tenth of 0-1. Absent until 20 of that tenth have come due.',
    labels: ['horizon', 'bin'],
  },
  {
    name: 'linborg_incident_reliability_ratio',
    type: 'gauge',
    help: 'Measured live: share of the probabilities in one tenth of 0-1 that were followed by a breach, 0-1; linborg_incident_promised_ratio is meant. Absent until 20 of that tenth have come due.',
    labels: ['horizon', 'bin'],
  },
  {
    name: 'linborg_incident_judged_probabilities',
    type: 'gauge',
    help: 'Probabilities in one tenth of 0-1 that have come due; older ones count less. Absent until there are 20.',
    labels: ['horizon', 'bin'],
  },
  {
    name: 'linborg_incident_judged_breaches',
    type: 'gauge',
    help: 'Those of linborg_incident_judged_probabilities that were followed by a breach. Absent with it.',
    labels: ['horizon', 'bin'],
  },
  {
    name: 'linborg_forecast_ledger_pending',
    type: 'gauge',
    help: 'Forecasts in the ledger that have not come due yet. Absent until a cycle has succeeded.',
    labels: [],
  },
  {
    name: 'linborg_model_serving',
    type: 'gauge',
    help: 'Always 1; the labels hold which model or baseline serves the metric now, with a profile where that profile has a choice of its own. Absent for those that do not serve.',
    labels: ['metric', 'model', 'profile'],
  },
  {
    name: 'linborg_drift_score',
    type: 'gauge',
    help: 'Distance of the inputs of about the last two days from those of the first week since the start: upper quartile over the input figures of the population stability index, 0 or more; below 0.1 alike, above 0.2 another distribution. Absent until a day after that week and where the model does not name its inputs.',
    labels: ['metric'],
  },
  {
    name: 'linborg_training_distance_score',
    type: 'gauge',
    help: 'Distance of the inputs of about the last day from the training inputs, measured like linborg_drift_score; above 0.2 the fleet is of another kind than the training data, which is no drift. Absent while evidence is short and where the model does not tell its training inputs.',
    labels: ['metric'],
  },
  {
    name: 'linborg_drift_measure_ratio',
    type: 'gauge',
    help: 'Drift of the whole fleet by measure: per = rise of the forecast error against the baselines since the first days, dss = mean drift score, fds = share of input figures that shifted since the first week, anomaly_rate = share of samples outside p10-p90 beyond the nominal 20 percent. Absent while evidence is short.',
    labels: ['measure'],
  },
] as const satisfies readonly CatalogueEntry[];

/** Families about the exporter itself. */
export const EXPORTER_METRICS = [
  {
    name: 'linborg_build_info',
    type: 'gauge',
    help: 'Always 1; the labels hold the version, the inference engine and its backend, and the version of Node.js.',
    labels: ['version', 'engine', 'backend', 'node_version'],
  },
  {
    name: 'linborg_model_info',
    type: 'gauge',
    help: 'Always 1; the labels hold the name of the loaded model, when it was made, and its number of parameters. Absent while no model is loaded.',
    labels: ['model', 'created', 'parameters'],
  },
  {
    name: 'linborg_config_last_reload_successful',
    type: 'gauge',
    help: 'Whether the last load of the configuration succeeded, 0 or 1; after a failure the last good one goes on. Absent before the first load.',
    labels: [],
  },
  {
    name: 'linborg_config_last_reload_success_timestamp_seconds',
    type: 'gauge',
    help: 'Unix time of the last successful load of the configuration. Absent before the first.',
    labels: [],
  },
  {
    name: 'linborg_cycle_duration_seconds',
    type: 'histogram',
    help: 'Duration of the cycles that ended, from the first query to the rendered metrics.',
    labels: [],
  },
  {
    name: 'linborg_cycles_total',
    type: 'counter',
    help: 'Cycles that ended, failed ones included.',
    labels: [],
  },
  {
    name: 'linborg_cycles_failed_total',
    type: 'counter',
    help: 'Cycles that ended without a result.',
    labels: [],
  },
  {
    name: 'linborg_cycles_skipped_total',
    type: 'counter',
    help: 'Cycles left out because the one before was still running.',
    labels: [],
  },
  {
    name: 'linborg_cycle_last_success_timestamp_seconds',
    type: 'gauge',
    help: 'Unix time at which the last successful cycle ended. Absent before the first.',
    labels: [],
  },
  {
    name: 'linborg_workers',
    type: 'gauge',
    help: 'Worker threads that forecast and are ready, 0 or more. Absent before the first cycle.',
    labels: [],
  },
  {
    name: 'linborg_worker_busy_seconds_total',
    type: 'counter',
    help: 'Time that worker threads spent on jobs, all together, counted once per cycle; its rate over linborg_workers is the share that is busy.',
    labels: [],
  },
  {
    name: 'linborg_worker_deaths_total',
    type: 'counter',
    help: 'Worker threads that died; each is replaced unless five in a row die without finishing a job.',
    labels: [],
  },
  {
    name: 'linborg_source_queries_total',
    type: 'counter',
    help: 'Queries sent to a source, failed ones included.',
    labels: ['source'],
  },
  {
    name: 'linborg_source_queries_failed_total',
    type: 'counter',
    help: 'Queries to a source that brought no result after all their tries.',
    labels: ['source'],
  },
  {
    name: 'linborg_source_samples_total',
    type: 'counter',
    help: 'Samples that a source delivered.',
    labels: ['source'],
  },
  {
    name: 'linborg_source_duplicate_series_total',
    type: 'counter',
    help: 'Series left out because another one of the same source had the same server and metric.',
    labels: ['source'],
  },
  {
    name: 'linborg_source_clock_skew_seconds',
    type: 'gauge',
    help: 'Clock of the source minus the clock here, at the last answer that told it. Absent before that.',
    labels: ['source'],
  },
  {
    name: 'linborg_source_target_up',
    type: 'gauge',
    help: 'Whether the last read of an extra target was answered, and within its limits, 0 or 1; the label metric is its name. Absent before the first read.',
    labels: ['source', 'metric'],
  },
  {
    name: 'linborg_source_target_series',
    type: 'gauge',
    help: 'Series that the last read of an extra target gave values for, 0 or more. Absent before the first read.',
    labels: ['source', 'metric'],
  },
  {
    name: 'linborg_samples_dropped_total',
    type: 'counter',
    help: 'Samples that no window took, by reason.',
    labels: ['reason'],
  },
  {
    name: 'linborg_push_requests_total',
    type: 'counter',
    help: 'Requests to /feed/data with the right key and within the rate, refused ones included.',
    labels: [],
  },
  {
    name: 'linborg_push_requests_failed_total',
    type: 'counter',
    help: 'Requests to /feed/data that were refused or failed: nothing of them was taken in.',
    labels: [],
  },
  {
    name: 'linborg_push_records_total',
    type: 'counter',
    help: 'Pushed records, by what became of them: accepted, rejected (faulty, or in a batch that was refused) or too_old (older than the window). Absent until the first batch.',
    labels: ['outcome'],
  },
  {
    name: 'linborg_push_records_clamped_total',
    type: 'counter',
    help: 'Pushed records that were accepted with an uptime cut to 365 days.',
    labels: [],
  },
  {
    name: 'linborg_push_servers',
    type: 'gauge',
    help: 'Servers that records have been pushed for, 0 to push.max_servers. Absent unless push.enabled.',
    labels: [],
  },
  {
    name: 'linborg_push_wal_writes_total',
    type: 'counter',
    help: 'Writes of pushed records to disk, each for all the batches that came during the one before, failed ones included.',
    labels: [],
  },
  {
    name: 'linborg_push_wal_writes_failed_total',
    type: 'counter',
    help: 'Writes of pushed records to disk that failed: the clients got a 503.',
    labels: [],
  },
  {
    name: 'linborg_push_wal_write_duration_seconds',
    type: 'histogram',
    help: 'Duration of the writes of pushed records that succeeded, until the disk has them.',
    labels: [],
  },
  {
    name: 'linborg_push_wal_bytes',
    type: 'gauge',
    help: 'Size of the write-ahead file of pushed records, up to push.wal_max_bytes. Absent unless push.enabled.',
    labels: [],
  },
  {
    name: 'linborg_push_wal_segments',
    type: 'gauge',
    help: 'Files that the write-ahead file consists of. Absent unless push.enabled.',
    labels: [],
  },
  {
    name: 'linborg_push_wal_segments_dropped_total',
    type: 'counter',
    help: 'Files of pushed records that were deleted: history (older than the window) or size (beyond push.wal_max_bytes). Absent until the first.',
    labels: ['reason'],
  },
  {
    name: 'linborg_push_wal_torn_bytes_total',
    type: 'counter',
    help: 'Bytes of the write-ahead file that were no whole entry when it was opened: a write that did not come to its end, or damage.',
    labels: [],
  },
  {
    name: 'linborg_series_dropped_total',
    type: 'counter',
    help: 'Forecast series left out of a cycle because of export.max_series, summed over the cycles.',
    labels: [],
  },
  {
    name: 'linborg_forecasts_judged_total',
    type: 'counter',
    help: 'Steps of forecasts served since the start that came due and were compared with a sample. Hindcasts and forecasts read back at the start are left out.',
    labels: [],
  },
  {
    name: 'linborg_future_reads_total',
    type: 'counter',
    help: 'Requests to /api/v1/read, refused ones included.',
    labels: [],
  },
  {
    name: 'linborg_future_reads_failed_total',
    type: 'counter',
    help: 'Requests to /api/v1/read that were refused or failed.',
    labels: [],
  },
  {
    name: 'linborg_future_read_samples_total',
    type: 'counter',
    help: 'Samples of linborg_future that remote read has answered with.',
    labels: [],
  },
  {
    name: 'linborg_future_writes_total',
    type: 'counter',
    help: 'Writes of the future to another store, failed ones included. Stays 0 without future.remote_write.',
    labels: [],
  },
  {
    name: 'linborg_future_writes_failed_total',
    type: 'counter',
    help: 'Writes of the future that the store did not take in full after all their tries.',
    labels: [],
  },
  {
    name: 'linborg_future_write_samples_total',
    type: 'counter',
    help: 'Samples of the future that another store took.',
    labels: [],
  },
  {
    name: 'linborg_future_write_last_success_timestamp_seconds',
    type: 'gauge',
    help: 'Unix time at which the last write of the future ended that was taken in full. Absent before the first.',
    labels: [],
  },
  {
    name: 'linborg_past_forecasts_bytes',
    type: 'gauge',
    help: 'Memory of the earlier forecasts that are kept for the label age of linborg_future, up to future.keep_max_bytes. Absent until a cycle has succeeded.',
    labels: [],
  },
  {
    name: 'linborg_past_forecasts_servers_left_out',
    type: 'gauge',
    help: 'Servers whose newest forecasts were not kept because of future.keep_max_bytes, the least risky ones. Absent until a cycle has succeeded.',
    labels: [],
  },
  {
    name: 'linborg_model_retraining_total',
    type: 'counter',
    help: 'Retrainings that ended, by what asked for them and what came of it.',
    labels: ['reason', 'outcome'],
  },
  {
    name: 'linborg_actions_total',
    type: 'counter',
    help: 'Actions that rules of the policy wanted, by what came of them: delivered, failed or unknown for those that were allowed, otherwise why not. A denial that goes on counts once an hour.',
    labels: ['rule', 'action', 'outcome'],
  },
] as const satisfies readonly CatalogueEntry[];

export type ExporterMetricName = (typeof EXPORTER_METRICS)[number]['name'];
