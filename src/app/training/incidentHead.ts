/** The incident head of a model whose weights are found: drawn from its forecasts, trained, measured. */
import type { Engine } from '../../model/engine/types.js';
import type { TrainedHead } from '../../model/files/modelFolder.js';
import { Forecaster } from '../../model/forecaster.js';
import { chooseHead } from '../../model/incident/chooseHead.js';
import { drawRows } from '../../model/incident/drawRows.js';
import { evaluateHead, type IncidentAccuracy } from '../../model/incident/evaluateHead.js';
import type { Hyperparameters, WeightValues } from '../../model/network/parameters.js';
import type { Split } from '../../model/training/corpus.js';
import type { Progress } from '../progress.js';
import type { Corpora } from './corpora.js';

export interface HeadOrder {
  readonly hyperparameters: Hyperparameters;
  /** Of the network, whose forecasts the head is to judge. */
  readonly weights: WeightValues;
  readonly corpora: Corpora;
  readonly split: Split;
  readonly seed: number;
  /** The head to start from; none = a new one. */
  readonly base?: WeightValues | undefined;
  /** The command as it was typed. */
  readonly command: string;
}

/** The head, or undefined where the corpora hold too few breaches to learn from. */
export async function makeIncidentHead(
  engine: Engine,
  order: HeadOrder,
  progress: Progress,
): Promise<TrainedHead | undefined> {
  const forecaster = new Forecaster(engine, order.hyperparameters, order.weights);
  const say = (doing: string) => (share: number) =>
    progress.update(`incident head: ${doing}: ${Math.round(100 * share)} %`);
  try {
    const { corpora, seed, command } = order;
    const rows = await drawRows(forecaster, corpora.trained, order, say('drawing cases'));
    const chosen = await chooseHead(rows, order.base, seed, say('learning'));
    if (chosen === undefined) {
      progress.done('no incident head: the series are too short or breach too seldom; the quantiles stand in for it');
      return undefined;
    }
    const { weights, outcome, validationLoss } = chosen;
    const counts = { rows: rows.training.count, validation_rows: rows.validation.count };
    progress.done(
      `incident head ${outcome}: ${counts.rows} cases, log-loss ${validationLoss.toFixed(4)} on ${counts.validation_rows} others`,
    );
    const measured = { corpus: [...corpora.trained, ...corpora.others], from: order.split.trainUntil };
    const accuracy = await evaluateHead(forecaster, weights, measured, say('measuring'));
    for (const entry of accuracy) progress.done(describeAccuracy(entry));
    const taught = new Set(outcome === 'kept' ? [] : corpora.trained.map(({ dataset }) => dataset));
    return {
      weights,
      about: {
        ...{ command, seed, outcome, ...counts },
        validation_log_loss: Number.isNaN(validationLoss) ? null : validationLoss,
        accuracy: accuracy.map((entry) => ({ ...entry, trained_on: taught.has(entry.dataset) })),
      },
    };
  } finally {
    forecaster.dispose();
  }
}

function describeAccuracy({
  dataset,
  metric,
  threshold,
  auroc,
  auroc_within_servers,
  onsets,
}: IncidentAccuracy): string {
  const areas = auroc.map((area) => area?.toFixed(3) ?? '–').join(', ');
  const within = auroc_within_servers.map((area) => area?.toFixed(3) ?? '–').join(', ');
  return `${dataset}, ${metric} at ${threshold}: ${onsets.join(', ')} onsets; AUROC ${areas}; within servers ${within}`;
}
