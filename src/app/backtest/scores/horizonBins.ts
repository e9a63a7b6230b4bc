/** Parts of the horizon that are scored apart: what comes soon is easier. */
import { HORIZON_STEPS } from '../../../core/flow.js';
import type { HorizonBin } from '../report/reportData.js';

export const HORIZON_BINS: readonly HorizonBin[] = [
  { name: 'to 30 min', firstStep: 1, lastStep: 6 },
  { name: '30 min to 2 h', firstStep: 7, lastStep: 24 },
  { name: '2 to 4 h', firstStep: 25, lastStep: 48 },
  { name: '4 to 8 h', firstStep: 49, lastStep: HORIZON_STEPS },
];

/** Index of the bin of each step; entry 0 is step 1. */
export const BIN_OF_STEP: readonly number[] = Array.from({ length: HORIZON_STEPS }, (_, h) =>
  HORIZON_BINS.findIndex(({ firstStep, lastStep }) => h + 1 >= firstStep && h + 1 <= lastStep),
);
