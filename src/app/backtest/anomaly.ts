/** How far the newest samples lie from what was forecast for them an hour before. */
import { type Forecast, type Frame, QUANTILE_LEVELS } from '../../core/flow.js';
import { bucketValue } from '../../core/frame.js';

/** How long before the sample its forecast was made: an hour, so that a shift is not forgiven at once. */
const LEAD_STEPS = 12;
const LEVELS = QUANTILE_LEVELS.length;
/** A narrower half-width than this share of the value is rounding. */
const SMALLEST_WIDTH = 1e-3;

/** Recent forecasts of one server. */
export class AnomalyMemory {
  /** By the index of the last bin that they knew. */
  readonly #forecasts = new Map<number, readonly Forecast[]>();

  /** Remembers forecasts, and forgets those that are too old to be asked for. */
  remember(newest: number, forecasts: readonly Forecast[]): void {
    this.#forecasts.set(newest, forecasts);
    for (const bin of this.#forecasts.keys()) if (bin < newest - LEAD_STEPS) this.#forecasts.delete(bin);
  }

  /**
   * The largest anomaly of any metric: distance of its newest sample from p50 in half-widths of p10–p90 on that side, so
   * that 1 is the edge. Undefined where no sample of now has a forecast of an hour before.
   */
  score(frame: Frame): number | undefined {
    const { newest, metrics } = frame;
    let largest: number | undefined;
    for (const { metric, values: quantiles } of this.#forecasts.get(newest - LEAD_STEPS) ?? []) {
      const sample = bucketValue(frame, metrics.indexOf(metric), newest);
      if (Number.isNaN(sample)) continue;
      const at = (LEAD_STEPS - 1) * LEVELS;
      const distance = distanceOf(sample, quantiles[at]!, quantiles[at + 1]!, quantiles[at + 2]!);
      largest = Math.max(largest ?? 0, distance);
    }
    return largest;
  }
}

function distanceOf(sample: number, low: number, middle: number, high: number): number {
  const halfWidth = sample < middle ? middle - low : high - middle;
  const distance = Math.abs(sample - middle);
  return distance === 0 ? 0 : distance / Math.max(halfWidth, SMALLEST_WIDTH * Math.abs(middle), Number.EPSILON);
}
