/** How far samples lie from what was forecast for them an hour before, kept for two hours per series. */
import type { MetricAnomaly } from '../core/fleet.js';
import { type Forecast, type Frame, QUANTILE_LEVELS } from '../core/flow.js';
import { upperBound } from '../core/metrics.js';
import { medianOf } from '../core/statistics.js';

/** How long before a sample its forecast was made: an hour, so that a shift is not forgiven at once. */
export const DEVIATION_LEAD_STEPS = 12;
/** Buckets that are kept: two hours. */
export const DEVIATION_STEPS = 24;

const LEVELS = QUANTILE_LEVELS.length;
/** Buckets for which a forecast waits: those up to the lead, and the newest one. */
const WAITING_STEPS = DEVIATION_LEAD_STEPS + 1;
/** A half-width under half a point, or a hundredth of the value where there are no points, is finer than what matters. */
const SMALLEST_SHARE_OF_BOUND = 0.005;
const SMALLEST_SHARE = 0.01;
/** Samples that an anomaly is the median of. */
const ANOMALY_STEPS = 3;
/** Nothing is told by how much further away than this a sample is. */
const LARGEST = 20;

/** One server's memory; rows are metrics. */
interface ServerMemory {
  readonly metrics: readonly string[];
  /** [rows × WAITING_STEPS × LEVELS] by bucket modulo WAITING_STEPS. */
  readonly expected: Float32Array;
  /** Which bucket each slot of `expected` is for. */
  readonly expectedBucket: Int32Array;
  /** [rows × DEVIATION_STEPS] by bucket modulo DEVIATION_STEPS; NaN = not known. */
  readonly deviations: Float32Array;
  /** Newest bucket of `deviations`. */
  newest: number;
}

export class DeviationMemory {
  readonly #servers = new Map<string, ServerMemory>();

  /** Judges the newest samples of a frame; the newest bucket, which may be partial, again and again. */
  judge(frame: Frame): void {
    const memory = this.#memoryOf(frame);
    for (let bucket = memory.newest + 1; bucket <= frame.newest; bucket++) clearBucket(memory, bucket);
    memory.newest = Math.max(memory.newest, frame.newest);
    // The one before the newest was partial when it was judged last.
    for (let bucket = frame.newest - 1; bucket <= frame.newest; bucket++) judgeBucket(memory, frame, bucket);
  }

  /** Keeps what is forecast for an hour after the newest bucket. */
  remember(frame: Frame, forecasts: readonly Forecast[]): void {
    const memory = this.#memoryOf(frame);
    const bucket = frame.newest + DEVIATION_LEAD_STEPS;
    const slot = bucket % WAITING_STEPS;
    memory.expectedBucket[slot] = bucket;
    for (let row = 0; row < memory.metrics.length; row++) fillExpected(memory, row, slot, undefined);
    for (const { metric, values } of forecasts) fillExpected(memory, memory.metrics.indexOf(metric), slot, values);
  }

  /**
   * Signed distance of a sample from p50 in half-widths of p10–p90 on that side: ± 1 is the edge, > 0 above.
   * NaN where the bucket or its forecast is absent, or older than DEVIATION_STEPS.
   */
  at(server: string, metric: string, bucket: number): number {
    const memory = this.#servers.get(server);
    const row = memory?.metrics.indexOf(metric) ?? -1;
    if (memory === undefined || row < 0) return Number.NaN;
    if (bucket > memory.newest || bucket <= memory.newest - DEVIATION_STEPS) return Number.NaN;
    return memory.deviations[row * DEVIATION_STEPS + (bucket % DEVIATION_STEPS)]!;
  }

  /**
   * How far each metric's newest samples are outside: the median of three, so that one odd sample is no anomaly. Metrics
   * without a known sample are left out.
   */
  anomalies({ server, metrics, newest }: Frame): MetricAnomaly[] {
    return metrics.flatMap((metric) => {
      const distances = Array.from({ length: ANOMALY_STEPS }, (_, age) =>
        Math.abs(this.at(server, metric, newest - age)),
      );
      const score = medianOf(distances.filter((distance) => !Number.isNaN(distance)));
      return Number.isNaN(score) ? [] : [{ metric, score }];
    });
  }

  forget(server: string): void {
    this.#servers.delete(server);
  }

  #memoryOf(frame: Frame): ServerMemory {
    const known = this.#servers.get(frame.server);
    if (known !== undefined && known.metrics.length === frame.metrics.length) return known;
    const memory = createMemory(frame);
    // Rows are only ever added behind those that were there.
    if (known !== undefined) carryOver(known, memory);
    this.#servers.set(frame.server, memory);
    return memory;
  }
}

function createMemory({ metrics, newest }: Frame): ServerMemory {
  return {
    metrics: [...metrics],
    expected: new Float32Array(metrics.length * WAITING_STEPS * LEVELS).fill(Number.NaN),
    expectedBucket: new Int32Array(WAITING_STEPS).fill(-1),
    deviations: new Float32Array(metrics.length * DEVIATION_STEPS).fill(Number.NaN),
    newest,
  };
}

function carryOver(from: ServerMemory, to: ServerMemory): void {
  from.metrics.forEach((metric, row) => {
    const target = to.metrics.indexOf(metric);
    if (target < 0) return;
    const waiting = WAITING_STEPS * LEVELS;
    to.expected.set(from.expected.subarray(row * waiting, (row + 1) * waiting), target * waiting);
    const kept = from.deviations.subarray(row * DEVIATION_STEPS, (row + 1) * DEVIATION_STEPS);
    to.deviations.set(kept, target * DEVIATION_STEPS);
  });
  to.expectedBucket.set(from.expectedBucket);
  to.newest = from.newest;
}

function clearBucket({ metrics, deviations }: ServerMemory, bucket: number): void {
  for (let row = 0; row < metrics.length; row++)
    deviations[row * DEVIATION_STEPS + (bucket % DEVIATION_STEPS)] = Number.NaN;
}

function fillExpected(memory: ServerMemory, row: number, slot: number, values: Float32Array | undefined): void {
  if (row < 0) return;
  const from = (DEVIATION_LEAD_STEPS - 1) * LEVELS;
  const to = (row * WAITING_STEPS + slot) * LEVELS;
  for (let level = 0; level < LEVELS; level++) memory.expected[to + level] = values?.[from + level] ?? Number.NaN;
}

function judgeBucket(memory: ServerMemory, frame: Frame, bucket: number): void {
  const slot = bucket % WAITING_STEPS;
  if (memory.expectedBucket[slot] !== bucket) return;
  memory.metrics.forEach((metric, row) => {
    const at = (row * WAITING_STEPS + slot) * LEVELS;
    const [low, middle, high] = memory.expected.subarray(at, at + LEVELS);
    const sample = frame.values[row * frame.capacity + (bucket % frame.capacity)]!;
    const deviation = deviationOf(sample, { low: low!, middle: middle!, high: high! }, upperBound(metric));
    memory.deviations[row * DEVIATION_STEPS + (bucket % DEVIATION_STEPS)] = deviation;
  });
}

function deviationOf(
  sample: number,
  { low, middle, high }: { readonly low: number; readonly middle: number; readonly high: number },
  bound: number,
): number {
  const halfWidth = sample < middle ? middle - low : high - middle;
  const floor = Number.isFinite(bound)
    ? SMALLEST_SHARE_OF_BOUND * bound
    : SMALLEST_SHARE * Math.abs(middle) + Number.EPSILON;
  const deviation = (sample - middle) / Math.max(halfWidth, floor);
  return Math.max(-LARGEST, Math.min(LARGEST, deviation));
}
