/** One training from its order to a model folder, or to the reason why there is none. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelError } from '../../core/errors.js';
import type { TrainingReason, TrainingStatus } from '../../exposition/learning.js';
import type { FolderLock } from '../../files/folderLock.js';
import { readModel } from '../../model/files/modelFolder.js';
import type { ExcludedSpan } from '../../model/training/excludedSpans.js';
import { FINE_TUNING } from '../../model/training/fineTune.js';
import { renderExclusions } from '../exclusions.js';
import type { RetrainOptions } from '../options.js';
import { FIRST_STEP, stepAfter, type TrainingStep } from './progressLines.js';
import { lockTraining } from './trainedModels.js';
import { TrainingProcess } from './trainingProcess.js';

export interface TrainingWish {
  readonly id: string;
  readonly reason: TrainingReason;
  /** Folder to write. */
  readonly out: string;
  /** Folder of the model to start from. */
  readonly base: string;
  /** What is not learnt from. */
  readonly excluded: readonly ExcludedSpan[];
  readonly options: RetrainOptions;
  /** The script that is linborg. */
  readonly program: string;
  /** Where the history comes from: the flags of `train`. */
  readonly from: readonly string[];
  readonly clock: () => number;
}

export type TrainingEnd =
  | { readonly kind: 'model'; readonly message: string }
  | { readonly kind: 'no gain'; readonly message: string }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly message: string };

/** Reading a month from a slow Prometheus and measuring two models take their time, too. */
const SECONDS_BESIDES_LEARNING = 3600;
/**
 * Share of the history that is only measured on, for the card: the trial is what proves the model. More would leave out what is newest, where
 * the drift lies that asked for the training.
 */
const HELD_OUT = 0.1;
/** A step and a validation may still be under way when the time is over. */
const GRACE_SECONDS = 10;

export class Training {
  readonly #wish: TrainingWish;
  readonly #startedAt: number;
  #learningSince: number | undefined;
  #step: TrainingStep = FIRST_STEP;
  #process: TrainingProcess | undefined;
  #budget: NodeJS.Timeout | undefined;
  #isStopped = false;
  /** Never rejects. */
  readonly ended: Promise<TrainingEnd>;

  constructor(wish: TrainingWish) {
    this.#wish = wish;
    this.#startedAt = wish.clock();
    this.ended = this.#run().catch((error: Error) => ({ kind: 'failed', message: error.message }));
  }

  get id(): string {
    return this.#wish.id;
  }

  get reason(): TrainingReason {
    return this.#wish.reason;
  }

  get startedAt(): number {
    return this.#startedAt;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  status(): TrainingStatus {
    const { clock, options } = this.#wish;
    const { phase, step, totalSteps } = this.#step;
    const learnt = this.#learningSince === undefined ? 0 : clock() - this.#learningSince;
    const byTime = learnt / options.maxDurationSeconds;
    const bySteps = totalSteps === 0 ? 0 : step / totalSteps;
    const share = phase === 'measuring' ? 1 : Math.min(1, Math.max(byTime, bySteps));
    const isLearning = phase === 'training' && bySteps > 0;
    const bySpeed = isLearning ? (learnt * (1 - bySteps)) / bySteps : Number.POSITIVE_INFINITY;
    return {
      id: this.id,
      reason: this.reason,
      startedAt: this.#startedAt,
      phase,
      epoch: Math.ceil(step / FINE_TUNING.validateEvery),
      totalEpochs: Math.ceil(totalSteps / FINE_TUNING.validateEvery),
      share,
      remainingSeconds: isLearning ? Math.max(0, Math.min(bySpeed, options.maxDurationSeconds - learnt)) : undefined,
    };
  }

  /** Ends it at once. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#process?.stop();
    await this.ended;
  }

  async #run(): Promise<TrainingEnd> {
    const { out, excluded } = this.#wish;
    const exclusions = join(out, 'excluded.csv');
    let lock: FolderLock | undefined;
    try {
      await mkdir(out, { recursive: true });
      lock = await lockTraining(out);
      await writeFile(exclusions, renderExclusions(excluded));
    } catch (cause) {
      await lock?.release();
      throw new ModelError(`${out} cannot be written (${(cause as Error).message}); set data_dir to another folder`, {
        cause,
      });
    }
    try {
      return await this.#train(exclusions);
    } finally {
      await lock.release();
    }
  }

  async #train(exclusions: string): Promise<TrainingEnd> {
    const { out, options, program } = this.#wish;
    if (this.#isStopped) return { kind: 'stopped' };
    this.#process = new TrainingProcess({
      args: [program, ...this.#arguments(exclusions)],
      nice: options.nice,
      maxMemoryBytes: options.maxMemoryBytes,
      maxSeconds: options.maxDurationSeconds + SECONDS_BESIDES_LEARNING,
      onLine: (line) => this.#read(line),
    });
    const end = await this.#process.ended;
    clearTimeout(this.#budget);
    // What a training that was asked to finish leaves for a later one to go on from; there is none.
    await rm(join(out, 'checkpoint.safetensors'), { force: true });
    switch (end.kind) {
      case 'done':
        return describeResult(out);
      case 'stopped':
        return end;
      case 'failed':
        return { kind: 'failed', message: end.reason };
    }
  }

  #arguments(exclusions: string): string[] {
    const { out, base, from, options } = this.#wish;
    const minutes = String(options.maxDurationSeconds / 60);
    const limits = [
      '--threads',
      '1',
      '--minutes',
      minutes,
      '--days',
      String(options.days),
      '--hold-out',
      String(HELD_OUT),
    ];
    return ['train', ...from, ...limits, '--base', base, '--exclude', exclusions, '--out', out];
  }

  #read(line: string): void {
    this.#step = stepAfter(this.#step, line);
    if (this.#step.phase !== 'training' || this.#learningSince !== undefined) return;
    this.#learningSince = this.#wish.clock();
    // It has been told its limit; here the budget is held, whatever it does.
    const milliseconds = (this.#wish.options.maxDurationSeconds + GRACE_SECONDS) * 1000;
    this.#budget = setTimeout(() => this.#process?.finish(), milliseconds);
  }
}

/** What was written, by its own account. Throws ModelError if it cannot be loaded. */
async function describeResult(out: string): Promise<TrainingEnd> {
  const { training } = (await readModel(out)).manifest;
  const { base, validation_loss } = training;
  if (base === undefined) throw new ModelError(`${out} does not say what it was trained from`);
  const losses = `validation loss ${validation_loss.toFixed(4)}, that of ${base.name} is ${base.validation_loss.toFixed(4)}`;
  return base.outcome === 'gain'
    ? { kind: 'model', message: losses }
    : { kind: 'no gain', message: `no gain: ${losses}` };
}
