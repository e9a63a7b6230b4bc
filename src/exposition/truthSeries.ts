/** The families about how good the forecasts are, as text; what is not judged yet has no sample. */
import type {
  DriftMeasures,
  DriftScore,
  ForecastAccuracy,
  ProbabilityAccuracy,
  ProbabilityBin,
  TruthReport,
} from '../core/truth.js';
import { TRUTH_METRICS } from './catalogue/truth.js';
import { escapeLabelValue, familyHead, formatMeasure } from './seriesText.js';

type TruthMetricName = (typeof TRUTH_METRICS)[number]['name'];

/** The drift measures under the names of the older daemons, which labels and JSON use. */
export const MEASURE_NAMES: Readonly<Record<keyof DriftMeasures, string>> = {
  per: 'per',
  dss: 'dss',
  fds: 'fds',
  anomalyRate: 'anomaly_rate',
};

/** Yields family by family and returns the number of series. */
export function* renderTruthSeries(truth: TruthReport): Generator<string, number> {
  let rendered = 0;
  for (const { name, type, help } of TRUTH_METRICS) {
    const samples = truthSamples(name, truth).filter(({ value }) => Number.isFinite(value));
    if (samples.length === 0) continue;
    rendered += samples.length;
    yield familyHead(name, type, help) + samples.map((sample) => renderSample(name, sample)).join('');
  }
  return rendered;
}

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The samples of a family; NaN where something is not judged yet. */
export function truthSamples(name: TruthMetricName, truth: TruthReport): Sample[] {
  switch (name) {
    case 'linborg_forecast_mase_ratio':
      return accuracySamples(truth, ({ mase }) => mase);
    case 'linborg_forecast_coverage_ratio':
      return accuracySamples(truth, ({ coverage }) => coverage);
    case 'linborg_forecast_width_ratio':
      return accuracySamples(truth, ({ width }) => width);
    case 'linborg_forecast_pinball_loss':
      return accuracySamples(truth, ({ pinball }) => pinball);
    case 'linborg_forecast_skill_ratio':
      return truth.accuracy.flatMap(({ metric, horizon, skill }) =>
        Object.entries(skill).map(([baseline, value]) => ({ labels: { metric, horizon, baseline }, value })),
      );
    case 'linborg_incident_brier_ratio':
      return probabilitySamples(truth, ({ brier }) => brier);
    case 'linborg_incident_skill_ratio':
      return probabilitySamples(truth, ({ skill }) => skill);
    case 'linborg_incident_promised_ratio':
      return tenthSamples(truth, ({ promised }) => promised);
    case 'linborg_incident_reliability_ratio':
      return tenthSamples(truth, ({ observed }) => observed);
    case 'linborg_incident_judged_probabilities':
      return tenthSamples(truth, ({ cases }) => cases);
    case 'linborg_incident_judged_breaches':
      return tenthSamples(truth, ({ breaches }) => breaches);
    case 'linborg_forecast_ledger_pending':
      return [{ labels: {}, value: truth.pending }];
    case 'linborg_model_serving':
      return truth.serving.map(({ metric, model, profile }) => ({
        labels: { metric, model, ...(profile === undefined ? {} : { profile }) },
        value: 1,
      }));
    case 'linborg_drift_score':
      return scoreSamples(truth.drift?.scores);
    case 'linborg_training_distance_score':
      return scoreSamples(truth.drift?.trainingScores);
    case 'linborg_drift_measure_ratio':
      return measureSamples(truth);
  }
}

function accuracySamples(truth: TruthReport, pick: (entry: ForecastAccuracy) => number): Sample[] {
  return truth.accuracy.map((entry) => ({
    labels: { metric: entry.metric, horizon: entry.horizon },
    value: pick(entry),
  }));
}

function probabilitySamples({ incidents }: TruthReport, pick: (entry: ProbabilityAccuracy) => number): Sample[] {
  return incidents.probabilities.map((entry) => ({ labels: { horizon: entry.horizon }, value: pick(entry) }));
}

function tenthSamples({ incidents }: TruthReport, pick: (tenth: ProbabilityBin) => number): Sample[] {
  return incidents.probabilities.flatMap(({ horizon, bins }) =>
    bins.map((tenth) => ({
      labels: { horizon, bin: `${tenth.from.toFixed(1)}-${tenth.to.toFixed(1)}` },
      value: pick(tenth),
    })),
  );
}

function scoreSamples(scores: readonly DriftScore[] = []): Sample[] {
  return scores.map(({ metric, score }) => ({ labels: { metric }, value: score }));
}

function measureSamples({ drift }: TruthReport): Sample[] {
  if (drift === undefined) return [];
  return (Object.keys(MEASURE_NAMES) as (keyof DriftMeasures)[]).map((measure) => ({
    labels: { measure: MEASURE_NAMES[measure] },
    value: drift[measure],
  }));
}

function renderSample(name: TruthMetricName, { labels, value }: Sample): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabelValue(text)}"`);
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${formatMeasure(value)}\n`;
}
