/** `linborg train`: read, train, measure, write the model folder. */
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { CommandError, ModelError } from '../../core/errors.js';
import { PROFILES } from '../../core/profiles.js';
import { loadEngine } from '../../model/engine/engine.js';
import type { Engine } from '../../model/engine/types.js';
import { type TrainedModel, writeModel } from '../../model/files/modelFolder.js';
import { Forecaster } from '../../model/forecaster.js';
import {
  DEFAULT_HYPERPARAMETERS,
  type Hyperparameters,
  NETWORKS,
  PERCEPTRON_HYPERPARAMETERS,
} from '../../model/network/parameters.js';
import { readCheckpoint, writeCheckpoint } from '../../model/training/checkpoint.js';
import type { LongSeries } from '../../model/training/corpus.js';
import { evaluateModel } from '../../model/training/evaluate.js';
import {
  type BestWeights,
  type Checkpoint,
  DEFAULT_TRAINING,
  type TrainingHooks,
  type TrainingProgress,
  type TrainingSettings,
  trainNetwork,
} from '../../model/training/trainer.js';
import { loadConfigFile } from '../configFile.js';
import { wholeNumber } from '../flags.js';
import { interruptSignal } from '../interrupt.js';
import { openSources } from '../openSources.js';
import { packageVersion } from '../package.js';
import { createProgress, describeRemaining, type Progress } from '../progress.js';
import { describeDatasets, readFromSource, readTraceFolders } from '../training/readCorpus.js';

/** Rolling origins per series when accuracy is measured. */
const ORIGINS = 30;

interface TrainFlags {
  readonly from: readonly string[];
  readonly 'config.file': string;
  readonly days: string;
  readonly out: string;
  readonly evaluate?: readonly string[];
  readonly steps: string;
  readonly network: string;
  readonly hidden?: string;
  readonly seed: string;
  readonly threads: string;
  readonly resume?: boolean;
}

/** @param commandText the command as it was typed, for the model's card */
export async function train(flags: TrainFlags, commandText: string): Promise<number> {
  const hyperparameters = hyperparametersOf(flags);
  const settings: TrainingSettings = {
    ...DEFAULT_TRAINING,
    seed: wholeNumber('seed', flags.seed, 0, 2 ** 31 - 1),
    adam: { ...DEFAULT_TRAINING.adam, totalSteps: wholeNumber('steps', flags.steps, 1, 1e7) },
  };
  const engine = await loadEngine('auto', wholeNumber('threads', flags.threads, 1, 64));
  if (engine.kind !== 'native') {
    throw new CommandError(`training needs the native engine (${engine.reason}); everything else runs without it`);
  }
  const progress = createProgress();
  await makeFolder(flags.out);
  const corpus = await readCorpus(flags, progress);
  const checkpointPath = join(flags.out, 'checkpoint.safetensors');
  const identity = { hyperparameters, seed: settings.seed };
  const resume = flags.resume ? await readCheckpoint(checkpointPath, identity) : undefined;
  if (resume) progress.done(`going on from step ${resume.state.step}`);

  const interrupt = interruptSignal();
  const hooks: TrainingHooks = {
    signal: interrupt.signal,
    onProgress: progressLine(progress, settings.batchSize),
    onCheckpoint: (checkpoint) => keepCheckpoint(checkpointPath, checkpoint, identity, progress),
  };
  const best = await trainNetwork(engine, corpus, hyperparameters, settings, hooks, resume).catch((cause) => {
    if (cause instanceof RangeError) throw new CommandError(`${flags.from.join(' ')}: ${cause.message}`, { cause });
    throw cause;
  });
  progress.done(`best validation loss ${best.loss.toFixed(4)} at step ${best.step}`);

  const others = flags.evaluate ? await readTraceFolders(flags.evaluate, progress) : [];
  const model: TrainedModel = {
    name: basename(resolve(flags.out)),
    created: new Date().toISOString(),
    linborg: packageVersion(),
    hyperparameters,
    weights: best.weights,
    training: {
      command: commandText,
      seed: settings.seed,
      steps: best.step,
      validation_loss: best.loss,
      train_until: settings.split.trainUntil,
      datasets: describeDatasets(corpus),
    },
    profiles: PROFILES,
    accuracy: await measure(engine, hyperparameters, best, [...corpus, ...others], settings, progress),
  };
  interrupt.release();
  await writeModelSomewhere(flags.out, model, engine, progress);
  if (interrupt.signal.aborted) progress.done('stopped early; go on with the same command and --resume');
  else await rm(checkpointPath, { force: true });
  return 0;
}

