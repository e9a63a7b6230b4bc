/** From the flags of `train` to what is to be trained. */
import { CommandError } from '../../core/errors.js';
import { type LoadedModel, readModel } from '../../model/files/modelFolder.js';
import { FUTURE_TOKENS } from '../../model/inputs/contract.js';
import {
  DEFAULT_HYPERPARAMETERS,
  type Hyperparameters,
  NETWORKS,
  PERCEPTRON_HYPERPARAMETERS,
} from '../../model/network/parameters.js';
import type { TrainingIdentity } from '../../model/training/checkpoint.js';
import { FINE_TUNING } from '../../model/training/fineTune.js';
import { DEFAULT_TRAINING, type TrainingSettings, withAnyShifts } from '../../model/training/trainer.js';
import { numberWithin, wholeNumber } from '../flags.js';
import { resolveModelPath } from '../modelPath.js';
import { averageHyperparameters, readParts, type WeighedModel } from './averagePlan.js';

/** The flags that say how to train; the text of each as it was typed. */
export interface PlanFlags {
  readonly base?: string;
  readonly average?: readonly string[];
  readonly network?: string;
  readonly hidden?: string;
  readonly notch?: string;
  readonly steps?: string;
  readonly patience?: string;
  readonly seed: string;
  readonly holdOut: string;
  readonly share?: readonly string[];
  readonly augmentShifts?: string;
  readonly only?: string;
}

export interface TrainingPlan {
  readonly hyperparameters: Hyperparameters;
  readonly settings: TrainingSettings;
  /** The model to start from. */
  readonly base: LoadedModel | undefined;
  /** Models whose mean the weights are, so that nothing is learnt. */
  readonly average: readonly WeighedModel[] | undefined;
  /** The network stays the base's: nothing but a new incident head is made. */
  readonly onlyHead: boolean;
  /** What a checkpoint must agree with. */
  readonly identity: TrainingIdentity;
}

/**
 * Checks the flags and reads the base, so that a mistake shows before anything is read.
 * @throws CommandError for a flag that cannot be, ModelError for a base that does not fit this linborg
 */
export async function planTraining(flags: PlanFlags): Promise<TrainingPlan> {
  const wished = flags.base === undefined ? hyperparametersOf(flags) : undefined;
  const onlyHead = isOnlyHead(flags);
  const average = await averageOf(flags);
  const base = flags.base === undefined ? undefined : await readModel(await resolveModelPath(flags.base));
  if (base) checkAgainstBase(flags, base);
  const given = average ? averageHyperparameters(average, flags.notch !== undefined) : base?.manifest.hyperparameters;
  const hyperparameters = withNotch(given ?? wished!, flags);
  const defaults = base && !onlyHead ? FINE_TUNING : DEFAULT_TRAINING;
  const trainUntil = 1 - numberWithin('hold-out', flags.holdOut, 0, 0.9);
  // The share that validates moves with the end of what is trained on.
  const validateFrom = (trainUntil * defaults.split.validateFrom) / defaults.split.trainUntil;
  const { steps, patience, augmentShifts } = flags;
  const totalSteps = steps === undefined ? defaults.adam.totalSteps : wholeNumber('steps', steps, 1, 1e7);
  const settings: TrainingSettings = {
    ...(augmentShifts === undefined
      ? defaults
      : withAnyShifts(defaults, numberWithin('augment-shifts', augmentShifts, 0, 1))),
    seed: wholeNumber('seed', flags.seed, 0, 2 ** 31 - 1),
    adam: { ...defaults.adam, totalSteps },
    split: { ...defaults.split, trainUntil, validateFrom },
    patience: patience === undefined ? defaults.patience : wholeNumber('patience', patience, 1, 1e7),
    shares: Object.fromEntries((flags.share ?? []).map(shareOf)),
  };
  const { seed } = settings;
  const sha = base?.manifest.weights.sha256;
  return {
    hyperparameters,
    settings,
    base,
    average,
    onlyHead,
    identity: { hyperparameters, seed, ...(sha ? { base: sha } : {}) },
  };
}

/** The parts of `--average`, which leaves nothing to learn. */
async function averageOf(flags: PlanFlags): Promise<WeighedModel[] | undefined> {
  if (flags.average === undefined) return undefined;
  const other = (['base', 'only', 'network', 'hidden', 'steps', 'patience'] as const).find(
    (name) => flags[name] !== undefined,
  );
  if (other !== undefined) throw new CommandError(`--average learns nothing; leave --${other} out`);
  return readParts(flags.average);
}

function isOnlyHead({ only, base }: PlanFlags): boolean {
  if (only === undefined) return false;
  if (only !== 'incident-head') throw new CommandError(`--only is "${only}"; expected incident-head`);
  if (base === undefined) {
    throw new CommandError('--only incident-head needs a network; add --base DIR, e.g. --base models/default');
  }
  return true;
}

/** "NAME=0.2" → the data set's share of the draws. */
function shareOf(text: string): [string, number] {
  const at = text.lastIndexOf('=');
  if (at < 1) throw new CommandError(`--share is "${text}"; expected NAME=SHARE, e.g. simulated=0.12`);
  return [text.slice(0, at), numberWithin('share', text.slice(at + 1), 0, 1)];
}

function hyperparametersOf({ network = 'tft', hidden }: PlanFlags): Hyperparameters {
  if (!NETWORKS.some((kind) => kind === network)) {
    throw new CommandError(`--network is "${network}"; expected ${NETWORKS.join(' or ')}`);
  }
  const defaults = network === 'perceptron' ? PERCEPTRON_HYPERPARAMETERS : DEFAULT_HYPERPARAMETERS;
  return hidden === undefined ? defaults : { ...defaults, hidden: wholeNumber('hidden', hidden, 4, 256) };
}

/** `--notch` over what the network has without it; 0 takes the filter away. */
function withNotch(hyperparameters: Hyperparameters, { notch, only }: PlanFlags): Hyperparameters {
  if (notch === undefined) return hyperparameters;
  if (only !== undefined)
    throw new CommandError('--notch changes the network, which --only leaves as it is; leave one out');
  const tokens = wholeNumber('notch', notch, 0, FUTURE_TOKENS);
  const { notch: _, ...rest } = hyperparameters;
  return tokens === 0 ? rest : { ...rest, notch: tokens };
}

/** The network is the base's: a flag that says otherwise is a mistake. */
function checkAgainstBase(flags: PlanFlags, { manifest, path }: LoadedModel): void {
  for (const name of ['network', 'hidden'] as const) {
    const typed = flags[name];
    const given = String(manifest.hyperparameters[name]);
    if (typed !== undefined && typed !== given) {
      throw new CommandError(`--${name} is ${typed}, but --base ${path} has ${given}; leave --${name} out`);
    }
  }
}
