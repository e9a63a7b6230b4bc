/** What `train` says on its way, understood. */
import type { TrainingStatus } from '../../exposition/learning.js';

/** How far a training has come. */
export interface TrainingStep {
  readonly phase: TrainingStatus['phase'];
  /** Of `totalSteps`; 0 of 0 until it learns. */
  readonly step: number;
  readonly totalSteps: number;
}

export const FIRST_STEP: TrainingStep = { phase: 'starting', step: 0, totalSteps: 0 };

/** The next state after one line of output; a line that tells nothing of the way changes nothing. */
export function stepAfter(before: TrainingStep, line: string): TrainingStep {
  const [, step, totalSteps] = /^step (\d+)\/(\d+) /.exec(line) ?? [];
  if (step !== undefined) return { phase: 'training', step: Number(step), totalSteps: Number(totalSteps) };
  if (/^read(?:ing)? /.test(line) && before.phase === 'starting') return { ...before, phase: 'reading' };
  if (/^measuring /.test(line)) return { ...before, phase: 'measuring' };
  return before;
}