function hyperparametersOf({ network, hidden }: TrainFlags): Hyperparameters {
  if (!NETWORKS.some((kind) => kind === network)) {
    throw new CommandError(`--network is "${network}"; expected ${NETWORKS.join(' or ')}`);
  }
  const defaults = network === 'perceptron' ? PERCEPTRON_HYPERPARAMETERS : DEFAULT_HYPERPARAMETERS;
  return hidden === undefined ? defaults : { ...defaults, hidden: wholeNumber('hidden', hidden, 4, 256) };
}

/** Before hours of training, not after them. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    throw new CommandError(`--out ${folder} cannot be made (${(cause as Error).message}); choose another folder`, {
      cause,
    });
  }
}

async function readCorpus(flags: TrainFlags, progress: Progress): Promise<LongSeries[]> {
  const [kind, ...folders] = flags.from;
  if (kind === 'csv' && folders.length > 0) return readTraceFolders(folders, progress);
  if (kind === 'prometheus' && folders.length === 0) {
    const config = await loadConfigFile(flags['config.file']);
    const sources = await openSources(config);
    try {
      const corpora = [];
      for (const source of sources) {
        corpora.push(await readFromSource(source, Number(flags.days), config.windows.profiles, progress));
      }
      return corpora.flat();
    } finally {
      for (const source of sources) source.close();
    }
  }
  throw new CommandError(`--from is "${flags.from.join(' ')}"; expected "csv DIR [DIR…]" or "prometheus"`);
}

function progressLine(progress: Progress, batchSize: number): (report: TrainingProgress) => void {
  const startedAt = performance.now();
  let firstStep: number | undefined;
  return (report) => {
    firstStep ??= report.step - 20;
    const elapsed = (performance.now() - startedAt) / 1000;
    const done = report.step - firstStep;
    const share = done / (report.totalSteps - firstStep);
    const parts = [
      `step ${report.step}/${report.totalSteps}`,
      `loss ${report.loss.toFixed(4)}`,
      ...(report.bestLoss === undefined ? [] : [`best validation ${report.bestLoss.toFixed(4)}`]),
      `${Math.round((done * batchSize) / elapsed)} windows/s`,
      describeRemaining(share, elapsed),
    ];
    if (report.validationLoss === undefined) progress.update(parts.join('  '));
    else progress.done(`${parts.join('  ')}  validation ${report.validationLoss.toFixed(4)}`);
  };
}

/** A checkpoint that cannot be written is said and survived: the best weights are in memory. */
async function keepCheckpoint(
  path: string,
  checkpoint: Checkpoint,
  identity: Parameters<typeof writeCheckpoint>[2],
  progress: Progress,
): Promise<void> {
  try {
    await writeCheckpoint(path, checkpoint, identity);
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    progress.done(`warning: ${error.message}; training goes on with the best weights in memory`);
  }
}

async function measure(
  engine: Engine,
  hyperparameters: Hyperparameters,
  best: BestWeights,
  corpus: readonly LongSeries[],
  { split }: TrainingSettings,
  progress: Progress,
) {
  const forecaster = new Forecaster(engine, hyperparameters, best.weights);
  const accuracy = await evaluateModel(forecaster, corpus, { from: split.trainUntil, origins: ORIGINS }, (share) =>
    progress.update(`measuring accuracy: ${Math.round(share * 100)} %`),
  );
  forecaster.dispose();
  for (const { dataset, mase, coverage, baselines } of accuracy) {
    const [name, bestNaive] = Object.entries(baselines).sort(([, a], [, b]) => a - b)[0]!;
    progress.done(
      `${dataset}: median MASE ${mase.toFixed(3)}, best by hand ${bestNaive.toFixed(3)} (${name}), coverage ${coverage.toFixed(3)}`,
    );
  }
  return accuracy;
}

/** Nothing is lost: where the folder cannot be written, the model goes to the temporary folder. */
async function writeModelSomewhere(
  out: string,
  model: TrainedModel,
  engine: Engine,
  progress: Progress,
): Promise<void> {
  try {
    await writeModel(out, model, engine);
    progress.done(`wrote ${out}`);
  } catch (cause) {
    const rescue = join(tmpdir(), `linborg-model-${process.pid}`);
    await writeModel(rescue, model, engine);
    const why = `${out}: ${(cause as Error).message}`;
    throw new CommandError(`${why}; the model was written to ${rescue} instead: make room and move it`, { cause });
  }
}
