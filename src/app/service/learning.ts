/** How the service learns from its fleet: what that needs to know, and which model that puts into service. */
import type { Config } from '../../config/load.js';
import { ModelError } from '../../core/errors.js';
import { FleetLearning } from '../retraining/fleetLearning.js';
import type { LearningParts, LearningSettings } from '../retraining/learningStore.js';
import type { Pipeline } from './pipeline.js';

/** Where trainings come from. */
export type LearningSource = Pick<LearningParts, 'program' | 'from'>;

export function learningSettings({ retrain, model, truth, windows }: Config): LearningSettings {
  const everySteps = Math.max(1, Math.round(truth.everySeconds / windows.stepSeconds));
  return { options: retrain, model, everySteps };
}

/** Finds out which model serves. Throws ModelError if the configured one cannot be used. */
export function openLearning(
  source: LearningSource,
  config: Config,
  surroundings: Omit<LearningParts, 'settings' | keyof LearningSource>,
): Promise<FleetLearning> {
  return FleetLearning.open({ ...source, ...surroundings, settings: learningSettings(config) });
}

/** Opens with the model that learning chose, and with the configured one where a trained one cannot be loaded any more. */
export async function openWithLearning(
  learning: FleetLearning,
  open: (modelPath: string) => Promise<Pipeline>,
): Promise<Pipeline> {
  const chosen = learning.servingPath;
  try {
    return await open(chosen);
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    await learning.fallBack(error.message);
    if (learning.servingPath === chosen) throw error;
    return open(learning.servingPath);
  }
}
