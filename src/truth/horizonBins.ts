/** The horizon in four bins: near steps are judged, weighted and widened apart from far ones. */
import { HORIZON_STEPS } from '../core/flow.js';

/** Bins of steps: to 30 min, 2 h, 4 h and 8 h. */
export const BINS = 4;

/** Middle of each bin (steps 1–6, 7–24, 25–48, 49–96); between the middles everything is interpolated. */
const BIN_CENTRES = [3.5, 15.5, 36.5, 72.5] as const;

/**
 * The steps at which forecasts are remembered and judged, ascending; enough for a mean per bin, few enough that a series
 * with 15 methods needs about 4 KB; two more changed no score. 6, 12, 48 and 96 are among them since live accuracy is told there.
 * The others leave all kinds of remainders: were all of them even, a job that runs every half hour would fall on the same few of its
 * own steps at every hourly forecast, and the last value would look like a perfect forecast of it.
 */
export const LEDGER_STEPS = [2, 5, 6, 12, 19, 22, 33, 48, 65, 96] as const;

/** The bin of each of LEDGER_STEPS. */
export const LEDGER_BINS = [0, 0, 0, 1, 1, 1, 2, 2, 3, 3] as const;

/** Where step h + 1 lies among the bins' middles: `share` of the bin `upper`, the rest of the bin `lower`. */
interface BinPosition {
  readonly lower: number;
  readonly upper: number;
  readonly share: number;
}

/** [HORIZON_STEPS]: constant before the first middle and after the last. */
export const BIN_POSITIONS: readonly BinPosition[] = Array.from({ length: HORIZON_STEPS }, (_, h) => positionOf(h + 1));

function positionOf(step: number): BinPosition {
  const upper = BIN_CENTRES.findIndex((centre) => centre >= step);
  if (upper === 0) return { lower: 0, upper: 0, share: 0 };
  if (upper < 0) return { lower: BINS - 1, upper: BINS - 1, share: 0 };
  const from = BIN_CENTRES[upper - 1]!;
  return { lower: upper - 1, upper, share: (step - from) / (BIN_CENTRES[upper]! - from) };
}
