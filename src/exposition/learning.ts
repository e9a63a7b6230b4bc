/** What the doors may know of and ask from the learning on the user's own fleet; the composition root implements it. */

/** What came of a training. `on_trial` is not the end. */
export const TRAINING_OUTCOMES = [
  'on_trial',
  'promoted',
  'rolled_back',
  'rejected',
  'no_gain',
  'failed',
  'cancelled',
] as const;
export type TrainingOutcome = (typeof TRAINING_OUTCOMES)[number];

/** What asked for a training. */
export const TRAINING_REASONS = ['weekly', 'drift', 'manual'] as const;
export type TrainingReason = (typeof TRAINING_REASONS)[number];

/** A training that ended. */
export interface TrainingRecord {
  /** The name of its model, too. */
  readonly id: string;
  readonly reason: TrainingReason;
  /** Epoch seconds. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly outcome: TrainingOutcome;
  /** In words and numbers. */
  readonly message: string;
}

/** A training under way. */
export interface TrainingStatus {
  readonly id: string;
  readonly reason: TrainingReason;
  /** Epoch seconds. */
  readonly startedAt: number;
  readonly phase: 'starting' | 'reading' | 'training' | 'measuring';
  /** Stretches between two validations, 0–totalEpochs; 0 of 0 until it learns. */
  readonly epoch: number;
  readonly totalEpochs: number;
  /** Share of the learning that is done, by steps or by the time that it may take; 0–1. */
  readonly share: number;
  /** Seconds until the learning ends; undefined while unknown. */
  readonly remainingSeconds: number | undefined;
}

/** Two models side by side. */
export interface TrialStatus {
  /** Which one does not serve. */
  readonly model: string;
  /** `challenger`: it may take over; `former`: it did serve, and comes back if it is better. */
  readonly role: 'challenger' | 'former';
  /** Epoch seconds of its start. */
  readonly since: number;
  /** 1 − its loss / the loss of the model that serves; NaN while there is no evidence. */
  readonly gain: number;
  /** Samples that both were judged on. */
  readonly samples: number;
}

/** A model that could serve. */
export interface KnownModel {
  readonly name: string;
  readonly path: string;
  /** ISO time. */
  readonly created: string;
  readonly bytes: number;
  readonly isCurrent: boolean;
  /** Whether it is the one of the configuration. */
  readonly isConfigured: boolean;
}

/** The answer to a wish. */
export type WishAnswer =
  | { readonly kind: 'done'; readonly message: string; readonly id?: string }
  /** It does not fit what is going on. */
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'unknown'; readonly message: string; readonly known: readonly string[] };

export interface LearningDoors {
  models(): Promise<readonly KnownModel[]>;
  training(): TrainingStatus | undefined;
  trial(): TrialStatus | undefined;
  /** The trainings that ended, oldest first. */
  records(): readonly TrainingRecord[];
  /** What the next training waits for, in words. */
  nextTraining(): string;
  trigger(): Promise<WishAnswer>;
  /** Ends the training or the trial under way. */
  cancel(): Promise<WishAnswer>;
  /** Puts a model into service; without a name the one of the configuration. */
  load(name: string | undefined): Promise<WishAnswer>;
}
