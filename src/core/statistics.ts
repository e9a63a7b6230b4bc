/** Small statistics that several rooms need. */

/** Mean |line(i) − line(i − lag)| for from ≤ i < to, where both are known; NaN if there is none. */
export function meanChange(line: Float32Array | Float64Array, from: number, to: number, lag: number): number {
  let sum = 0;
  let count = 0;
  for (let i = from; i < to; i++) {
    const change = Math.abs(line[i]! - line[i - lag]!);
    if (Number.isNaN(change)) continue;
    sum += change;
    count++;
  }
  return count > 0 ? sum / count : Number.NaN;
}

/** How many of line(i), from ≤ i < to, are known. */
export function knownCount(line: Float32Array, from: number, to: number): number {
  let known = 0;
  for (let i = from; i < to; i++) if (!Number.isNaN(line[i]!)) known++;
  return known;
}

/** The median; the mean of the middle two for an even count, NaN without a value. */
export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length === 0 ? Number.NaN : (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

/** A straight line: at x it is level + slope · x. */
export interface Line {
  readonly level: number;
  readonly slope: number;
}

/**
 * The least-squares line through what is known of values(i), from ≤ i < to, over x = i − origin; undefined where there are fewer than
 * two values to draw it through.
 */
export function lineThrough(
  values: Float32Array | Float64Array,
  from: number,
  to: number,
  origin: number,
): Line | undefined {
  let [count, sumX, sumY, sumXX, sumXY] = [0, 0, 0, 0, 0];
  for (let i = from; i < to; i++) {
    const y = values[i]!;
    if (Number.isNaN(y)) continue;
    const x = i - origin;
    count++;
    sumX += x;
    sumY += y;
    sumXX += x * x;
    sumXY += x * y;
  }
  if (count < 2) return undefined;
  const slope = (count * sumXY - sumX * sumY) / (count * sumXX - sumX * sumX);
  return { level: (sumY - slope * sumX) / count, slope };
}

/** The probability of log odds, 0–1. */
export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** `value`, or `fallback` where it is NaN. */
export function orElse(value: number, fallback: number): number {
  return !Number.isNaN(value) ? value : fallback;
}
