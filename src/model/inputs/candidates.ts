/** The candidate forecasts: what a careful person would do by hand, at each of the 96 future steps. */
import { HORIZON_STEPS } from '../../core/flow.js';
import { orElse } from '../../core/statistics.js';
import { CANDIDATES, DAY_STEPS, HISTORY_STEPS, PAST_STEPS } from './contract.js';
import type { WeeklyProfile } from './history.js';
import { type FittedLine, finiteMean, type WindowScale } from './scale.js';

/** Residual levels decay with these time constants, in steps (2 h; 1 h; 6 h). */
const LEVEL_DECAY_STEPS = 24;
const FAST_DECAY_STEPS = 12;
const SLOW_DECAY_STEPS = 72;

const decay = (steps: number) => Float64Array.from({ length: HORIZON_STEPS }, (_, h) => Math.exp(-h / steps));
export const LEVEL_DECAY = decay(LEVEL_DECAY_STEPS);
const FAST_DECAY = decay(FAST_DECAY_STEPS);
const SLOW_DECAY = decay(SLOW_DECAY_STEPS);

const C = CANDIDATES.length;

/** What the candidates are made from: one window's history, profile, scale and lines. */
export interface WindowView {
  readonly line: Float32Array;
  readonly profile: WeeklyProfile;
  readonly scale: WindowScale;
  readonly line4h: FittedLine;
  readonly line24h: FittedLine;
  /** 100 for percentages, 1 for ratios, Infinity otherwise. */
  readonly upper: number;
}

/**
 * Fills `out` [HORIZON_STEPS × CANDIDATES] with the candidates in the metric's unit, within 0 … upper where they
 * extrapolate. Where the profile has no day, persistence stands in.
 */
export function fillCandidates(view: WindowView, out: Float32Array): void {
  const { line, profile, scale, line4h, line24h, upper } = view;
  const { last, meanOfLastHour } = scale;
  const offset = HISTORY_STEPS - PAST_STEPS;
  const level = orElse(
    finiteMean(PAST_STEPS - 6, PAST_STEPS, (j) => line[offset + j]! - profile.median[j]!),
    0,
  );
  const slowLevel = orElse(
    finiteMean(PAST_STEPS - 24, PAST_STEPS, (j) => line[offset + j]! - profile.smoothed[j]!),
    0,
  );
  const clip = (value: number) => (value < 0 ? 0 : value > upper ? upper : value);
  for (let h = 0; h < HORIZON_STEPS; h++) {
    const median = orElse(profile.median[PAST_STEPS + h]!, last);
    const smoothed = orElse(profile.smoothed[PAST_STEPS + h]!, last);
    const row = h * C;
    out[row] = last;
    out[row + 1] = meanOfLastHour;
    out[row + 2] = orElse(line[HISTORY_STEPS + h - DAY_STEPS]!, last);
    out[row + 3] = median;
    out[row + 4] = clip(median + level * LEVEL_DECAY[h]!);
    out[row + 5] = smoothed;
    out[row + 6] = clip(smoothed + 0.5 * level * FAST_DECAY[h]! + 0.5 * slowLevel * SLOW_DECAY[h]!);
    out[row + 7] = orElse(line[HISTORY_STEPS + h - 7 * DAY_STEPS]!, median);
    out[row + 8] = clip(line4h.level + line4h.slope * (h + 1));
    out[row + 9] = clip(line24h.level + line24h.slope * (h + 1));
    out[row + 10] = scale.median3h;
    out[row + 11] = scale.day.median;
    out[row + 12] = scale.week.median;
  }
}
