/** `linborg model left-out MODEL DIR…`: what the recipe of a model achieves on data sets that it was not shown. */
import { CommandError } from '../../core/errors.js';
import type { LeftOut } from '../../model/files/manifest.js';
import { type LoadedModel, readModel, writeManifest } from '../../model/files/modelFolder.js';
import { resolveModelPath } from '../modelPath.js';

/**
 * Records in a model's manifest and card how models that were trained without a data set fare on it: of each folder, the
 * accuracy on what it was not trained on but the model was, and on what the model itself never saw.
 * @throws CommandError if a folder says nothing of that kind, ModelError if one cannot be read, WriteError if it cannot be written
 */
export async function recordLeftOut(model: string, folders: readonly string[]): Promise<number> {
  const path = await resolveModelPath(model);
  const shipped = await readModel(path);
  const entries: LeftOut[] = [];
  for (const folder of folders) entries.push(...leftOutOf(await readModel(folder), shipped));
  const own = shipped.manifest.accuracy.filter(({ trained_on: isTrainedOn }) => isTrainedOn === false);
  entries.push(...own.map((accuracy) => describe(accuracy, shipped)));
  await writeManifest(path, { ...shipped.manifest, left_out: entries });
  for (const { accuracy } of entries) {
    process.stdout.write(`${accuracy.dataset}: ratio ${accuracy.ratio?.toFixed(3) ?? 'unknown'}\n`);
  }
  return 0;
}

/** What a folder was not shown although the shipped model was. */
function leftOutOf(trained: LoadedModel, shipped: LoadedModel): LeftOut[] {
  const seen = new Set(shipped.manifest.training.datasets.map(({ name }) => name));
  const missing = trained.manifest.accuracy.filter(
    ({ dataset, trained_on: isTrainedOn }) => isTrainedOn === false && seen.has(dataset),
  );
  if (missing.length === 0) {
    throw new CommandError(
      `${trained.path} was not measured on a data set that it left out; train it with --evaluate DIR for the one left out`,
    );
  }
  return missing.map((accuracy) => describe(accuracy, trained));
}

function describe(accuracy: LeftOut['accuracy'], { manifest }: LoadedModel): LeftOut {
  const { seed, steps, command } = manifest.training;
  return { accuracy, seed, steps, command };
}
