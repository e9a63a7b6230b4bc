/** A rule becomes a number: where the limit of one metric lies on one server. */
import type { Frame, TimeToThreshold } from '../core/flow.js';
import type { ThresholdRule } from './thresholds.js';

/** A rule, settled for one server. */
export interface Threshold {
  /** One of the 14, or the name of an extra target. */
  readonly metric: string;
  readonly direction: TimeToThreshold['direction'];
  readonly value: number;
  /** Where a value that is not fixed comes from, for people; empty if it is. */
  readonly origin: string;
  /** What a limit of its own is a multiple of, in the metric's unit: the 99th percentile of the window without the last 24 h. */
  readonly usualPeak?: number;
  readonly severity: number;
  /** In the metric's unit, > 0. */
  readonly tailScale: number;
  /** How long values have to stay beyond it to count as a breach that is predicted. */
  readonly sustainedSeconds: number;
}

const DAY_SECONDS = 86_400;

/** Of the limit, where no metric's own scale is known: the tail of a count grows with its level. */
const TAIL_SHARE = 0.1;
/** A limit of 0 has a tail too, however thin: nothing is divided by its scale of 0. */
const SMALLEST_TAIL = 1e-6;

/** The rules that can be settled for the server of `frame`. */
export function settleThresholds(rules: readonly ThresholdRule[], frame: Frame): Threshold[] {
  return rules.map((rule) => settleThreshold(rule, frame)).filter((threshold) => threshold !== undefined);
}

/**
 * Settles a rule for the server of `frame`. A limit of its own is taken from the window *without* the last 24 h, so that an
 * incident in progress does not raise its own threshold.
 * @returns undefined if there is less than a day of such history
 */
export function settleThreshold(rule: ThresholdRule, frame: Frame): Threshold | undefined {
  const { metric, limit } = rule;
  if (limit.kind === 'fixed') return settled(rule, limit.value, '');
  const usualPeak = ownHigh(frame, frame.metrics.indexOf(metric));
  if (usualPeak === undefined) return undefined;
  const value = limit.times * usualPeak;
  const own =
    value >= limit.atLeast ? settled(rule, value, `${limit.times} × its own p99`) : settled(rule, limit.atLeast, '');
  return { ...own, usualPeak };
}

function settled(rule: ThresholdRule, value: number, origin: string): Threshold {
  const { metric, direction, severity, sustainedSeconds } = rule;
  const tailScale = rule.tailScale ?? Math.max(TAIL_SHARE * value, SMALLEST_TAIL);
  return { metric, direction, value, origin, severity, tailScale, sustainedSeconds };
}

/** 99th percentile (nearest rank) of a row's window without the last 24 h; undefined with less than a day of values. */
function ownHigh(frame: Frame, row: number): number | undefined {
  if (row < 0) return undefined;
  const { capacity, newest, values } = frame;
  const dayBuckets = Math.round(DAY_SECONDS / frame.stepSeconds);
  const oldest = Math.max(0, newest - capacity + 1);
  // The largest values, ascending: one pass finds a percentile this high ten times faster than sorting.
  const top = new Float32Array(Math.floor(capacity / 100) + 1).fill(Number.NEGATIVE_INFINITY);
  let count = 0;
  for (let bucket = oldest; bucket <= newest - dayBuckets; bucket++) {
    const value = values[row * capacity + (bucket % capacity)]!;
    if (Number.isNaN(value)) continue;
    count++;
    // top[0] is the smallest that is still in.
    if (value > top[0]!) insert(top, value);
  }
  if (count < dayBuckets) return undefined;
  const rankFromTop = count - Math.ceil(0.99 * count) + 1;
  return top[top.length - rankFromTop]!;
}

/** Puts `value` in its place of the ascending `top` and drops the smallest. */
function insert(top: Float32Array, value: number): void {
  let i = 1;
  while (i < top.length && top[i]! < value) {
    top[i - 1] = top[i]!;
    i++;
  }
  top[i - 1] = value;
}
