/** The unit of scaled errors. */
import type { Frame } from '../core/flow.js';

const DAY_SECONDS = 86_400;
/** A series whose daily change is smaller than this share of its range is as good as constant (as in the evaluation of models). */
const LEAST_CHANGE = 1e-4;
const LEAST_PAIRS = 48;

/**
 * Mean |y(t) − y(t − 24 h)| of a row over the window up to bucket `until`, the error of the 24 h seasonal naive forecast
 * (MASE; Hyndman & Koehler 2006); NaN for a series that is (almost) constant or has less than four hours of pairs.
 */
export function seasonalScale(frame: Frame, row: number, until: number): number {
  const { values, capacity, newest } = frame;
  const day = Math.round(DAY_SECONDS / frame.stepSeconds);
  const start = row * capacity;
  let sum = 0;
  let count = 0;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = Math.max(newest - capacity + 1, 0); i <= until; i++) {
    const value = values[start + (i % capacity)]!;
    if (Number.isNaN(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
    if (i - day <= newest - capacity || i < day) continue;
    const change = Math.abs(value - values[start + ((i - day) % capacity)]!);
    if (Number.isNaN(change)) continue;
    sum += change;
    count++;
  }
  if (count < LEAST_PAIRS) return Number.NaN;
  const scale = sum / count;
  return scale > LEAST_CHANGE * (high - low) ? scale : Number.NaN;
}
