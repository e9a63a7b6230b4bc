/** `linborg train`: read, train or fine-tune, measure, write the model folder. */
import { mkdir, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { CommandError, WriteError } from '../../core/errors.js';
import { writeWhole } from '../../files/wholeFile.js';
import { loadEngine } from '../../model/engine/engine.js';
import type { Engine } from '../../model/engine/types.js';
import type { Manifest } from '../../model/files/manifest.js';
import { type TrainedModel, writeModel } from '../../model/files/modelFolder.js';
import {
  type LossPoint,
  readCheckpoint,
  type SavedCheckpoint,
  type TrainingIdentity,
  writeCheckpoint,
} from '../../model/training/checkpoint.js';
import type { TrainingHooks } from '../../model/training/trainer.js';
import { numberWithin, wholeNumber } from '../flags.js';
import { createProgress, type Progress } from '../progress.js';
import { type CorpusFlags, readCorpora } from '../training/corpora.js';
import { type PlanFlags, planTraining } from '../training/plan.js';
import { progressLine } from '../training/progressLine.js';
import { renderTrainingReport } from '../training/report/renderTrainingReport.js';
import { listenToStopRequests } from '../training/stopRequests.js';
import { trainModel } from '../training/trainModel.js';

const CHECKPOINT_FILE = 'checkpoint.safetensors';

interface TrainFlags extends PlanFlags, CorpusFlags {
  readonly out: string;
  readonly threads: string;
  readonly minutes?: string;
  readonly resume?: boolean;
}

/** @param commandText the command as it was typed, for the model's card */
export async function train(flags: TrainFlags, commandText: string): Promise<number> {
  const plan = await planTraining(flags);
  const limitSeconds = timeLimit(flags);
  const engine = await loadEngine('auto', wholeNumber('threads', flags.threads, 1, 64));
  if (engine.kind !== 'native') {
    throw new CommandError(`training needs the native engine (${engine.reason}); everything else runs without it`);
  }
  const progress = createProgress();
  await checkFolder(flags.out);
  const checkpointPath = join(flags.out, CHECKPOINT_FILE);
  const resume = flags.resume ? await readCheckpoint(checkpointPath, plan.identity) : undefined;
  const corpora = await readCorpora(flags, progress);
  if (resume) progress.done(`going on from step ${resume.state.step}`);

  const stop = listenToStopRequests(progress);
  const pace = { batchSize: plan.settings.batchSize, startStep: resume?.state.step ?? 0, limitSeconds };
  const history: LossPoint[] = [...(resume?.history ?? [])];
  const say = progressLine(progress, pace);
  const hooks: TrainingHooks = {
    signal: AbortSignal.any([stop.signal, ...clockOf(limitSeconds)]),
    onProgress: (report) => {
      history.push(report);
      say(report);
    },
    onCheckpoint: (checkpoint) =>
      keepCheckpoint(checkpointPath, { ...checkpoint, history: [...history] }, plan.identity, progress),
  };
  const name = basename(resolve(flags.out));
  const order = { plan, corpora, hooks, resume, name, command: commandText, onLearnt: stop.learntAll };
  const model = await trainModel(engine, order, progress).catch(blame(flags.from)).finally(stop.release);
  const manifest = await writeModelSomewhere(flags.out, model, engine, progress);
  await writeReport(join(flags.out, 'report.html'), renderTrainingReport(manifest, history), progress);
  if (stop.stoppedLearning()) progress.done('stopped early; go on with the same command and --resume');
  else await rm(checkpointPath, { force: true });
  return 0;
}

/** A history that nothing can be learnt from is named. */
function blame(from: readonly string[]): (cause: unknown) => never {
  return (cause) => {
    if (cause instanceof RangeError) throw new CommandError(`${from.join(' ')}: ${cause.message}`, { cause });
    throw cause;
  };
}

/** Seconds of `--minutes`; Infinity without. */
function timeLimit({ minutes }: TrainFlags): number {
  return minutes === undefined ? Number.POSITIVE_INFINITY : 60 * numberWithin('minutes', minutes, 0.01, 10_000);
}

/** Aborts after so long; none for Infinity. */
function clockOf(seconds: number): AbortSignal[] {
  if (seconds === Number.POSITIVE_INFINITY) return [];
  // Not AbortSignal.timeout: what only AbortSignal.any refers to is collected, and then never fires (Node 20).
  const clock = new AbortController();
  setTimeout(() => clock.abort(), Math.round(seconds * 1000)).unref();
  return [clock.signal];
}

/** Finds out before hours of training whether the folder can be made; leaves nothing behind, since the training may fail. */
async function checkFolder(folder: string): Promise<void> {
  try {
    const firstMade = await mkdir(folder, { recursive: true });
    for (let at = resolve(folder); firstMade !== undefined; at = dirname(at)) {
      await rmdir(at);
      if (at === resolve(firstMade)) break;
    }
  } catch (cause) {
    throw new CommandError(`--out ${folder} cannot be made (${(cause as Error).message}); choose another folder`, {
      cause,
    });
  }
}

/** A checkpoint that cannot be written is said and survived: the best weights are in memory. */
async function keepCheckpoint(
  path: string,
  checkpoint: SavedCheckpoint,
  identity: TrainingIdentity,
  progress: Progress,
): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeCheckpoint(path, checkpoint, identity, checkpoint.history);
  } catch (error) {
    if (!(error instanceof WriteError) && (error as NodeJS.ErrnoException).code === undefined) throw error;
    progress.done(`warning: ${(error as Error).message}; training goes on with the best weights in memory`);
  }
}

/** What to do with it. */
function nextStep(out: string, { training, incident }: TrainedModel): string {
  return training.base?.outcome === 'no gain' && (incident === undefined || incident.about.outcome === 'kept')
    ? ': the same weights as the base, so there is no reason to serve it'
    : `; serve it with "model: ${resolve(out)}" in linborg.yml`;
}

/** Nothing is lost: where the folder cannot be written, the model goes to the temporary folder. */
async function writeModelSomewhere(
  out: string,
  model: TrainedModel,
  engine: Engine,
  progress: Progress,
): Promise<Manifest> {
  try {
    const manifest = await writeModel(out, model, engine);
    progress.done(`wrote ${out}${nextStep(out, model)}`);
    return manifest;
  } catch (cause) {
    const rescue = join(tmpdir(), `linborg-model-${process.pid}`);
    await writeModel(rescue, model, engine);
    const why = `${out}: ${(cause as Error).message}`;
    throw new CommandError(`${why}; the model was written to ${rescue} instead: make room and move it`, { cause });
  }
}

/** The model is whole without it: a report that cannot be written is said. */
async function writeReport(path: string, text: string, progress: Progress): Promise<void> {
  try {
    await writeWhole(path, text);
  } catch (error) {
    if (!(error instanceof WriteError)) throw error;
    progress.done(`warning: ${error.message}; the model is whole without its report`);
  }
}
