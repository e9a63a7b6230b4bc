/** `training_info.json` of a model folder: the few facts that tooling of the older daemons looks for, out of the manifest. */
import type { Manifest } from './manifest.js';

/** The text of the file; `unique_profiles` are the profiles that the network knows apart. */
export function renderTrainingInfo({ name, created, linborg, training, profiles, weights }: Manifest): string {
  const { steps, validation_loss, seed, datasets } = training;
  const facts = {
    model: name,
    trained_at: created,
    linborg_version: linborg,
    unique_profiles: profiles,
    profile_count: profiles.length,
    parameters: weights.parameters,
    ...{ steps, validation_loss, seed },
    servers: datasets.reduce((sum, dataset) => sum + dataset.servers, 0),
    datasets: datasets.map((dataset) => dataset.name),
  };
  return `${JSON.stringify(facts, null, 2)}\n`;
}
