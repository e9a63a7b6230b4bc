/** What a model's manifest says of it, as the pages show it. */
import { RISK_HORIZONS } from '../../core/flow.js';
import { medianOf } from '../../core/statistics.js';
import type { ModelCard, ModelSummary } from '../../exposition/summaries.js';
import type { PoolReport } from '../forecasting/pool.js';

type Manifest = PoolReport['manifest'];

export function modelSummaryOf({ name, created, weights }: Manifest, path: string): ModelSummary {
  return { name, path, created, parameters: weights.parameters };
}

export function modelCardOf(manifest: Manifest, path: string): ModelCard {
  const { hyperparameters, training, incident } = manifest;
  const last = RISK_HORIZONS.length - 1;
  const ranked = (incident?.accuracy ?? []).map(({ auroc }) => auroc[last] ?? null).filter((area) => area !== null);
  return {
    ...modelSummaryOf(manifest, path),
    network: hyperparameters.network,
    hidden: hyperparameters.hidden,
    datasets: training.datasets,
    accuracy: manifest.accuracy.map(({ dataset, series, mase, coverage, baselines, trained_on: trainedOn }) => ({
      ...{ dataset, series, mase, coverage, baselines, trainedOn },
    })),
    incidentMeasurements: incident?.accuracy.length ?? 0,
    incidentAuroc: ranked.length === 0 ? Number.NaN : medianOf(ranked),
  };
}
