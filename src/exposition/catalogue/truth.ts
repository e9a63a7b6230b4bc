import type { CatalogueEntry } from './entry.js';

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
