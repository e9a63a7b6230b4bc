/** `--average`: which models the weights are the mean of, and what is said of such a model. */
import { CommandError } from '../../core/errors.js';
import type { Manifest, ModelDataset } from '../../model/files/manifest.js';
import { type LoadedModel, readModel } from '../../model/files/modelFolder.js';
import type { Hyperparameters } from '../../model/network/parameters.js';
import { numberWithin } from '../flags.js';
import { resolveModelPath } from '../modelPath.js';

/** A model and how much its weights count in the mean. */
export interface WeighedModel {
  readonly model: LoadedModel;
  readonly share: number;
}

/**
 * Reads the models of "DIR=SHARE" and checks that their weights mean the same.
 * @throws CommandError for a share or a mixture that cannot be, ModelError for a model that does not fit this linborg
 */
export async function readParts(texts: readonly string[]): Promise<WeighedModel[]> {
  if (texts.length < 2) {
    throw new CommandError(`--average ${texts.join(' ')} is one model; expected two or more, e.g. a=1 b=3`);
  }
  const parts = await Promise.all(texts.map(readPart));
  const [first] = parts as [WeighedModel];
  for (const { model } of parts) checkSameArchitecture(first.model, model);
  return parts;
}

async function readPart(text: string): Promise<WeighedModel> {
  const at = text.lastIndexOf('=');
  if (at < 1) throw new CommandError(`--average is "${text}"; expected DIR=SHARE, e.g. models/default=1`);
  const share = numberWithin('average', text.slice(at + 1), 1e-6, 1e6);
  return { model: await readModel(await resolveModelPath(text.slice(0, at))), share };
}

function checkSameArchitecture(a: LoadedModel, b: LoadedModel): void {
  for (const key of ['network', 'hidden', 'heads'] as const) {
    const [one, other] = [a.manifest.hyperparameters[key], b.manifest.hyperparameters[key]];
    if (one === other) continue;
    throw new CommandError(
      `--average cannot mix ${a.path} (${key} ${one}) and ${b.path} (${key} ${other}); only networks of one kind and size have a mean`,
    );
  }
}

/** The hyper-parameters of the mean. @throws CommandError if the notch filters differ and `--notch` does not decide */
export function averageHyperparameters(parts: readonly WeighedModel[], notchIsGiven: boolean): Hyperparameters {
  const [{ model: first }, ...others] = parts as [WeighedModel, ...WeighedModel[]];
  const { hyperparameters } = first.manifest;
  const other = others.find(({ model }) => model.manifest.hyperparameters.notch !== hyperparameters.notch);
  if (other && !notchIsGiven) {
    const of = ({ path, manifest }: LoadedModel) => `${path} has ${manifest.hyperparameters.notch ?? 'none'}`;
    throw new CommandError(
      `the notch filters differ (${of(first)}, ${of(other.model)}); say which with --notch TOKENS`,
    );
  }
  return hyperparameters;
}

/** What the parts of a mean say of it: their commands, then its own; the data that any of them was trained on. */
export function describeAverage(
  parts: readonly WeighedModel[],
  command: string,
): Pick<Manifest['training'], 'command' | 'steps' | 'datasets' | 'average'> {
  const trainings = parts.map(({ model }) => model.manifest.training);
  const lines = [...trainings.flatMap((training) => training.command.split('\n')), command];
  const datasets = new Map<string, ModelDataset>();
  for (const dataset of trainings.flatMap((training) => training.datasets)) {
    if (!datasets.has(dataset.name)) datasets.set(dataset.name, dataset);
  }
  return {
    command: [...new Set(lines)].join('\n'),
    steps: Math.max(...trainings.map(({ steps }) => steps)),
    datasets: [...datasets.values()],
    average: parts.map(({ model: { manifest }, share }) => {
      return { name: manifest.name, sha256: manifest.weights.sha256, share };
    }),
  };
}
