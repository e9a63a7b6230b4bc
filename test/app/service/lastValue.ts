/** A forecaster without a network, which answers as a worker does: the last value goes on, or a share of it. */
import type { ForecastRows } from '../../../src/app/forecasting/forecastFrames.js';
import { type ForecastJob, ROW_WIDTH, type ServedBlock } from '../../../src/app/forecasting/protocol.js';
import { HORIZON_STEPS } from '../../../src/core/flow.js';
import { CANDIDATES_SIZE, FORECAST_SIZE } from '../../../src/model/forecaster.js';
import { CANDIDATES, STATIC_FIGURES } from '../../../src/model/inputs/contract.js';
import { evidenceLayout, evidenceSize } from '../../../src/model/network/network.js';
import { DEFAULT_HYPERPARAMETERS } from '../../../src/model/network/parameters.js';
import { applyPlan, modelAlone, planSize } from '../../../src/truth/plan.js';

const METHODS = CANDIDATES.length + 1;
const layout = evidenceLayout(DEFAULT_HYPERPARAMETERS);

/** What a window says, from all of its ring: whoever leaves something later in it changes the forecast. */
export type Reading = (row: Float32Array, newest: number) => number;

export const lastValue: Reading = (row, newest) => {
  for (let age = 0; age < row.length; age++) {
    const value = row[(newest - age) % row.length]!;
    if (!Number.isNaN(value)) return value;
  }
  return Number.NaN;
};

/** Its model says `factor` times the reading ± 10 % of it; every candidate says the reading. */
export function forecasterOf(reading: Reading, factor = 1): ForecastRows {
  return async (job): Promise<ServedBlock> => {
    const count = job.rows.length / ROW_WIDTH;
    const raw = new Float32Array(count * FORECAST_SIZE);
    const values = new Float32Array(count * FORECAST_SIZE);
    const candidates = new Float32Array(count * CANDIDATES_SIZE);
    for (let i = 0; i < count; i++) {
      const value = readRow(job, i, reading);
      const ofRow = raw.subarray(i * FORECAST_SIZE, (i + 1) * FORECAST_SIZE);
      for (let h = 0; h < HORIZON_STEPS; h++)
        ofRow.set(
          [0.9, 1, 1.1].map((share) => share * factor * value),
          h * 3,
        );
      candidates.fill(value, i * CANDIDATES_SIZE, (i + 1) * CANDIDATES_SIZE);
      const plan = job.plans?.subarray(i * planSize(METHODS), (i + 1) * planSize(METHODS)) ?? modelAlone(METHODS);
      const ofCandidates = candidates.subarray(i * CANDIDATES_SIZE, (i + 1) * CANDIDATES_SIZE);
      const out = values.subarray(i * FORECAST_SIZE, (i + 1) * FORECAST_SIZE);
      applyPlan(ofRow, ofCandidates, plan, job.rows[i * ROW_WIDTH + 3] === 1 ? 100 : Number.POSITIVE_INFINITY, out);
    }
    const figures = new Float32Array(count * STATIC_FIGURES.length);
    return { values, raw, candidates, figures, layout, evidence: new Float32Array(count * evidenceSize(layout)) };
  };
}

function readRow({ servers, rows }: Omit<ForecastJob, 'id'>, i: number, reading: Reading): number {
  const { values, capacity, newest } = servers[rows[i * ROW_WIDTH]!]!;
  const row = rows[i * ROW_WIDTH + 1]!;
  return reading(values.subarray(row * capacity, (row + 1) * capacity), newest);
}
