/** What the model says → what is served: every row by its plan. */
import { CANDIDATES_SIZE, FORECAST_SIZE, type ForecastBlock } from '../../model/forecaster.js';
import { applyPlan } from '../../truth/plan.js';
import type { ForecastJob, ServedBlock } from './protocol.js';

/** How the rows are served. */
export interface ServingWishes extends Pick<ForecastJob, 'details' | 'plans'> {
  /** [n]: upper bound of each row's metric. */
  readonly uppers: readonly number[];
}

/** Applies the plans to a block in place. @param block with candidates, if there are plans */
export function servedBlock(block: ForecastBlock, { details, plans, uppers }: ServingWishes): ServedBlock {
  if (plans === undefined) return block;
  const { values, layout, evidence, candidates, figures } = block;
  if (candidates === undefined) throw new TypeError('plans need the candidates of their rows');
  const raw = details ? values.slice() : undefined;
  const planSize = plans.length / uppers.length;
  uppers.forEach((upper, i) => {
    const row = values.subarray(i * FORECAST_SIZE, (i + 1) * FORECAST_SIZE);
    const rowCandidates = candidates.subarray(i * CANDIDATES_SIZE, (i + 1) * CANDIDATES_SIZE);
    applyPlan(row, rowCandidates, plans.subarray(i * planSize, (i + 1) * planSize), upper, row);
  });
  return { values, layout, evidence, ...(raw && figures && { raw, candidates, figures }) };
}
