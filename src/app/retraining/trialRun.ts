/** The trial under way: who is on trial, how it goes on from cycle to cycle and over restarts, and what its verdict changes. */
import type { TrainingOutcome, TrialStatus } from '../../exposition/learning.js';
import type { Verdict } from '../../truth/challenge.js';
import type { CycleResult } from '../cycle.js';
import type { TrialState } from './learningState.js';
import type { LearningParts, LearningStore } from './learningStore.js';
import { describeVerdict, Trial } from './trial.js';

/** Evidence that a crash may cost. */
const SAVE_EVERY_SECONDS = 1800;

/** One at a time at most. Whoever calls takes turns: each call finds what the one before has left. */
export class TrialRun {
  readonly #parts: LearningParts;
  readonly #store: LearningStore;
  readonly #signal: AbortSignal;
  /** Opened by the first cycle that it sees. */
  #trial: Trial | undefined;
  #savedAt = 0;

  /** @param signal  aborted when linborg stops: what breaks then is no verdict */
  constructor(parts: LearningParts, store: LearningStore, signal: AbortSignal) {
    this.#parts = parts;
    this.#store = store;
    this.#signal = signal;
  }

  get status(): TrialStatus | undefined {
    const { trial } = this.#store.state;
    if (trial === null) return undefined;
    const { gain = Number.NaN, pairs = 0 } = this.#trial?.standing ?? {};
    const since = trial.evidence.startedAt;
    return { model: this.#store.nameOf(trial.model), role: trial.role, since, gain, samples: pairs };
  }

  /** Puts the model of a training on trial from epoch second `at` on; it takes the place of a former one that watches. */
  async begin(id: string, at: number): Promise<void> {
    await this.close();
    await this.#store.update({ trial: { model: id, role: 'challenger', training: id, evidence: noEvidence(at) } });
  }

  /** Lets the trial see a cycle, and acts on its verdict. */
  async observe(result: CycleResult): Promise<void> {
    const { trial } = this.#store.state;
    if (trial === null) return;
    let verdict: Verdict;
    try {
      this.#trial ??= await this.#open(trial);
      verdict = await this.#trial.observe(result);
    } catch (error) {
      if (!this.#signal.aborted) await this.#end(trial, 'failed', (error as Error).message);
      return;
    }
    this.#store.keepEvidence(this.#trial.evidence);
    if (this.#signal.aborted) return;
    if (verdict.kind !== 'undecided') await this.#decide(trial, verdict, result.at);
    else if (result.at - this.#savedAt >= SAVE_EVERY_SECONDS) {
      this.#savedAt = result.at;
      await this.#store.save();
    }
  }

  /** Ends the trial, if there is one, by a person's wish. */
  async cancel(message: string): Promise<void> {
    const { trial } = this.#store.state;
    if (trial) await this.#end(trial, 'cancelled', message);
  }

  /** Ends the worker; what the trial is about stays in the state. */
  async close(): Promise<void> {
    const trial = this.#trial;
    this.#trial = undefined;
    await trial?.close();
  }

  /** Ends the worker as `close` does, and writes the evidence down. */
  async suspend(): Promise<void> {
    const trial = this.#trial;
    if (trial === undefined) return;
    await this.close();
    this.#store.keepEvidence(trial.evidence);
    await this.#store.save();
  }

  /** Lets whatever waits for the worker fail; the only call that waits for no turn. */
  async interrupt(): Promise<void> {
    await this.#trial?.close();
  }

  #open(trial: TrialState): Promise<Trial> {
    const { options, engine, everySteps } = this.#store;
    return Trial.open({
      modelPath: this.#store.pathOf(trial.model),
      engine,
      options: options.trial,
      everySteps,
      evidence: trial.evidence,
      log: this.#parts.log,
      signal: this.#signal,
    });
  }

  /** The verdict is on the model that does not serve. */
  async #decide(trial: TrialState, verdict: Verdict, at: number): Promise<void> {
    const words = describeVerdict(this.#store.nameOf(trial.model), verdict);
    const isPromotion = trial.role === 'challenger';
    if (verdict.kind !== 'better') return this.#end(trial, isPromotion ? 'rejected' : 'stays', words);
    const { serving } = this.#store.state;
    try {
      await this.#parts.serve(this.#store.pathOf(trial.model));
    } catch (error) {
      return this.#end(trial, 'failed', `it cannot serve: ${(error as Error).message}`);
    }
    await this.close();
    const watch: TrialState = { model: serving, role: 'former', training: trial.training, evidence: noEvidence(at) };
    await this.#store.update({ serving: trial.model, trial: isPromotion ? watch : null });
    await this.#store.conclude(trial.training, isPromotion ? 'promoted' : 'rolled_back', words);
  }

  /** @param outcome  `stays`: the former model was not better, which changes nothing */
  async #end(trial: TrialState, outcome: TrainingOutcome | 'stays', message: string): Promise<void> {
    await this.close();
    await this.#store.update({ trial: null });
    if (outcome === 'stays' || trial.role === 'former') {
      this.#parts.log.info({ model: this.#store.nameOf(trial.model), message }, 'the former model no longer watches');
    } else await this.#store.conclude(trial.training, outcome, message);
    await this.#store.prune();
  }
}

function noEvidence(startedAt: number): TrialState['evidence'] {
  return { startedAt, looks: 0, blocks: [] };
}
