/**
 * Learning from the user's own fleet: when to train, who is on trial, who serves. One thing at a time; whatever fails is said
 * and counted, and the model that serves goes on.
 */
import { join } from 'node:path';
import { isServer } from '../../core/frame.js';
import type { DriftReport } from '../../core/truth.js';
import type {
  KnownModel,
  LearningDoors,
  TrainingOutcome,
  TrainingReason,
  TrainingRecord,
  TrainingStatus,
  TrialStatus,
  WishAnswer,
} from '../../exposition/learning.js';
import type { ExcludedSpan } from '../../model/training/excludedSpans.js';
import type { CycleResult } from '../cycle.js';
import { oneAtATime } from '../oneAtATime.js';
import { decideTraining, medianHistorySeconds, type TrainingDecision } from './due.js';
import { type LearningParts, type LearningSettings, LearningStore } from './learningStore.js';
import { removeModel, trainingId } from './trainedModels.js';
import { Training, type TrainingEnd } from './training.js';
import { TrialRun } from './trialRun.js';

/** What a cycle tells besides its result. */
export interface FleetContext {
  readonly drift: DriftReport | undefined;
  /** Spans of maintenance, incidents and own actions; asked for when a training starts. */
  readonly excluded: () => readonly ExcludedSpan[];
}

export class FleetLearning implements LearningDoors {
  readonly #parts: LearningParts;
  readonly #store: LearningStore;
  readonly #startedAt: number;
  readonly #stopping = new AbortController();
  readonly #trial: TrialRun;
  /** Each finds the state as the one before has left it. */
  readonly #exclusive = oneAtATime();
  #training: Training | undefined;
  #driftSince: number | undefined;
  #excluded: () => readonly ExcludedSpan[] = () => [];
  #decision: TrainingDecision = { kind: 'wait', why: 'no cycle has ended yet' };

  private constructor(parts: LearningParts, store: LearningStore) {
    this.#parts = parts;
    this.#store = store;
    this.#startedAt = parts.clock();
    this.#trial = new TrialRun(parts, store, this.#stopping.signal);
  }

  /** Finds out which model serves. Throws ModelError if the configured one cannot be used. */
  static async open(parts: LearningParts): Promise<FleetLearning> {
    return new FleetLearning(parts, await LearningStore.open(parts));
  }

  /** The folder of the model that serves. */
  get servingPath(): string {
    return this.#store.servingPath;
  }

  /** The folder that will serve under other settings. Throws ModelError if the model that they name cannot be used. */
  pathFor(settings: LearningSettings): Promise<string> {
    return this.#store.pathFor(settings);
  }

