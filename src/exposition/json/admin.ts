/** The bodies of /admin/*. Null = not known, or none. */
import type { KnownModel, LearningDoors, TrainingRecord, TrialStatus } from '../learning.js';
import { roundMeasure } from '../seriesText.js';
import type { ModelSummary } from '../summaries.js';
import { isoTime } from './timestamp.js';

const BYTES_PER_MB = 1_000_000;

/** /admin/models */
export function modelsView(models: readonly KnownModel[]) {
  return { models: models.map(modelView), count: models.length };
}

/** /admin/model-info */
export function modelInfoView(
  loaded: ModelSummary | undefined,
  models: readonly KnownModel[],
  learning: LearningDoors,
) {
  const current = models.find(({ isCurrent }) => isCurrent);
  return {
    model_loaded: loaded !== undefined,
    name: loaded?.name ?? null,
    path: current?.path ?? loaded?.path ?? null,
    created: loaded?.created ?? null,
    parameters: loaded?.parameters ?? null,
    size_mb: current ? megabytes(current.bytes) : null,
    is_configured: current?.isConfigured ?? null,
    trial: trialView(learning.trial()),
  };
}

/** /admin/training-status */
export function trainingStatusView(learning: LearningDoors) {
  const training = learning.training();
  const last = learning.records().at(-1);
  return {
    training_active: training !== undefined,
    training_id: training?.id ?? null,
    reason: training?.reason ?? null,
    phase: training?.phase ?? null,
    started: training ? isoTime(training.startedAt) : null,
    progress: training
      ? {
          epoch: training.epoch,
          total_epochs: training.totalEpochs,
          percent: Math.round(100 * training.share),
          eta_minutes: training.remainingSeconds === undefined ? null : Math.ceil(training.remainingSeconds / 60),
        }
      : null,
    trial: trialView(learning.trial()),
    next_training: learning.nextTraining(),
    last_training: last ? recordView(last) : null,
  };
}

/** /admin/training-stats */
export function trainingStatsView(learning: LearningDoors) {
  const records = learning.records();
  const outcomes: Record<string, number> = {};
  for (const { outcome } of records) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  const durations = records.map(({ startedAt, endedAt }) => endedAt - startedAt);
  const mean = durations.reduce((sum, seconds) => sum + seconds, 0) / durations.length;
  return {
    total_trainings: records.length,
    outcomes,
    mean_duration_minutes: records.length === 0 ? null : roundMeasure(mean / 60),
    trainings: records.map(recordView),
  };
}

function modelView({ name, path, created, bytes, isCurrent, isConfigured }: KnownModel) {
  return { name, path, created, size_mb: megabytes(bytes), is_current: isCurrent, is_configured: isConfigured };
}

function recordView({ id, reason, startedAt, endedAt, outcome, message }: TrainingRecord) {
  return { training_id: id, reason, started: isoTime(startedAt), ended: isoTime(endedAt), outcome, message };
}

function trialView(trial: TrialStatus | undefined) {
  if (trial === undefined) return null;
  const { model, role, since, gain, samples } = trial;
  return { model, role, since: isoTime(since), gain: Number.isFinite(gain) ? roundMeasure(gain) : null, samples };
}

function megabytes(bytes: number): number {
  return Math.round((100 * bytes) / BYTES_PER_MB) / 100;
}
