/** What is learnt, as it lies in the data folder: the state file, the trained models, and which of them serves. */
import { join, resolve } from 'node:path';
import type { Logger } from 'pino';
import type { KnownModel, TrainingOutcome, TrainingReason, TrainingRecord } from '../../exposition/learning.js';
import type { ModelOptions } from '../../model/options.js';
import type { ChallengeEvidence } from '../../truth/challenge.js';
import { resolveModelPath } from '../modelPath.js';
import type { RetrainOptions } from '../options.js';
import { emptyState, type LearningState, readState, writeState } from './learningState.js';
import { describeModel, listTrained, prune, removeLeftovers, type StoredModel } from './trainedModels.js';

/** What a configuration says of it. */
export interface LearningSettings {
  readonly options: RetrainOptions;
  readonly model: ModelOptions;
  /** Steps between two forecasts of a server that go into the ledger. */
  readonly everySteps: number;
}

export interface LearningParts {
  readonly settings: LearningSettings;
  /** The script that is linborg: trainings are processes of it. */
  readonly program: string;
  /** Flags of `train` that say where the history is. */
  readonly from: readonly string[];
  readonly log: Logger;
  /** Epoch seconds now. */
  readonly clock: () => number;
  /** Takes the data folder before anything in it is changed; rejects where another linborg has it. */
  readonly takeFolder: () => Promise<void>;
  /** Puts the model of a folder into service; if it throws, the model before goes on. */
  readonly serve: (modelPath: string) => Promise<void>;
  /** Counts what came of a training. */
  readonly onOutcome: (reason: TrainingReason, outcome: TrainingOutcome) => void;
}

const STATE_FILE = 'learning.json';

export class LearningStore {
  readonly #parts: LearningParts;
  #settings: LearningSettings;
  #configured: StoredModel;
  #state: LearningState;

  private constructor(parts: LearningParts, configured: StoredModel, state: LearningState) {
    this.#parts = parts;
    this.#settings = parts.settings;
    this.#configured = configured;
    this.#state = state;
  }

  /** Reads what is there. Throws ModelError if the configured model cannot be used; anything else is said and left behind. */
  static async open(parts: LearningParts): Promise<LearningStore> {
    const configured = await configuredModel(parts.settings);
    const store = new LearningStore(parts, configured, emptyState(configured.sha256));
    await store.#restore();
    return store;
  }

  get state(): LearningState {
    return this.#state;
  }

  get options(): RetrainOptions {
    return this.#settings.options;
  }

  get engine(): ModelOptions['engine'] {
    return this.#settings.model.engine;
  }

  get everySteps(): number {
    return this.#settings.everySteps;
  }

