import type { CatalogueEntry } from './entry.js';

/** Families about linborg at work: its build, model and configuration, its cycles and workers, and what they came to. */
export const SERVICE_METRICS = [
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
