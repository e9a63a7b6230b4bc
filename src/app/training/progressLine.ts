/** One line about how far a training is, how fast, and how long it still takes. */
import type { TrainingProgress } from '../../model/training/trainer.js';
import { describeRemaining, type Progress } from '../progress.js';

export interface TrainingPace {
  /** Windows in a step. */
  readonly batchSize: number;
  /** Steps done by an earlier run. */
  readonly startStep: number;
  /** When learning ends, whatever step it is at; Infinity = never. */
  readonly limitSeconds: number;
}

/** A listener of a training that begins now. */
export function progressLine(progress: Progress, pace: TrainingPace): (report: TrainingProgress) => void {
  const { batchSize, startStep, limitSeconds } = pace;
  const startedAt = performance.now();
  return (report) => {
    const elapsed = (performance.now() - startedAt) / 1000;
    const done = report.step - startStep;
    const share = Math.max(done / (report.totalSteps - startStep), elapsed / limitSeconds);
    const parts = [
      `step ${report.step}/${report.totalSteps}`,
      ...(Number.isNaN(report.loss) ? [] : [`loss ${report.loss.toFixed(4)}`]),
      ...(report.bestLoss === undefined ? [] : [`best validation ${report.bestLoss.toFixed(4)}`]),
      `${Math.round((done * batchSize) / elapsed)} windows/s`,
      describeRemaining(Math.min(share, 1), elapsed),
    ];
    if (report.validationLoss === undefined) progress.update(parts.join('  '));
    else progress.done(`${parts.join('  ')}  validation ${report.validationLoss.toFixed(4)}`);
  };
}