  /** Where the trained models lie. */
  get folder(): string {
    return join(this.#dataFolder, 'models');
  }

  get configuredPath(): string {
    return this.#configured.path;
  }

  get servingPath(): string {
    return this.pathOf(this.#state.serving);
  }

  /** @param model  null = the configured one */
  pathOf(model: string | null): string {
    return model === null ? this.#configured.path : join(this.folder, model);
  }

  nameOf(model: string | null): string {
    return model ?? this.#configured.name;
  }

  async models(): Promise<KnownModel[]> {
    const trained = (await listTrained(this.folder)).filter(({ path }) => path !== this.#configured.path);
    return [this.#configured, ...trained].map(({ name, path, created, bytes }) => ({
      name,
      path,
      created,
      bytes,
      isCurrent: path === this.servingPath,
      isConfigured: path === this.#configured.path,
    }));
  }

  async pathFor(settings: LearningSettings): Promise<string> {
    const configured = await configuredModel(settings);
    const isSame = configured.sha256 === this.#configured.sha256;
    return isSame && this.#state.serving !== null ? this.servingPath : configured.path;
  }

  /** Tells whether another model is configured now, which makes void what was learnt on the one before. */
  async adopt(settings: LearningSettings): Promise<boolean> {
    const configured = await configuredModel(settings);
    const isOther = configured.sha256 !== this.#configured.sha256;
    this.#settings = settings;
    this.#configured = configured;
    if (isOther) await this.update({ ...emptyState(configured.sha256), records: this.#state.records });
    return isOther;
  }

  async fallBack(reason: string): Promise<void> {
    const { serving } = this.#state;
    this.#parts.log.error({ model: serving, reason }, 'the trained model cannot serve; the configured one does');
    await this.update({ serving: null, trial: null });
  }

  async update(change: Partial<LearningState>): Promise<void> {
    this.#state = { ...this.#state, ...change };
    await this.save();
  }

  /** In memory; `save` writes it. */
  keepEvidence({ blocks, ...looks }: ChallengeEvidence): void {
    const { trial } = this.#state;
    const evidence = { ...looks, blocks: blocks.map((block) => ({ ...block })) };
    if (trial) this.#state = { ...this.#state, trial: { ...trial, evidence } };
  }

  /** A state that cannot be written costs the next start, not this one. */
  async save(): Promise<void> {
    try {
      await this.#parts.takeFolder();
      await writeState(join(this.#dataFolder, STATE_FILE), this.#state);
    } catch (error) {
      const reason = (error as Error).message;
      this.#parts.log.error({ reason }, 'what was learnt cannot be written down; a restart will not know of it');
    }
  }

  /** Notes a training that ended. */
  async addRecord(record: TrainingRecord): Promise<void> {
    await this.update({ records: [...this.#state.records, record] });
    this.#tell(record);
  }

  /** Notes what became of a trained model. */
  async conclude(id: string, outcome: TrainingOutcome, message: string): Promise<void> {
    const records = this.#state.records.map((record) => (record.id === id ? { ...record, outcome, message } : record));
    await this.update({ records });
    const record = records.find((one) => one.id === id);
    if (record) this.#tell(record);
  }

  /** Removes old models; those that serve or are on trial stay. */
  async prune(): Promise<void> {
    const { serving, trial } = this.#state;
    const used = [this.#configured.name, serving, trial?.model].filter((name) => typeof name === 'string');
    try {
      await this.#parts.takeFolder();
      await prune(this.folder, this.options.keep, new Set(used));
    } catch (error) {
      this.#parts.log.warn({ reason: (error as Error).message }, 'old models could not be removed');
    }
  }

  get #dataFolder(): string {
    return resolve(this.#parts.settings.options.dataFolder);
  }

  async #restore(): Promise<void> {
    const { log } = this.#parts;
    try {
      const removed = await removeLeftovers(this.folder);
      if (removed.length > 0) log.info({ trainings: removed }, 'removed what unfinished trainings had left');
      const state = await readState(join(this.#dataFolder, STATE_FILE));
      if (state) await this.#takeOver(state);
    } catch (error) {
      const reason = (error as Error).message;
      log.error({ reason }, 'what was learnt before cannot be read; the configured model serves');
    }
  }

  async #takeOver(state: LearningState): Promise<void> {
    if (state.configured !== this.#configured.sha256) {
      const { name } = this.#configured;
      this.#parts.log.info(
        { model: name },
        'another model is configured; what was trained on the one before is not used',
      );
      this.#state = { ...this.#state, records: state.records };
      return;
    }
    this.#state = state;
    if (state.serving === null) return;
    await describeModel(this.servingPath).catch((error: Error) => this.fallBack(error.message));
  }

  #tell({ id, reason, outcome, message }: TrainingRecord): void {
    const facts = { id, reason, outcome, message };
    if (outcome === 'failed') this.#parts.log.error(facts, 'training failed; the model that serves goes on');
    else this.#parts.log.info(facts, 'training came to something');
    if (outcome !== 'on_trial') this.#parts.onOutcome(reason, outcome);
  }
}

async function configuredModel({ model }: LearningSettings): Promise<StoredModel> {
  return describeModel(await resolveModelPath(model.path));
}
