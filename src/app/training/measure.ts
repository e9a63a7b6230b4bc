/** Accuracy on what a training never saw, said while it is measured. */
import type { Engine } from '../../model/engine/types.js';
import type { ModelAccuracy } from '../../model/files/manifest.js';
import { Forecaster } from '../../model/forecaster.js';
import type { Hyperparameters, WeightValues } from '../../model/network/parameters.js';
import type { LongSeries } from '../../model/training/corpus.js';
import { evaluateModel } from '../../model/training/evaluate.js';
import type { Progress } from '../progress.js';

/** Rolling origins per series. */
const ORIGINS = 30;

export interface MeasuredModel {
  /** For people, e.g. `the base`. */
  readonly name: string;
  readonly hyperparameters: Hyperparameters;
  readonly weights: WeightValues;
}

/** Accuracy per data set on the part of each series after `from`. */
export async function measureAccuracy(
  engine: Engine,
  { name, hyperparameters, weights }: MeasuredModel,
  task: { readonly corpus: readonly LongSeries[]; readonly from: number },
  progress: Progress,
): Promise<ModelAccuracy[]> {
  const forecaster = new Forecaster(engine, hyperparameters, weights);
  const accuracy = await evaluateModel(forecaster, task.corpus, { from: task.from, origins: ORIGINS }, (share) =>
    progress.update(`measuring the accuracy of ${name}: ${Math.round(share * 100)} %`),
  );
  forecaster.dispose();
  for (const { dataset, mase, ratio, coverage, baselines } of accuracy) {
    const [naive, bestNaive] = Object.entries(baselines).sort(([, a], [, b]) => a - b)[0]!;
    progress.done(
      `${dataset}: ${name} has median MASE ${mase.toFixed(3)}, best by hand ${bestNaive.toFixed(3)} (${naive}), ratio ${ratio!.toFixed(3)}, coverage ${coverage.toFixed(3)}`,
    );
  }
  return accuracy;
}
