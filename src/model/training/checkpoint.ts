/** A training's state on disk, so that a stop costs at most one validation's worth of steps. */
import { readFile } from 'node:fs/promises';
import { ModelError } from '../../core/errors.js';
import { writeWhole } from '../../files/wholeFile.js';
import { decodeSafetensors, encodeSafetensors, type NamedTensor, safetensorsMetadata } from '../files/safetensors.js';
import { type Hyperparameters, parameterSpecs } from '../network/parameters.js';
import type { Checkpoint, TrainingProgress } from './trainer.js';

/** Groups of arrays in the file, each under its prefix. */
const GROUPS = ['weights', 'average', 'firstMoment', 'secondMoment'] as const;

/** What must be equal for a checkpoint to be gone on with. */
export interface TrainingIdentity {
  readonly hyperparameters: Hyperparameters;
  readonly seed: number;
  /** SHA-256 of the weights that were started from. */
  readonly base?: string;
}

/** What the losses were at a step; `loss` is NaN where none was computed. */
export type LossPoint = Pick<TrainingProgress, 'step' | 'loss' | 'validationLoss'>;

/** A checkpoint with the losses up to it, oldest first; empty in files from before they were kept. */
export interface SavedCheckpoint extends Checkpoint {
  readonly history: readonly LossPoint[];
}

/** Writes the state and the best weights so far; the file before it stays until this one is whole. */
export async function writeCheckpoint(
  path: string,
  checkpoint: Checkpoint,
  identity: TrainingIdentity,
  history: readonly LossPoint[] = [],
): Promise<void> {
  const { state, best, stale } = checkpoint;
  const tensors = new Map<string, NamedTensor>();
  const add = (prefix: string, values: ReadonlyMap<string, Float32Array>) => {
    for (const { name, shape } of parameterSpecs(identity.hyperparameters)) {
      tensors.set(`${prefix}/${name}`, { shape, values: values.get(name)! });
    }
  };
  for (const group of GROUPS) add(group, state[group]);
  if (best) add('best', best.weights);
  const metadata = {
    step: String(state.step),
    stale: String(stale),
    history: JSON.stringify(history.map(({ step, loss, validationLoss }) => [step, loss, validationLoss ?? null])),
    identity: JSON.stringify(identity),
    ...(best ? { best_step: String(best.step), best_loss: String(best.loss) } : {}),
  };
  await writeWhole(path, encodeSafetensors(tensors, metadata));
}

/**
 * Reads a checkpoint.
 * @throws ModelError if it is missing, damaged, or of another network or seed
 */
export async function readCheckpoint(path: string, identity: TrainingIdentity): Promise<SavedCheckpoint> {
  const bytes = await readFile(path).catch((cause: Error) => {
    throw new ModelError(`cannot resume from ${path} (${cause.message}); start without --resume`, { cause });
  });
  const tensors = decodeSafetensors(bytes, path);
  const metadata = safetensorsMetadata(bytes);
  const expected = JSON.stringify(identity);
  if (metadata['identity'] !== expected) {
    throw new ModelError(
      `${path} belongs to another training (${metadata['identity']}), this one is ${expected}; use the same --network, --hidden, --seed and --base, or start without --resume`,
    );
  }
  const group = (prefix: string) =>
    new Map(
      parameterSpecs(identity.hyperparameters).map(({ name }) => {
        const tensor = tensors.get(`${prefix}/${name}`);
        if (!tensor) throw new ModelError(`${path} lacks ${prefix}/${name}; start without --resume`);
        return [name, tensor.values] as const;
      }),
    );
  const [weights, average, firstMoment, secondMoment] = GROUPS.map(group) as [
    Map<string, Float32Array>,
    Map<string, Float32Array>,
    Map<string, Float32Array>,
    Map<string, Float32Array>,
  ];
  const bestLoss = metadata['best_loss'];
  return {
    state: { step: Number(metadata['step']), weights, average, firstMoment, secondMoment },
    best:
      bestLoss === undefined
        ? undefined
        : { step: Number(metadata['best_step']), loss: Number(bestLoss), weights: group('best') },
    stale: Number(metadata['stale']),
    history: parseHistory(metadata['history'] ?? '[]'),
  };
}

/** JSON knows no NaN: it was written as null. */
function parseHistory(text: string): LossPoint[] {
  const rows = JSON.parse(text) as [number, number | null, number | null][];
  return rows.map(([step, loss, validationLoss]) => ({
    step,
    loss: loss ?? Number.NaN,
    ...(validationLoss === null ? {} : { validationLoss }),
  }));
}