  /** Other settings are in force; with another configured model, what was learnt on the former one no longer serves. */
  adopt(settings: LearningSettings): Promise<void> {
    return this.#exclusive(async () => {
      if (await this.#store.adopt(settings)) await this.#trial.close();
    });
  }

  /** The trained model cannot be loaded after all: the configured one serves. */
  fallBack(reason: string): Promise<void> {
    return this.#exclusive(async () => {
      await this.#trial.close();
      await this.#store.fallBack(reason);
    });
  }

  /** Takes in a cycle, before the next one changes its frames: lets the trial go on, and trains where that is due. Never rejects. */
  observe(result: CycleResult, { drift, excluded }: FleetContext): Promise<void> {
    return this.#exclusive(async () => {
      if (this.#stopping.signal.aborted) return;
      this.#excluded = excluded;
      this.#driftSince = drift?.needsRetraining ? (this.#driftSince ?? result.at) : undefined;
      await this.#trial.observe(result);
      this.#decision = decideTraining(this.#store.options, {
        at: result.at,
        startedAt: this.#startedAt,
        lastEndedAt: this.#store.state.records.at(-1)?.endedAt,
        driftSince: this.#driftSince,
        historySeconds: medianHistorySeconds(result.servers.map(({ frame }) => frame).filter(isServer)),
        isTraining: this.#training !== undefined,
        isOnTrial: this.#store.state.trial !== null,
      });
      if (this.#decision.kind === 'train') this.#start(this.#decision.reason);
    }).catch((error: Error) => {
      if (!this.#stopping.signal.aborted) this.#parts.log.error({ err: error }, 'learning from the fleet failed');
    });
  }

  /** Ends training and trial at once; evidence is kept. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([this.#training?.stop(), this.#trial.interrupt()]);
    await this.#exclusive(() => this.#trial.suspend());
  }

  models(): Promise<readonly KnownModel[]> {
    return this.#store.models();
  }

  training(): TrainingStatus | undefined {
    return this.#training?.status();
  }

  trial(): TrialStatus | undefined {
    return this.#trial.status;
  }

  records(): readonly TrainingRecord[] {
    return this.#store.state.records;
  }

  nextTraining(): string {
    if (this.#training) return 'a training is under way';
    return this.#decision.kind === 'wait' ? this.#decision.why : 'now';
  }

  trigger(): Promise<WishAnswer> {
    return this.#exclusive(async () => {
      const { trial } = this.#store.state;
      if (this.#training) return refused(`training ${this.#training.id} is under way; cancel it first`);
      if (trial?.role === 'challenger') return refused(`model ${trial.model} is on trial; cancel that first`);
      const id = this.#start('manual');
      return { kind: 'done', id, message: `training ${id} was started` };
    });
  }

  async cancel(): Promise<WishAnswer> {
    const training = this.#training;
    if (training) {
      await training.stop();
      // What its end has set going is done, too.
      await this.#exclusive(async () => {});
      return { kind: 'done', id: training.id, message: `training ${training.id} was cancelled` };
    }
    return this.#exclusive(async () => {
      const { trial } = this.#store.state;
      if (trial?.role !== 'challenger') return refused('no training is under way, and no trained model is on trial');
      await this.#trial.cancel('the trial was cancelled');
      return { kind: 'done', id: trial.training, message: `the trial of ${trial.model} was cancelled` };
    });
  }

  load(name: string | undefined): Promise<WishAnswer> {
    return this.#exclusive(async () => {
      const models = await this.#store.models();
      const model = models.find((one) => (name === undefined ? one.isConfigured : one.name === name));
      const known = models.map((one) => one.name);
      if (!model) return { kind: 'unknown', message: `no model is called ${JSON.stringify(name)}`, known };
      try {
        await this.#parts.serve(model.path);
      } catch (error) {
        return refused(`${model.name} was not loaded, the model before goes on: ${(error as Error).message}`);
      }
      // First, so that the end of the trial does not remove it as an old one.
      await this.#store.update({ serving: model.isConfigured ? null : model.name });
      await this.#trial.cancel(`${model.name} was loaded by hand`);
      return { kind: 'done', message: `${model.name} serves` };
    });
  }

  #start(reason: TrainingReason): string {
    const { clock, log, program, from } = this.#parts;
    const { options, folder, configuredPath: base } = this.#store;
    const id = trainingId(clock());
    const excluded = this.#excluded();
    const training = new Training({ id, reason, out: join(folder, id), base, excluded, options, program, from, clock });
    this.#training = training;
    log.info({ id, reason, excludedSpans: excluded.length }, 'training started');
    void training.ended
      .then((end) => this.#exclusive(() => this.#ended(training, end)))
      .catch((error: Error) => log.error({ err: error, id }, 'the end of a training could not be dealt with'));
    return id;
  }

  async #ended(training: Training, end: TrainingEnd): Promise<void> {
    try {
      await this.#settle(training, end);
    } finally {
      this.#training = undefined;
    }
  }

  async #settle({ id, reason, startedAt }: Training, end: TrainingEnd): Promise<void> {
    const { folder } = this.#store;
    if (end.kind !== 'model') await removeModel(folder, id);
    // A stop of linborg is no verdict on the training: it may start again.
    if (end.kind === 'stopped' && this.#stopping.signal.aborted) return;
    const endedAt = this.#parts.clock();
    const record = (outcome: TrainingOutcome, message: string) =>
      this.#store.addRecord({ id, reason, startedAt, endedAt, outcome, message });
    switch (end.kind) {
      case 'failed':
        return record('failed', end.message);
      case 'stopped':
        return record('cancelled', 'the training was cancelled');
      case 'no gain':
        return record('no_gain', end.message);
      case 'model': {
        await this.#trial.begin(id, endedAt);
        await record('on_trial', end.message);
        return this.#store.prune();
      }
    }
  }
}

function refused(message: string): WishAnswer {
  return { kind: 'refused', message };
}
