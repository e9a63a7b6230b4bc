/** `linborg train`: read, train or fine-tune, measure, write the model folder. */
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { CommandError, ModelError } from '../../core/errors.js';
import { loadEngine } from '../../model/engine/engine.js';
import type { Engine } from '../../model/engine/types.js';
import { type TrainedModel, writeModel } from '../../model/files/modelFolder.js';
import { readCheckpoint, type TrainingIdentity, writeCheckpoint } from '../../model/training/checkpoint.js';
import type { Checkpoint, TrainingHooks, TrainingProgress } from '../../model/training/trainer.js';
import { numberWithin, wholeNumber } from '../flags.js';
import { interruptSignal } from '../interrupt.js';
import { createProgress, describeRemaining, type Progress } from '../progress.js';
import { type CorpusFlags, readCorpora } from '../training/corpora.js';
import { type PlanFlags, planTraining } from '../training/plan.js';
import { trainModel } from '../training/trainModel.js';

interface TrainFlags extends PlanFlags, CorpusFlags {
  readonly out: string;
  readonly threads: string;
  readonly minutes?: string;
  readonly resume?: boolean;
}

/** @param commandText the command as it was typed, for the model's card */
export async function train(flags: TrainFlags, commandText: string): Promise<number> {
  const plan = await planTraining(flags);
  const limit = timeLimit(flags);
  const engine = await loadEngine('auto', wholeNumber('threads', flags.threads, 1, 64));
  if (engine.kind !== 'native') {
    throw new CommandError(`training needs the native engine (${engine.reason}); everything else runs without it`);
  }
  const progress = createProgress();
  await makeFolder(flags.out);
  const corpora = await readCorpora(flags, progress);
  const checkpointPath = join(flags.out, 'checkpoint.safetensors');
  const resume = flags.resume ? await readCheckpoint(checkpointPath, plan.identity) : undefined;
  if (resume) progress.done(`going on from step ${resume.state.step}`);

  const interrupt = interruptSignal();
  const hooks: TrainingHooks = {
    signal: AbortSignal.any([interrupt.signal, ...limit()]),
    onProgress: progressLine(progress, plan.settings.batchSize),
    onCheckpoint: (checkpoint) => keepCheckpoint(checkpointPath, checkpoint, plan.identity, progress),
  };
  const order = { plan, corpora, hooks, resume, name: basename(resolve(flags.out)), command: commandText };
  const model = await trainModel(engine, order, progress).catch((cause) => {
    if (cause instanceof RangeError) throw new CommandError(`${flags.from.join(' ')}: ${cause.message}`, { cause });
    throw cause;
  });
  interrupt.release();
  await writeModelSomewhere(flags.out, model, engine, progress);
  if (interrupt.signal.aborted) progress.done('stopped early; go on with the same command and --resume');
  else await rm(checkpointPath, { force: true });
  return 0;
}

/** Checks `--minutes`; what is returned starts the clock, where there is one. */
function timeLimit({ minutes }: TrainFlags): () => AbortSignal[] {
  const limit = minutes === undefined ? undefined : numberWithin('minutes', minutes, 0.01, 10_000);
  return () => {
    if (limit === undefined) return [];
    // Not AbortSignal.timeout: what only AbortSignal.any refers to is collected, and then never fires (Node 20).
    const clock = new AbortController();
    setTimeout(() => clock.abort(), Math.round(limit * 60_000)).unref();
    return [clock.signal];
  };
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
  identity: TrainingIdentity,
  progress: Progress,
): Promise<void> {
  try {
    await writeCheckpoint(path, checkpoint, identity);
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    progress.done(`warning: ${error.message}; training goes on with the best weights in memory`);
  }
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
